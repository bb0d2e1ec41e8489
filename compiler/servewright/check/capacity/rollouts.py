"""Changes against a quota: the pods that a rolling update starts before old ones stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from servewright.catalog.resource_quota import ResourceQuota
from servewright.check.capacity.places import resource_place, strategy_place
from servewright.check.capacity.pods import Pod
from servewright.check.capacity.quotas import hard_place
from servewright.check.capacity.tenant import Group, Load, Tenant
from servewright.check.capacity.usage import amount, applies, measure, spell, used
from servewright.check.demand import spared
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Rule, Where
from servewright.record import NamedTuple

_Left = dict[str, int]  # quota's names, in nano-units
_Short = tuple[tuple[str, int, int], ...]  # name, needed, left
_AtOnce = Callable[[str], int | None]


class Lack(NamedTuple):
    """A change of a deployment that a quota has too little left for: of each amount, what is needed and what is left.

    ``stuck``: the change would never get through, because one new pod of the only group must be ready first.
    """

    quota: ResourceQuota
    load: Load
    groups: tuple[Group, ...]
    short: _Short
    stuck: bool

    @property
    def rule(self) -> Rule:
        """What is reported of it."""
        return codes.ROLLOUT_STUCK if self.stuck else codes.ROLLOUT_TIGHT


class _Missing:
    """What more pods need of a quota beyond what is ``left``. Many deployments need as many more of the same pods."""

    def __init__(self, left: _Left) -> None:
        self._left = left
        self._known: dict[tuple[tuple[int, int], ...], _Short] = {}

    def of(self, more: list[tuple[Pod, int]]) -> _Short:
        """What these pods of the tenant, which the quota counts, lack. What they do not use does not matter."""
        key = tuple([(id(pod), count) for pod, count in more])
        known = self._known.get(key)
        if known is None:
            needs = [
                (name, sum([count * amount(pod, name) for pod, count in more]), room)
                for name, room in self._left.items()
            ]
            known = self._known[key] = tuple([item for item in needs if item[1] > item[2]])
        return known


def lacks(tenant: Tenant) -> Iterator[Lack]:
    """For each deployment and quota, what keeps one change of it from going on freely, if nothing else changes."""
    for quota in tenant.quotas:
        left: _Left = {
            name: hard.value - used(tenant.together, quota, name, lambda group: group.pods)
            for name, hard in sorted(quota.hard.items())
        }
        # What does not fit while nothing changes was reported.
        left = {name: room for name, room in left.items() if room >= 0}
        missing = _Missing(left)
        for load in tenant.loads:
            rolling = tuple([group for group in load.groups if group.extra and applies(quota, group.pod)])
            for group in rolling:
                if not spared(group.replicas) and (short := missing.of([(group.pod, 1)])):
                    yield Lack(quota, load, (group,), short, True)
                    break
            else:
                if rolling and (short := missing.of([(group.pod, group.extra) for group in rolling])):
                    yield Lack(quota, load, rolling, short, False)


def rollouts_without_room(tenant: Tenant) -> Iterator[Finding]:
    """For each deployment and quota, whether one change of it gets through, if nothing else changes meanwhile."""
    at_once = {quota.name: cache(partial(_at_once, tenant, quota)) for quota in tenant.quotas}
    for lack in lacks(tenant):
        yield (_stuck if lack.stuck else _tight)(lack, at_once[lack.quota.name])


def _stuck(lack: Lack, at_once: _AtOnce) -> Finding:
    quota, load, (group,), short, _ = lack
    which = f"the {group.name} pods of " if len(load.groups) > 1 and group.name in ("decode", "prefill") else ""
    return Finding(
        lack.rule,
        f"no change of {which}`{load.summary.name}` would ever roll out: a new pod must be ready before an old one stops, "
        f"and the quota `{quota.name}` leaves too little for it ({_amounts(short)})",
        _place(load, group, short),
        "stop the model first (`stopped: true`), then start it changed; or ask for a larger quota"
        if load.llmd
        else "write `strategy: Recreate`, which stops the old pods first; or ask for a larger quota",
        _notes(quota, short, at_once),
    )


def _tight(lack: Lack, at_once: _AtOnce) -> Finding:
    quota, load, rolling, short, _ = lack
    extra = sum(group.extra for group in rolling)
    slower = "a slower rollout"
    if any(spared(group.replicas) for group in rolling):
        slower += " with fewer pods that answer"
    elif len(rolling) > 1:
        slower += ", one kind of pods after the other"
    return Finding(
        lack.rule,
        f"a change of `{load.summary.name}` starts {extra} pod{'s' if extra > 1 else ''} beside the old ones, "
        f"and the quota `{quota.name}` leaves too little for {'all of them' if extra > 1 else 'it'} ({_amounts(short)})",
        _place(load, rolling[0], short),
        f"expect {slower}{'' if load.llmd else ', write `strategy: Recreate`'}, or ask for a larger quota",
        _notes(quota, short, at_once),
    )


def _place(load: Load, group: Group, short: _Short) -> Where:
    side, resource = measure(short[0][0]) or ("requests", short[0][0])
    return strategy_place(load.summary, resource_place(load.summary, group.name, side, resource))


def _amounts(short: _Short) -> str:
    return "; ".join(
        f"`{name}`: {spell(name, needed)} needed, {spell(name, room)} left" for name, needed, room in short
    )


def _at_once(tenant: Tenant, quota: ResourceQuota, name: str) -> int | None:
    """How much more of it is needed when all models change at once, if several would need more."""
    needs = [used(load.groups, quota, name, lambda group: group.extra) for load in tenant.loads]
    return sum(needs) if sum(map(bool, needs)) > 1 else None


def _notes(quota: ResourceQuota, short: _Short, at_once: _AtOnce) -> tuple[Note, ...]:
    name = short[0][0]
    needed = at_once(name)
    more = f"; when all models change at once, {spell(name, needed)} more of it is needed" if needed is not None else ""
    return (Note(f"the quota{more}", hard_place(quota, name)),)
