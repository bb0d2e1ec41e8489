"""Where a field of an object comes from: the row that wrote it, and more exactly where rows are coarser than fields."""

from __future__ import annotations

from servewright.diagnostics.field_path import exists
from servewright.diagnostics.model import Path
from servewright.hints import Any
from servewright.lower.engine_metadata import ROWS as ENGINE_ROWS
from servewright.lower.fields import CONNECTION, PROFILE, Object, Origin, Row, from_spec, platform
from servewright.lower.llm_inference_service import KIND as LLM_KIND
from servewright.lower.resource_origins import origin_of_resource
from servewright.record import NamedTuple
from servewright.resolve.arguments import LLMD_ARGUMENTS
from servewright.resolve.decisions import Decisions

_KIND = Origin("identity", "what kind of object this is")
_CONTAINER_NAME = platform("the platform knows the model's container by this name")
# Pod specs, and the model's container in them, by kind of object. Prefill comes first: its path begins like no other.
_PODS: dict[str, tuple[tuple[Path, Path], ...]] = {
    "InferenceService": ((("spec", "predictor"), ("model",)),),
    LLM_KIND: tuple(
        (path, ("containers", 0))
        for path in (
            ("spec", "prefill", "template"),
            ("spec", "prefill", "worker"),
            ("spec", "template"),
            ("spec", "worker"),
        )
    ),
}
_POD_FIELDS = frozenset({"priorityClassName", "schedulerName", "volumes", "affinity"})


class Traced(NamedTuple):
    """An origin, and the path that it is the origin of: the asked one, or one above it."""

    origin: Origin
    path: Path


def trace(item: Object, path: Path, decisions: Decisions | None) -> Traced:
    """The origin of the field at ``path`` of ``item``; ``decisions`` are those of the deployment it belongs to."""
    exact = _more_exactly(item, path, decisions) if decisions else None
    if exact is not None:
        return Traced(exact, path)
    # Of several rows for one path the last one wrote it.
    rows = [row for row in written_rows(item) if path[: len(row[0])] == row[0]]
    if not rows:
        return Traced(_KIND, path)
    above, origin = max(reversed(rows), key=lambda row: len(row[0]))
    return Traced(origin, above)


def written_rows(item: Object) -> list[Row]:
    """The rows of fields that ``item`` has."""
    return [row for row in (*ENGINE_ROWS, *item.rows) if exists(item.body, row[0])]


def trace_below(item: Object, path: Path, value: Any, decisions: Decisions | None) -> list[Traced]:
    """The origins of everything at and below ``path``, as few as say it all; each ``path`` is in ``item``."""
    entries = sorted(value.items()) if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [found for step, inner in entries for found in trace_below(item, (*path, step), inner, decisions)]
    if below and any(found.origin != below[0].origin for found in below):
        return below
    return [Traced(below[0].origin if below else trace(item, path, decisions).origin, path)]


def _more_exactly(item: Object, path: Path, decisions: Decisions) -> Origin | None:
    kind = item.body["kind"]
    if kind == LLM_KIND and path == ("spec", "model", "uri") and decisions.source.connection is None:
        return from_spec("spec.model.source")
    for pod, container in _PODS.get(kind, ()):
        if path[: len(pod)] != pod:
            continue
        tail = path[len(pod) :]
        if tail[: len(container)] == container:
            return _inside_container(kind, pod, tail[len(container) :], decisions)
        return _pod_field(kind, tail, decisions)
    return None


def _pod_field(kind: str, tail: Path, decisions: Decisions) -> Origin | None:
    pod, hardware, source = decisions.deployment.spec.pod, decisions.hardware, decisions.source
    profile = hardware.profile if hardware.queue is None else None
    match tail:
        case ("serviceAccountName",):
            return from_spec("spec.pod.serviceAccountName") if pod.service_account_name else CONNECTION
        case ("nodeSelector", str(key)):
            return PROFILE if profile and key in profile.node_selector else _pod("nodeSelector", key)
        case ("tolerations", int(index), *_):
            count = len(profile.tolerations) if profile else 0
            return PROFILE if index < count else from_spec("spec.pod.tolerations")
        case ("imagePullSecrets", int(index), *_):
            own = index >= len(source.pull_secrets)
            if own:
                return from_spec("spec.pod.imagePullSecrets")
            return CONNECTION if source.connection else from_spec("spec.model.source.oci.pullSecrets")
        case (str(field), *_) if kind == LLM_KIND and field in _POD_FIELDS:
            return from_spec(f"spec.pod.{field}")
    return None


def _pod(field: str, key: str) -> Origin:
    return Origin("spec", f"`spec.pod.{field}` of the spec", ("spec", "pod", field, key))


def _inside_container(kind: str, pod: Path, tail: Path, decisions: Decisions) -> Origin | None:
    match tail:
        case ("resources", str(side), str(name)):
            who, path = origin_of_resource(side, name, decisions, prefill="prefill" in pod)
            return Origin("profile" if path[-1] == "profile" else "spec", _said(who), path)
        case ("name",) if kind == LLM_KIND:
            return _CONTAINER_NAME
        case ("env", int(index), *_) if kind == LLM_KIND:
            if index < len(decisions.deployment.spec.env):
                return Origin("spec", "`spec.env` of the spec", ("spec", "env", index))
            return from_spec("spec.args", f"`spec.args` of the spec, which reach vLLM through {LLMD_ARGUMENTS}")
        case (str(field), *_) if kind == LLM_KIND and field not in ("resources", "env"):
            return from_spec(f"spec.container.{field}")
    return None


def _said(who: str) -> str:
    return "the limit is not given, so it is the request" if who == "the request" else who
