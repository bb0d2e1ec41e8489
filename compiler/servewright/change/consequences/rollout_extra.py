"""Pods that run beside the others while a change rolls out, and need no accelerator."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.amounts import amounts
from servewright.change.consequences.beside import Beside, beside
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes

RULE = codes.ROLLOUT_EXTRA


def check(subject: Subject) -> Iterator[Consequence]:
    """Nothing where there are accelerators: that has a rule of its own."""
    found = beside(subject)
    if found is not None and not found.accelerators:
        yield Consequence(sentence(found), field=found.field)


def sentence(found: Beside) -> str:
    """What runs beside what."""
    run = "runs" if found.extra.pods == 1 else "run"
    return f"{found.when}, {amounts(found.extra)} {run} beside {found.others}"
