"""Pods as the API server would count them: containers with what runtimes, defaults and limit ranges give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from servewright.catalog.quantities import as_quantity
from servewright.hints import Any
from servewright.record import NamedTuple

Amounts = Mapping[str, int]
_HOW = ("required", "preferred")


class Container(NamedTuple):
    """A container; amounts in nano-units. ``given`` are the sides and resources that a limit range filled in.

    ``origin`` is ``spec``, ``runtime`` or ``platform``. Of an ``open`` one not everything is known. ``always`` marks an
    init container that goes on running.
    """

    name: str
    requests: Amounts
    limits: Amounts
    origin: str
    open: bool = False
    always: bool = False
    given: tuple[tuple[str, str], ...] = ()


class Pod(NamedTuple):
    """A pod, and what it counts for: all containers, or the largest init container if that is more."""

    containers: tuple[Container, ...]
    inits: tuple[Container, ...]
    requests: Amounts
    limits: Amounts
    priority_class: str | None = None
    cross_namespace: bool = False

    @property
    def every(self) -> tuple[Container, ...]:
        """Containers and init containers."""
        return (*self.containers, *self.inits)


class Defaults(NamedTuple):
    """What limit ranges give a container that says nothing."""

    requests: Amounts
    limits: Amounts


def container(
    name: str,
    requests: Mapping[str, Any],
    limits: Mapping[str, Any],
    origin: str,
    defaults: Defaults,
    *,
    open: bool = False,
    always: bool = False,
) -> Container:
    """A container as it is when quotas see it; of an ``open`` one only what is known.

    A request that is missing is the limit (pkg/apis/core/v1/defaults.go, SetDefaults_Pod); what is missing then, a
    limit range gives (plugin/pkg/admission/limitranger/admission.go, PodMutateLimitFunc, init containers too).
    """
    if open:
        defaults = Defaults({}, {})  # they may find nothing to fill in
    own_limits = _parsed(limits)
    own_requests = {**own_limits, **_parsed(requests)}
    given = [("limits", name) for name in defaults.limits if name not in own_limits]
    given += [("requests", name) for name in defaults.requests if name not in own_requests]
    return Container(
        name,
        {**defaults.requests, **own_requests},
        {**defaults.limits, **own_limits},
        origin,
        open,
        always,
        tuple(given),
    )


def pod(
    containers: Iterable[Container], inits: Iterable[Container], priority_class: str | None, affinity: Any = None
) -> Pod:
    """A pod with its totals."""
    every, before = tuple(containers), tuple(inits)
    return Pod(
        every,
        before,
        _effective(every, before, lambda item: item.requests),
        _effective(every, before, lambda item: item.limits),
        priority_class,
        affinity is not None and any(_reaches_out(term) for term in _terms(affinity)),
    )


def _effective(
    containers: tuple[Container, ...], inits: tuple[Container, ...], side: Callable[[Container], Amounts]
) -> Amounts:
    """What a pod counts for (k8s.io/component-helpers/resource, PodRequests and PodLimits)."""
    total: dict[str, int] = {}
    for item in containers:
        _add(total, side(item))
    staying: dict[str, int] = {}
    highest: dict[str, int] = {}
    for item in inits:
        now = dict(staying)
        _add(now, side(item))
        if item.always:
            _add(total, side(item))
            staying = now
        for name, amount in now.items():
            if amount > highest.get(name, -1):
                highest[name] = amount
    for name, amount in highest.items():
        if amount > total.get(name, -1):
            total[name] = amount
    return total


def _add(total: dict[str, int], more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _parsed(amounts: Mapping[str, Any]) -> dict[str, int]:
    found = {}
    for name, text in amounts.items():
        quantity = as_quantity(text)
        if quantity is not None:
            found[name] = quantity.value
    return found


def _terms(affinity: Any) -> Iterator[Any]:
    for kind in ("podAffinity", "podAntiAffinity"):
        rules = affinity.get(kind) if isinstance(affinity, Mapping) else None
        if not isinstance(rules, Mapping):
            continue
        required, preferred = (rules.get(f"{how}DuringSchedulingIgnoredDuringExecution") for how in _HOW)
        yield from required if isinstance(required, list) else ()
        for weighted in preferred if isinstance(preferred, list) else ():
            yield weighted.get("podAffinityTerm") if isinstance(weighted, Mapping) else None


def _reaches_out(term: Any) -> bool:
    return isinstance(term, Mapping) and (bool(term.get("namespaces")) or term.get("namespaceSelector") is not None)
