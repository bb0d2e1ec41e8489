"""Hardware of a deployment: each request and limit with where it comes from, and what decides about the nodes."""

from __future__ import annotations

from servewright.catalog.annotations import string_map
from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.hints import Any
from servewright.lower.resource_origins import origin_of_resource
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions

PROFILE_DISPLAY_NAME = "opendatahub.io/display-name"


class Resource(NamedTuple):
    """One resource of each pod, in canonical quantities."""

    name: str
    request: str | None
    request_from: str | None
    limit: str | None
    limit_from: str | None


class Placement(NamedTuple):
    """Something that decides where pods may run, and who says so."""

    kind: str
    value: str
    said_by: str


class Hardware(NamedTuple):
    """The hardware of each pod; ``prefill`` is empty when prefill pods are like the others, or there are none."""

    profile: str | None
    profile_namespace: str | None
    profile_display_name: str | None
    resources: tuple[Resource, ...]
    prefill: tuple[Resource, ...]
    placement: tuple[Placement, ...]
    reasons: tuple[str, ...]


def hardware_of(decisions: Decisions, runtime: ServingRuntime | None) -> Hardware:
    """The hardware section; ``runtime`` may place pods too."""
    choice, profile = decisions.hardware, decisions.hardware.profile
    prefill = _resources(*choice.prefill, decisions, prefill=True) if choice.prefill is not None else ()
    return Hardware(
        profile.name if profile else None,
        profile.namespace if profile else None,
        display_name(profile) if profile else None,
        _resources(choice.requests, choice.limits, decisions),
        prefill,
        tuple(_placement(decisions, runtime)),
        choice.reasons,
    )


def display_name(profile: HardwareProfile) -> str | None:
    """What the dashboard calls the profile."""
    metadata = profile.where.document.data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return string_map(annotations).get(PROFILE_DISPLAY_NAME)


def resource_order(name: str) -> tuple[int, str]:
    """A key for sorting: CPU, memory, then accelerators by name."""
    return {"cpu": 0, "memory": 1}.get(name, 2), name


def describe_toleration(toleration: dict[str, Any]) -> str:
    """A toleration in one line, as ``kubectl describe`` writes taints: ``key=value:effect``."""
    key = str(toleration.get("key") or "every taint")
    value = f"={toleration['value']}" if toleration.get("value") else ""
    effect = f":{toleration['effect']}" if toleration.get("effect") else ""
    seconds = f" for {toleration['tolerationSeconds']} s" if "tolerationSeconds" in toleration else ""
    return f"{key}{value}{effect}{seconds}"


def _resources(
    requests: dict[str, str], limits: dict[str, str], decisions: Decisions, *, prefill: bool = False
) -> tuple[Resource, ...]:
    def said_by(side: str, name: str) -> str:
        return origin_of_resource(side, name, decisions, prefill=prefill)[0]

    return tuple(
        Resource(
            name,
            requests.get(name),
            said_by("requests", name) if name in requests else None,
            limits.get(name),
            said_by("limits", name) if name in limits else None,
        )
        for name in sorted({*requests, *limits}, key=resource_order)
    )


def _placement(decisions: Decisions, runtime: ServingRuntime | None) -> list[Placement]:
    choice, pod = decisions.hardware, decisions.deployment.spec.pod
    profile, rows = choice.profile, []
    by_profile = profile if profile is not None and profile.queue is None else None
    if choice.queue is not None:
        rows.append(Placement("queue", choice.queue, "the profile"))
    for key, value in choice.node_selector.items():
        said_by = "the profile" if by_profile and key in by_profile.node_selector else "the spec"
        rows.append(Placement("node selector", f"{key}={value}", said_by))
    count = len(by_profile.tolerations) if by_profile else 0
    for index, toleration in enumerate(choice.tolerations):
        rows.append(
            Placement("toleration", describe_toleration(toleration), "the profile" if index < count else "the spec")
        )
    if pod.affinity is not None:
        rows.append(Placement("affinity", "given", "the spec"))
    if pod.priority_class_name is not None:
        rows.append(Placement("priority class", pod.priority_class_name, "the spec"))
    scheduler, said_by = pod.scheduler_name, "the spec"
    if scheduler is None and runtime is not None and isinstance(runtime.body["spec"].get("schedulerName"), str):
        scheduler, said_by = runtime.body["spec"]["schedulerName"], "the runtime"
    if scheduler is not None:
        rows.append(Placement("scheduler", scheduler, said_by))
    return rows
