"""Everything together against a quota: what all deployments of the namespace need while nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servewright.catalog.resource_quota import ResourceQuota
from servewright.check.capacity.places import count_place, source_place
from servewright.check.capacity.pods import Container
from servewright.check.capacity.tenant import Load, Tenant
from servewright.check.capacity.usage import amount, applies, measure, objects_of, spell, used
from servewright.check.summary import NAME, Summary
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Where

_SHOWN = 8


def steady(load: Load, quota: ResourceQuota | None, name: str) -> int:
    """What a deployment uses of a quota (None: of the cluster) while nothing changes, in nano-units."""
    return used(load.groups, quota, name, lambda group: group.pods)


def quotas_exceeded(tenant: Tenant) -> Iterator[Finding]:
    """One finding for each amount that is not enough, at the deployment that needs most."""
    for quota in tenant.quotas:
        for name in sorted(quota.hard):
            total = used(tenant.together, quota, name, lambda group: group.pods)
            if total > quota.hard[name].value:
                needs = [(need, load) for load in tenant.loads if (need := steady(load, quota, name))]
                needs.sort(key=lambda item: (-item[0], item[1].summary.name))
                yield _pods(tenant, quota, name, needs, total)
            yield from _objects(tenant, quota, name)


def hard_place(quota: ResourceQuota, name: str) -> Where:
    """Where the quota gives the amount."""
    return Where(quota.where.document, ("spec", "hard", name))


def _pods(tenant: Tenant, quota: ResourceQuota, name: str, needs: list[tuple[int, Load]], total: int) -> Finding:
    allowed = quota.hard[name]
    side, resource = measure(name) or ("requests", name)
    places = [(need, load, _largest(load, quota, name)) for need, load in needs]
    notes = [
        Note(f"`{load.summary.name}` needs {spell(name, need)}", count_place(load.summary, group, side, resource))
        for need, load, group in places[:_SHOWN]
    ]
    if len(places) > _SHOWN:
        rest = sum(need for need, _, _ in places[_SHOWN:])
        notes.append(Note(f"and {len(places) - _SHOWN} more, which need {spell(name, rest)}", None))
    excess = total - allowed.value
    many = len(needs) > 1
    first = needs[0][1].summary
    return Finding(
        codes.QUOTA_EXCEEDED,
        f"{f'{len(needs)} models' if many else f'`{first.name}`'} of namespace `{tenant.namespace}` "
        f"{'need' if many else 'needs'} {spell(name, total)} of `{name}`, "
        f"and the quota `{quota.name}` allows {allowed.canonical}: pods would be refused",
        count_place(first, places[0][2], side, resource),
        f"free {spell(name, excess)} (fewer replicas, smaller requests, or `stopped: true` for a model), "
        "or ask for a larger quota and export it again",
        (
            Note("the quota", hard_place(quota, name)),
            *(notes if many else ()),
            *_download_counts(needs[0][1], quota, name),
        ),
        about=_files(load.summary for _, load in needs),
    )


def _files(summaries: Iterable[Summary]) -> tuple[str, ...]:
    return tuple(sorted({summary.where.document.source.path for summary in summaries}))


def _largest(load: Load, quota: ResourceQuota, name: str) -> str:
    """The group of pods that uses most."""
    return max(load.groups, key=lambda group: used((group,), quota, name, lambda item: item.pods)).name


def _download_counts(load: Load, quota: ResourceQuota, name: str) -> Iterator[Note]:
    """Nobody expects that what downloads a model decides how much its pod counts for."""
    if (measured := measure(name)) is None:
        return
    side, resource = measured
    for group in load.groups:
        pod = group.pod
        beside = sum((item.limits if side == "limits" else item.requests).get(resource, 0) for item in pod.containers)
        total = amount(pod, name)
        if pod.inits and applies(quota, pod) and total > beside:
            text = f"each pod of `{load.summary.name}` counts for {spell(name, total)}: as much as its init container "
            yield Note(f"{text}`{_highest(pod.inits, side, resource)}` may use", source_place(load.summary))
            return


def _highest(inits: tuple[Container, ...], side: str, resource: str) -> str:
    return max(inits, key=lambda item: (item.limits if side == "limits" else item.requests).get(resource, 0)).name


def _objects(tenant: Tenant, quota: ResourceQuota, name: str) -> Iterator[Finding]:
    if quota.scopes:  # scopes are for pods
        return
    makers = objects_of(tenant.summaries, name)
    total, allowed = sum(number for _, number in makers), quota.hard[name]
    if makers and total * 10**9 > allowed.value:
        last = makers[-1][0]
        yield Finding(
            codes.QUOTA_EXCEEDED,
            f"{total} objects that count as `{name}` would be rendered into namespace `{tenant.namespace}`, "
            f"and the quota `{quota.name}` allows {allowed.canonical}: the last ones would be refused",
            Where(last.where.document, NAME),
            "ask for a larger quota and export it again, or deploy to another namespace",
            (Note("the quota", hard_place(quota, name)),),
            about=_files(summary for summary, _ in makers),
        )
