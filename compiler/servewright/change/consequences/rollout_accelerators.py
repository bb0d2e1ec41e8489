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
        help_text = "where they are not free, the new pods stay pending until the old ones are deleted, and nothing answers in between"
    elif llmd:
        help_text = "make sure that they are free: otherwise the new pods stay pending, and the old version goes on"
    else:
        help_text = "while no accelerators are free, the new pods stay pending and the old ones go on; `strategy: Recreate` stops the old pods first, so it needs no free accelerators, but has a gap in service"
    yield Consequence(sentence(found), help_text, field=found.field)
