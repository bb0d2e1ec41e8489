"""A model that can be called from outside of the cluster, and could not be before."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import addresses, authentication
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes
from servewright.explain.calling import CLUSTER, NOBODY

RULE = codes.NEWLY_EXPOSED


def check(subject: Subject) -> Iterator[Consequence]:
    """Of a model that both sides have: of a new one, SW311 says when it is open."""
    if subject.both is None:
        return
    before, after = subject.both
    if after.decisions.access.exposed and not before.decisions.access.exposed:
        where = next(text for reach, text in addresses(after).items() if reach != CLUSTER)
        token = "without a token" if authentication(after) == NOBODY else "with a token"
        place = ("spec", "runtime") if after.decisions.runtime.llmd else ("spec", "expose", "route")
        yield Consequence(
            f"{subject.name} can be called from outside of the cluster, {token}, at {where}",
            "if only pods of the cluster call it, leave it without a route",
            spec=place,
        )
