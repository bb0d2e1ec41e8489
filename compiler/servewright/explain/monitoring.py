"""How to watch a model: the platform's queries for its runtime, or why the platform has none."""

from __future__ import annotations

from servewright.catalog.annotations import string_map
from servewright.explain.metric_queries import BY_FAMILY, FAMILY_ANNOTATION, REFRESH, TIME_RANGES, Query, queries_for
from servewright.explain.server import Server
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions

_PORT_ANNOTATION = "prometheus.io/port"
_NEEDS = (
    "queries need user workload monitoring; run them in the OpenShift console under Observe > Metrics. The "
    "dashboard's own charts also need `disablePerformanceMetrics: false` and `disableKServeMetrics: false` in "
    "OdhDashboardConfig"
)
_VLLM_LATE = "some vLLM metrics appear only after a first request"


class Monitoring(NamedTuple):
    """Whether the platform has metrics for the model, and what to know about them."""

    supported: bool
    family: str | None
    notes: tuple[str, ...]
    time_ranges: tuple[str, ...] = TIME_RANGES
    refresh: tuple[str, ...] = REFRESH


def monitoring_of(decisions: Decisions, server: Server) -> tuple[Monitoring, tuple[Query, ...]]:
    """The notes and the queries, filled in."""
    if decisions.runtime.llmd:
        return Monitoring(False, None, _llmd_notes(decisions)), ()
    why_not = _why_not(server)
    if why_not is not None:
        return Monitoring(False, server.family, (why_not,)), ()
    notes = [_NEEDS]
    if server.family == "vllm":
        notes.append(_VLLM_LATE)
    if server.runtime and not string_map(server.runtime.body["spec"].get("annotations")).get(_PORT_ANNOTATION):
        notes.append(
            f"the runtime has no annotation {_PORT_ANNOTATION} in its spec: only CPU and memory can be seen, its own metrics are not collected"
        )
    name, namespace = decisions.naming.name, decisions.naming.namespace
    return Monitoring(True, server.family, tuple(notes)), queries_for(server.family or "", namespace, name)


def _why_not(server: Server) -> str | None:
    """Why odh-model-controller would mark the model's metrics as unsupported."""
    if server.runtime is None:
        return "the ServingRuntime is not in the catalog, so its metrics are not known"
    if server.runtime.cluster_scoped:
        return "the platform has no metrics for models that use a ClusterServingRuntime: use a template"
    if server.family is None:
        return f"the platform has no metrics for this runtime: its spec has no annotation {FAMILY_ANNOTATION}, as preinstalled runtimes and copies of them have"
    if server.family not in BY_FAMILY:
        listing = ", ".join(f"`{family}`" for family in BY_FAMILY)
        return f"the platform has no metrics for runtimes of the kind `{server.family}`: it knows {listing}"
    return None


def _llmd_notes(decisions: Decisions) -> tuple[str, ...]:
    namespace = decisions.naming.namespace
    return (
        "the platform's dashboard has no charts for llm-d",
        f"metrics are there all the same: the controller makes PodMonitors kserve-llm-isvc-vllm-engine… and ServiceMonitors kserve-llm-isvc-scheduler… in `{namespace}`, so with user workload monitoring the metrics of vLLM (`vllm:…`) and of the scheduler can be queried",
        _VLLM_LATE,
    )
