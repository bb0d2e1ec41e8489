"""A namespace: what its deployments run there, as pods, and the quotas and limit ranges that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from servewright.catalog.annotations import string_map
from servewright.catalog.limit_range import LimitRange
from servewright.catalog.resource_quota import ResourceQuota
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.check.capacity import platform
from servewright.check.capacity.pods import Container, Defaults, Pod, container, pod
from servewright.check.demand import Demand, Workload
from servewright.check.summary import Summary
from servewright.diagnostics.short import short
from servewright.hints import Any, TypeVar
from servewright.record import NamedTuple
from servewright.resolve.context import Context

T = TypeVar("T")

_OF_THE_MODEL = "kserve-container"
SCHEDULER = "scheduler"  # the group beside llm-d's workloads
_Runtimes = Mapping[str, ServingRuntime | None]  # those that the namespace's deployments emit, by name
_NO_SPEC: Mapping[str, Any] = {}
_PODS_KEPT = 1024


class Group(NamedTuple):
    """Equal pods: ``pods`` of them, in ``replicas``; ``extra`` more while a change rolls out."""

    name: str
    pod: Pod
    replicas: int
    pods: int
    extra: int


class Load(NamedTuple):
    """A deployment that runs, as groups of pods."""

    summary: Summary
    groups: tuple[Group, ...]

    @property
    def llmd(self) -> bool:
        """Whether llm-d decides how its pods are replaced."""
        return self.summary.demand is not None and self.summary.demand.llmd


class Tenant(NamedTuple):
    """A namespace; everything sorted by name, so that no file order shows.

    ``together`` are the pods of all loads, those that are the same object as one group: what concerns pods alone is
    worked out once for all of them.
    """

    namespace: str
    loads: tuple[Load, ...]
    together: tuple[Group, ...]
    quotas: tuple[ResourceQuota, ...]
    limit_ranges: tuple[LimitRange, ...]
    summaries: tuple[Summary, ...]


def limited_tenants(summaries: Iterable[Summary], context: Context) -> Iterator[Tenant]:
    """Every namespace that has deployments or connections of ours, and a quota or a limit range."""
    limited = {namespace for namespace, _ in (*context.catalog.quotas, *context.catalog.limit_ranges)}
    return tenants((summary for summary in summaries if summary.namespace in limited), context)


def tenants(summaries: Iterable[Summary], context: Context) -> Iterator[Tenant]:
    """Every namespace that has deployments or connections of ours."""
    quotas, limit_ranges = _by_namespace(context.catalog.quotas), _by_namespace(context.catalog.limit_ranges)
    here: dict[str, list[Summary]] = {}
    for summary in summaries:
        here.setdefault(summary.namespace, []).append(summary)
    shared = None
    for namespace in sorted(here):
        ranges = tuple(limit_ranges.get(namespace, ()))
        defaults = _defaults(ranges)
        if shared is None or not shared.fits(defaults):
            shared = _Shared(defaults)  # neighbours often have the same defaults, and then the same pods
        own = tuple(sorted(here[namespace], key=_key))
        # Two documents of one name are reported elsewhere, and would be one deployment.
        running = {item.name: item for item in own if item.demand is not None and not item.demand.stopped}
        emitted = {
            item.runtime.name: item.runtime.runtime
            for item in reversed(own)
            if item.runtime is not None and item.runtime.kind == "template"
        }
        loads = tuple([_load(item, emitted, shared, context) for item in running.values()])
        yield Tenant(
            namespace,
            loads,
            _together(loads),
            tuple(quotas.get(namespace, ())),
            ranges,
            own,
        )


def _together(loads: Iterable[Load]) -> tuple[Group, ...]:
    found: dict[int, Group] = {}
    for load in loads:
        for group in load.groups:
            name, equal, replicas, pods, extra = group
            known = found.get(id(equal))
            if known is not None:
                group = Group(name, equal, known.replicas + replicas, known.pods + pods, known.extra + extra)
            found[id(equal)] = group
    return tuple(found.values())


def _by_namespace(table: Mapping[tuple[str, str], T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for (namespace, _), item in sorted(table.items()):
        found.setdefault(namespace, []).append(item)
    return found


def _key(summary: Summary) -> tuple[str, str, int]:
    document = summary.where.document
    return summary.name, document.source.path, document.index


def _defaults(ranges: Iterable[LimitRange]) -> Defaults:
    requests: dict[str, int] = {}
    limits: dict[str, int] = {}
    for limit_range in ranges:  # the first that says something has said it
        own_requests: dict[str, int] = {}
        own_limits: dict[str, int] = {}
        for item in limit_range.items:
            if item.type == "Container":
                own_requests.update({name: amount.value for name, amount in item.default_request.items()})
                own_limits.update({name: amount.value for name, amount in item.default.items()})
        requests, limits = {**own_requests, **requests}, {**own_limits, **limits}
    return Defaults(requests, limits)


class _Brought(NamedTuple):
    """What the ``spec`` of a runtime brings into pods: containers beside the model's and before it, and its amounts."""

    spec: Mapping[str, Any]
    beside: tuple[Container, ...]
    before: tuple[Container, ...]
    requests: dict[str, Any]
    limits: dict[str, Any]
    image_volume: bool


class _Shared:
    """What many pods of a namespace have, from the platform and from runtimes, and pods that are equal: each made once."""

    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        self.scheduler: Group | None = None
        self._pods: dict[object, Pod] = {}
        self._added: dict[str, Container] = {}
        self._brought: dict[int, _Brought] = {}

    def fits(self, defaults: Defaults) -> bool:
        """Whether it is of the same defaults, which come in the same order."""
        return all(
            tuple(one.items()) == tuple(other.items()) for one, other in zip(self.defaults, defaults, strict=True)
        )

    def pod(self, key: object, make: Callable[[], Pod]) -> Pod:
        """The pod of which ``key`` says everything, None for one of its own kind."""
        known = self._pods.get(key) if key is not None else None
        if known is None:
            known = make()
            if key is not None:
                if len(self._pods) >= _PODS_KEPT:
                    self._pods.clear()
                self._pods[key] = known
        return known

    def added(self, items: Iterable[platform.Added]) -> Iterator[Container]:
        """What the platform adds to a pod; it has one container of each name."""
        for item in items:
            known = self._added.get(item[0])
            if known is None:
                known = self._added[item[0]] = container(*item, "platform", self.defaults)
            yield known

    def brought(self, spec: Mapping[str, Any]) -> _Brought:
        """What a runtime brings; its spec is kept, so that its identity stays its own."""
        known = self._brought.get(id(spec))
        if known is None:
            beside, before = (_of_runtime(spec.get(field), self.defaults) for field in ("containers", "initContainers"))
            amounts, image_volume = _resources_of_model(spec), _has_image_volume(spec)
            known = self._brought[id(spec)] = _Brought(spec, tuple(beside), tuple(before), *amounts, image_volume)
        return known


def groups_of(demand: Demand, runtime: Mapping[str, Any] | None, namespace: str, context: Context) -> tuple[Group, ...]:
    """The pods of one deployment by itself; ``runtime`` is the spec of its ServingRuntime, None where it is not known."""
    ranges = _by_namespace(context.catalog.limit_ranges).get(namespace, ())
    return tuple(_groups(demand, runtime, _Shared(_defaults(ranges)), context))


def _groups(demand: Demand, runtime: Mapping[str, Any] | None, shared: _Shared, context: Context) -> Iterator[Group]:
    brought = shared.brought(_NO_SPEC if runtime is None or demand.llmd else runtime)
    is_open = demand.open or (runtime is None and not demand.llmd)

    def make(workload: Workload) -> Pod:
        main = container(
            "main" if demand.llmd else _OF_THE_MODEL,
            {**brought.requests, **workload.requests},
            {**brought.limits, **workload.limits},
            "spec",
            shared.defaults,
            open=is_open,
        )
        added = platform.sidecars(demand, workload.name, brought.image_volume)
        inits = platform.init_containers(demand)
        return pod(
            (main, *brought.beside, *shared.added(added)),
            (*brought.before, *shared.added(inits)),
            demand.priority_class,
            demand.affinity,
        )

    common = (id(brought.spec), is_open, demand.llmd, demand.storage, demand.priority_class)
    for workload in demand.workloads:
        name, replicas, per, extra, requests, limits = workload
        key = (common, name, tuple(requests.items()), tuple(limits.items())) if demand.affinity is None else None
        whole = shared.pod(key, partial(make, workload))
        yield Group(name, whole, replicas, replicas * per, extra * per)
    if demand.scheduler:
        if shared.scheduler is None:
            shared.scheduler = _scheduler(shared.defaults, context)
        yield shared.scheduler


def _load(summary: Summary, emitted: _Runtimes, shared: _Shared, context: Context) -> Load:
    demand = summary.demand
    assert demand is not None
    runtime = None if demand.llmd else _runtime(summary, emitted, context)
    return Load(summary, tuple(_groups(demand, runtime and runtime.body["spec"], shared, context)))


def _scheduler(defaults: Defaults, context: Context) -> Group:
    known = platform.scheduler(context.release)
    name, requests, limits = known or ("main", {}, {})
    only = container(name, requests, limits, "platform", defaults, open=known is None)
    # Its Deployment is Recreate (llmisvc/scheduler.go).
    return Group(SCHEDULER, pod((only,), (), None), 1, 1, 0)


def _runtime(summary: Summary, emitted: _Runtimes, context: Context) -> ServingRuntime | None:
    """The deployment's runtime; one that exists may be another deployment's, or the cluster's."""
    choice = summary.runtime
    if choice is None or choice.runtime is not None:
        return choice.runtime if choice else None
    return emitted.get(choice.name) or context.catalog.cluster_runtimes.get(("", choice.name))


def _of_runtime(containers: object, defaults: Defaults) -> Iterator[Container]:
    """The runtime's containers that are not the model's: KServe appends them as they are (pkg/utils, utils.go)."""
    for item in containers if isinstance(containers, list) else ():
        if isinstance(item, dict) and item.get("name") != _OF_THE_MODEL:
            requests, limits = _sides(item)
            always = item.get("restartPolicy") == "Always"
            yield container(short(str(item.get("name")), 63), requests, limits, "runtime", defaults, always=always)


def _resources_of_model(spec: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the runtime gives the model's container: the service's resources are merged over it, key by key."""
    containers = spec.get("containers") or ()
    return next(
        (_sides(item) for item in containers if isinstance(item, dict) and item.get("name") == _OF_THE_MODEL), ({}, {})
    )


def _sides(item: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    resources = item.get("resources")
    given = resources if isinstance(resources, dict) else {}
    requests, limits = given.get("requests"), given.get("limits")
    return requests if isinstance(requests, dict) else {}, limits if isinstance(limits, dict) else {}


def _has_image_volume(spec: Mapping[str, Any]) -> bool:
    # The platform's own KServe mounts an `oci://` model of MLServer as an image volume, without a sidecar.
    return string_map(spec.get("annotations")).get("opendatahub.io/kserve-runtime") == "mlserver"
