"""A model that is stopped: its pods are deleted."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import addresses, listed
from servewright.change.consequences.subject import Consequence, Subject, runs
from servewright.diagnostics import codes

RULE = codes.MODEL_STOPS


def check(subject: Subject) -> Iterator[Consequence]:
    """Of a model that ran before."""
    if subject.both is None:
        return
    before, after = subject.both
    if runs(before) and not runs(after):
        where = listed(list(addresses(before).values()))
        yield Consequence(
            f"{subject.name} stops: its pods are deleted, and nothing answers at {where} until it is started",
            spec=("spec", "stopped"),
        )
