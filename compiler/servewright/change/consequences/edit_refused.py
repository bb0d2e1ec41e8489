"""Edits of an object that is there already, which admission refuses."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.refusals import refusals
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes

RULE = codes.EDIT_REFUSED


def check(subject: Subject) -> Iterator[Consequence]:
    """One consequence per edit that is refused."""
    for item, found in refusals(subject.edit):
        kind, _, name = item.identity
        assert item.after is not None
        yield Consequence(
            f"the cluster refuses this change of the {kind} `{name}`: {found.what}",
            found.help,
            field=(item.after, found.path),
        )
