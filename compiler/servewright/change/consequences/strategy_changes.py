"""Another strategy: nothing happens now, and each later change of the model rolls out in another way."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.amounts import amounts, groups, total_of
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes
from servewright.explain.rollout import strategy_of

RULE = codes.STRATEGY_CHANGES


def check(subject: Subject) -> Iterator[Consequence]:
    """Of an InferenceService; llm-d has no choice."""
    if subject.both is None or any(side.decisions.runtime.llmd for side in subject.both):
        return
    old, new = (side.decisions.strategy.type for side in subject.both)
    if old == new:
        return
    after = subject.both[1]
    strategy = strategy_of(after.decisions, after.context)
    if strategy.interrupts:
        effect = "stops all pods before new ones start, so it answers nothing meanwhile, and needs no room beside them"
    else:
        extra = total_of(groups(after), lambda group: group.extra)
        effect = f"keeps it available, and needs room for {amounts(extra)} beside its pods"
    when = "that by itself restarts nothing, but each later change" if subject.restart is None else "each change"
    yield Consequence(
        f"{subject.name} goes from {old} to {new}: {when} {effect}",
        spec=("spec", "strategy"),
    )
