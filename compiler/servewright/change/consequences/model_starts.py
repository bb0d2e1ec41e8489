"""A model that was stopped, and is started."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.amounts import amounts, steady
from servewright.change.consequences.subject import Consequence, Subject, runs
from servewright.diagnostics import codes

RULE = codes.MODEL_STARTS


def check(subject: Subject) -> Iterator[Consequence]:
    """Of a model that both sides have; a new one starts too, but that is what adding one means."""
    if subject.both is None:
        return
    before, after = subject.both
    if not runs(before) and runs(after):
        yield Consequence(f"{subject.name} starts, with {amounts(steady(after))}", spec=("spec", "stopped"))
