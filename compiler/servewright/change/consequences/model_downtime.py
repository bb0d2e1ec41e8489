"""A change that leaves a model without pods for a while."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.amounts import pods
from servewright.change.consequences.restart import Restart
from servewright.change.consequences.subject import Consequence, Subject, runs, service_of
from servewright.diagnostics import codes

RULE = codes.MODEL_DOWNTIME
_LATER = "merge it when requests may fail"


def check(subject: Subject) -> Iterator[Consequence]:
    """Of models that ran before and are to run after: what stops one for good is told by other rules."""
    if subject.both is None or not all(map(runs, subject.both)):
        return
    before, after = subject.both
    restart = subject.restart
    if before.decisions.runtime.llmd != after.decisions.runtime.llmd:
        old, new = service_of(before).body["kind"], service_of(after).body["kind"]
        yield Consequence(
            f"{subject.name} becomes another object: the {old} is deleted with its pods, and the {new} answers once its own have loaded the model",
            "where there is room for both, add the new one under a name of its own, and remove the old one in a later commit",
            spec=("spec", "runtime"),
        )
    elif restart is not None and restart.interrupts:
        first = restart.first
        assert first.item.after is not None
        rolling = "`strategy: RollingUpdate`, in this commit too, keeps it available if there is room for new pods beside the old ones"
        yield Consequence(
            f"{subject.name} answers no requests while it restarts: {_why(restart)}",
            _LATER if after.decisions.runtime.llmd else f"{rolling}; or {_LATER}",
            field=(first.item.after, first.path),
        )


def _why(restart: Restart) -> str:
    if restart.replaced:
        return "one node or several are two kinds of workload, and the old one is deleted"
    if restart.rolls:
        workload = next(item for item in restart.strategy.workloads if not item.extra and item.replicas == 1)
        return f"its only replica, of {pods(workload.pods_per_replica)}, is replaced, and none starts beside it"
    return "all old pods stop before a new one starts"
