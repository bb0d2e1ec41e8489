"""Accelerators that must be free for a change to roll out."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.beside import beside
from servewright.change.consequences.rollout_extra import sentence
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes

RULE = codes.ROLLOUT_ACCELERATORS


def check(subject: Subject) -> Iterator[Consequence]:
    """The extra of a rollout, where there are accelerators in it."""
    found = beside(subject)
    if found is None or not found.accelerators:
        return
    assert subject.edit.after is not None
    llmd = subject.edit.after.decisions.runtime.llmd
    if subject.restart is None:
        help_text = "remove the old one in a commit before this one, if the accelerators are not there twice"
    elif llmd:
        help_text = "make sure that they are free: otherwise the new pods stay pending, and the old version goes on"
    else:
        help_text = "if none is free, the new pods stay pending and the old ones go on; `strategy: Recreate` needs none, and has a gap in service"
    yield Consequence(sentence(found), help_text, field=found.field)
