"""What a change of the deployment costs: pods and resources in steady state, while it rolls out, and as recommended.

Pods are counted as for capacity (check/demand.py). The product documentation recommends headroom of about 200 % of the
requests for a rolling update.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from servewright.check.demand import Workload, workloads_of
from servewright.explain.hardware import resource_order
from servewright.model.quantity import NANO, parse
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

_ROLLS = "new pods become ready before old ones stop, so the model stays available"
_RECREATES = "all old pods stop before a new one starts: requests fail until the new pods are ready"


class Total(NamedTuple):
    """Pods, and the requests of all of them together."""

    pods: int
    requests: dict[str, str]


class Strategy(NamedTuple):
    """The strategy and its price. ``recommended`` is for RollingUpdate only: nothing else is documented."""

    type: str
    reasons: tuple[str, ...]
    effect: str
    interrupts: bool
    workloads: tuple[Workload, ...]
    steady: Total
    peak: Total
    recommended: Total | None


def strategy_of(decisions: Decisions, context: Context, only: Container[str] | None = None) -> Strategy:
    """The strategy section, of all workloads or of those named. A stopped model is counted as if it ran."""
    rolls = not context.release.has("llm-rollout-strategy")
    workloads = tuple(item for item in workloads_of(decisions, llmd_rolls=rolls) if only is None or item.name in only)
    if decisions.runtime.llmd and rolls:
        effect, interrupts = _llmd_rolls(workloads, context)
    elif decisions.strategy.type == "RollingUpdate":
        effect, interrupts = _ROLLS, False
    else:
        effect, interrupts = _RECREATES, True
    return Strategy(
        decisions.strategy.type,
        decisions.strategy.reasons,
        effect,
        interrupts,
        workloads,
        total_of(workloads, lambda workload: workload.replicas),
        total_of(workloads, lambda workload: workload.replicas + workload.extra),
        total_of(workloads, lambda workload: 2 * workload.replicas)
        if decisions.strategy.type == "RollingUpdate"
        else None,
    )


def sum_of(amounts: Sequence[tuple[str, int]]) -> str:
    """The sum of quantities, each as many times as said, in canonical form; binary if all of them are."""
    quantities = [(quantity, text, times) for text, times in amounts if (quantity := parse(text)) is not None]
    value = sum(quantity.value * times for quantity, _, times in quantities)
    binary = all(text.endswith("i") or not quantity.value for quantity, text, _ in quantities)
    found = parse(f"{value // NANO // 1024}Ki" if binary and value % (1024 * NANO) == 0 else f"{value}n")
    return found.canonical if found else "?"


def total_of(workloads: Sequence[Workload], replicas: Callable[[Workload], int]) -> Total:
    """Pods and requests of the workloads, each with as many replicas as said."""
    pods = [(workload, replicas(workload) * workload.pods_per_replica) for workload in workloads]
    names = sorted({name for workload in workloads for name in workload.requests}, key=resource_order)
    requests = {
        name: sum_of([(workload.requests[name], number) for workload, number in pods if name in workload.requests])
        for name in names
    }
    return Total(sum(number for _, number in pods), requests)


def _llmd_rolls(workloads: Sequence[Workload], context: Context) -> tuple[str, bool]:
    effect = f"{context.release.name} has no setting for it, and its llm-d controller rolls changes: "
    if any(item.extra for item in workloads):
        effect += "25 % of the replicas, rounded up, start beside the old ones; 25 %, rounded down, may be missing"
    if several := [item for item in workloads if not item.extra]:
        effect += "; " if len(several) < len(workloads) else ""
        effect += "replicas of several nodes are replaced one after the other, without extra pods"
    return effect, any(item.replicas == 1 for item in several)
