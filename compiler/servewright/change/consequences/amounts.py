"""Pods and what they ask for, in words."""

from __future__ import annotations

from servewright.change.model import Version
from servewright.check.demand import workloads_of
from servewright.explain.rollout import Total, total_of
from servewright.resolve.accelerators import accelerators_of

NOTHING = Total(0, {})


def pods(number: int) -> str:
    """``1 pod``, ``3 pods``."""
    return f"{number} pod{'' if number == 1 else 's'}"


def amounts(total: Total) -> str:
    """``2 pods (8 cpu, 32Gi memory, 2 nvidia.com/gpu)``."""
    asked = ", ".join(f"{amount} {name}" for name, amount in total.requests.items())
    return f"{pods(total.pods)} ({asked})" if asked else pods(total.pods)


def steady(version: Version | None) -> Total:
    """What the version asks for while nothing changes; nothing when it is stopped, or not there."""
    if version is None or version.decisions.deployment.spec.stopped:
        return NOTHING
    # How changes roll is no part of what is steady.
    return total_of(workloads_of(version.decisions, llmd_rolls=False), lambda workload: workload.replicas)


def steady_pods(version: Version) -> int:
    """How many pods the version has while nothing changes, as if it ran."""
    return sum(item.replicas * item.pods_per_replica for item in workloads_of(version.decisions, llmd_rolls=False))


def has_accelerators(total: Total, version: Version) -> bool:
    """Whether there are accelerators among the resources."""
    return not accelerators_of(total.requests, version.decisions.hardware.profile).isdisjoint(total.requests)
