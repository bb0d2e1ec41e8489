"""Pods and what they ask for, counted as for quotas (check/capacity), and in words."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator

from servewright.change.consequences.addresses import listed
from servewright.change.model import Version
from servewright.check.capacity.tenant import SCHEDULER, Group, groups_of
from servewright.check.capacity.usage import spell
from servewright.check.demand import demand_of
from servewright.explain.hardware import resource_order
from servewright.explain.readable_amounts import readable
from servewright.record import NamedTuple
from servewright.resolve.accelerators import accelerators_of


class Total(NamedTuple):
    """Pods, and the requests of all of them together. ``included`` names what is in there beside the model's containers."""

    pods: int
    requests: dict[str, str]
    included: tuple[str, ...]


NOTHING = Total(0, {}, ())


def pods(number: int) -> str:
    """``1 pod``, ``3 pods``."""
    return f"{number} pod{'' if number == 1 else 's'}"


def amounts(total: Total) -> str:
    """``2 pods (8.2 cpu, 32Gi memory, 2 nvidia.com/gpu, `kube-rbac-proxy` included)``."""
    asked = [f"{readable(amount)} {name}" for name, amount in total.requests.items()]
    asked += filter(None, [included(total)])
    return f"{pods(total.pods)} ({', '.join(asked)})" if asked else pods(total.pods)


def included(total: Total) -> str:
    """``` `kube-rbac-proxy` included```; nothing where there is nothing but the model's containers."""
    return f"{listed(total.included)} included" if total.included else ""


def steady(version: Version | None) -> Total:
    """What the version asks for while nothing changes; nothing when it is stopped, or not there."""
    if version is None or version.decisions.deployment.spec.stopped:
        return NOTHING
    return total_of(groups(version), lambda group: group.pods)


def both_steady(before: Version | None, after: Version | None) -> tuple[Total, Total]:
    """The totals of both. What the scheduler asks for is left out where it is known of one release alone."""
    first, second = steady(before), steady(after)
    if not first.pods or not second.pods or before is None or after is None:
        return first, second
    both = groups(before), groups(after)
    known = [{any(item.open for item in group.pod.every) for group in side if group.name == SCHEDULER} for side in both]
    if {True, False} != known[0] | known[1]:
        return first, second
    left = (total_of(side, lambda group: group.pods, {SCHEDULER}) for side in both)
    return next(left), next(left)


def groups(version: Version) -> tuple[Group, ...]:
    """The pods of the version, as if it ran."""
    decisions, choice = version.decisions, version.decisions.runtime
    runtime = choice.runtime or version.runtime or version.context.catalog.cluster_runtimes.get(("", choice.name))
    spec = runtime.body["spec"] if runtime is not None else None
    return groups_of(demand_of(decisions, version.objects), spec, decisions.naming.namespace, version.context)


def total_of(groups: Iterable[Group], number: Callable[[Group], int], only_pods: Container[str] = frozenset()) -> Total:
    """Pods and requests of the groups, each with so many pods; of those ``only_pods``, no requests."""
    counted = [(group, number(group)) for group in groups if number(group)]
    sums: dict[str, int] = {}
    for group, times in counted:
        for name, amount in group.pod.requests.items() if group.name not in only_pods else ():
            sums[name] = sums.get(name, 0) + times * amount
    names = dict.fromkeys(name for group, _ in counted for name in _included(group))
    requests = {name: spell(name, sums[name]) for name in sorted(sums, key=resource_order)}
    return Total(sum(times for _, times in counted), requests, tuple(names))


def has_accelerators(total: Total, version: Version) -> bool:
    """Whether there are accelerators among the resources."""
    return not accelerators_of(total.requests, version.decisions.hardware.profile).isdisjoint(total.requests)


def _included(group: Group) -> Iterator[str]:
    if group.name == SCHEDULER:
        yield "llm-d's scheduler"
        return
    staying = (item for item in group.pod.inits if item.always)
    yield from (
        f"`{item.name}`" for item in (*group.pod.containers, *staying) if item.origin != "spec" and item.requests
    )
