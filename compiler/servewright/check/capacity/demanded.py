"""Quotas that want an amount of every container: a pod with one that gives none is refused."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.catalog.resource_quota import ResourceQuota
from servewright.check.capacity.places import resource_place
from servewright.check.capacity.pods import Container
from servewright.check.capacity.quotas import hard_place
from servewright.check.capacity.tenant import Group, Load, Tenant
from servewright.check.capacity.usage import DEMANDED, applies
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note

_EXAMPLE = {"cpu": "2", "memory": "8Gi"}


def amounts_demanded(tenant: Tenant) -> Iterator[Finding]:
    """One finding for each deployment, quota and container that gives too little (core/pods.go, Constraints)."""
    for quota in tenant.quotas:
        wanted = {name: DEMANDED[name] for name in sorted(quota.hard) if name in DEMANDED}
        every = (item for group in tenant.together for item in group.pod.every)
        if all(item.open or not _missing(item, wanted) for item in every):
            continue
        for load in tenant.loads:
            seen: set[tuple[str, str]] = set()
            for group in load.groups:
                if applies(quota, group.pod):
                    yield from _of_group(quota, wanted, load, group, seen)


def _missing(item: Container, wanted: dict[str, tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What the container does not give, and the quota's name for it."""
    return {
        place: name
        for name, place in reversed(wanted.items())
        if place[1] not in (item.requests if place[0] == "requests" else item.limits)
    }


def _of_group(
    quota: ResourceQuota, wanted: dict[str, tuple[str, str]], load: Load, group: Group, seen: set[tuple[str, str]]
) -> Iterator[Finding]:
    for item in group.pod.every:
        missing = _missing(item, wanted)
        if not missing or item.open or (item.origin, item.name) in seen:
            continue
        seen.add((item.origin, item.name))
        (side, resource), name = min(missing.items())
        given = "; ".join(f"{side} of `{resource}`" for side, resource in sorted(missing))
        yield Finding(
            codes.RESOURCES_DEMANDED,
            f"the quota `{quota.name}` wants {given} of every container, and `{item.name}` of `{load.summary.name}` "
            "gives none: pods would be refused",
            resource_place(load.summary, group.name, side, resource),
            _help(item.origin, missing),
            (Note("the quota", hard_place(quota, name)),),
        )


def _help(origin: str, missing: dict[tuple[str, str], str]) -> str:
    if origin == "platform":
        return (
            "the platform adds this container: ask for a LimitRange with `default` and `defaultRequest` for containers"
        )
    sides: dict[str, list[str]] = {}
    for side, resource in sorted(missing):
        sides.setdefault(side, []).append(f'{resource}: "{_EXAMPLE[resource]}"')
    given = ", ".join(f"{side}: {{{', '.join(parts)}}}" for side, parts in sides.items())
    if origin == "runtime":
        return f"give the runtime's container `resources: {{{given}}}`, or ask for a LimitRange with defaults"
    return f"write `resources: {{{given}}}` under `hardware`, choose a profile that gives them, or ask for a LimitRange with defaults"
