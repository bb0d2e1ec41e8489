"""A model that wanted a token, and does not any more."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import authentication
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes
from servewright.explain.calling import NOBODY

RULE = codes.NEWLY_UNAUTHENTICATED


def check(subject: Subject) -> Iterator[Consequence]:
    """Of a model that both sides have."""
    if subject.both is None:
        return
    before, after = subject.both
    if authentication(before) != NOBODY and authentication(after) == NOBODY:
        who = "whoever reaches its address" if after.decisions.access.exposed else "every pod of the cluster"
        yield Consequence(
            f"{subject.name} wants no token any more: {who} may call it",
            "keep `auth: {tokens: […]}` or `auth: {subjects: […]}`",
            spec=("spec", "auth"),
        )
