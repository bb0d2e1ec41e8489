"""InferenceService: the KServe path."""

from __future__ import annotations

from typing import Any

from servewright.lower.environment import environment
from servewright.lower.fields import (
    CONNECTION,
    PROFILE,
    RESOURCES,
    Object,
    Row,
    build,
    drift_free,
    from_spec,
)
from servewright.lower.service_metadata import metadata
from servewright.model.deployment import Container, Pod
from servewright.model.omit_empty import omit_empty
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions
from servewright.resolve.runtime_checks import PROTOCOL_BY_FORMAT

API_VERSION = "serving.kserve.io/v1beta1"
KIND = "InferenceService"
DEFAULT_TIMEOUT = 30  # seconds; odh-dashboard, TimeoutField.tsx

_PREDICTOR = ("spec", "predictor")
_STRATEGY = (*_PREDICTOR, "deploymentStrategy")
_MODEL = (*_PREDICTOR, "model")
_MODEL_FORMAT = (*_MODEL, "modelFormat")
_STORAGE = (*_MODEL, "storage")

_STANDARD: Row = (
    "serving.kserve.io/deploymentMode",
    "Standard",
    drift_free("KServe's defaulter stores the mode; the platform has no other"),
)
_FIXED: Row = (
    "serving.kserve.io/autoscalerClass",
    "none",
    drift_free("without it, a fixed number of replicas starts at one and is scaled up by an autoscaler"),
)
_FORMAT_COPY = drift_free("KServe's defaulter copies the format's name")
_NO_TOKEN_MOUNT: Row = (
    "automountServiceAccountToken",
    False,
    drift_free("KServe's defaulter turns the mount off on this platform"),
)
_PROTOCOL = drift_free("KServe's defaulter sets the protocol of this format")
_FROM_ROUTE = from_spec("spec.expose.route")
_FROM_401 = from_spec("spec.expose.return401")
_FROM_TIMEOUT = from_spec("spec.expose.timeoutSeconds")
_FROM_REPLICAS = from_spec("spec.replicas")
_FROM_STRATEGY = from_spec("spec.strategy")
_FROM_FORMAT = from_spec("spec.model.format")
_FROM_RUNTIME = from_spec("spec.runtime", "the runtime that was chosen")
_FROM_ARGS = from_spec("spec.args")
_FROM_ENV = from_spec("spec.env")
_FROM_SOURCE = from_spec("spec.model.source")
_POD = {
    name: from_spec(f"spec.pod.{name}")
    for name in (
        "labels",
        "annotations",
        "serviceAccountName",
        "nodeSelector",
        "tolerations",
        "affinity",
        "priorityClassName",
        "schedulerName",
        "volumes",
    )
}
_CONTAINER_FIELDS = (
    ("image", "image"),
    ("volumeMounts", "volume_mounts"),
    ("startupProbe", "startup_probe"),
    ("readinessProbe", "readiness_probe"),
    ("livenessProbe", "liveness_probe"),
    ("securityContext", "security_context"),
    ("lifecycle", "lifecycle"),
)
_CONTAINER = {name: from_spec(f"spec.container.{name}") for name, _ in _CONTAINER_FIELDS}
_NO_CONTAINER = Container()
_NO_POD = Pod()


def container_fields(container: Container) -> dict[str, Any]:
    """The fields that ``spec.container`` gives, in stored form; most deployments give none."""
    if container == _NO_CONTAINER:
        return {}
    given = {}
    for name, attribute in _CONTAINER_FIELDS:
        value = getattr(container, attribute)
        if value:
            given[name] = list(omit_empty(value, name)) if isinstance(value, tuple) else omit_empty(value, name)
        elif isinstance(value, dict):
            given[name] = {}
    return given


def lower(decisions: Decisions, context: Context) -> Object:
    """The InferenceService of a deployment."""
    deployment, hardware, source = decisions.deployment, decisions.hardware, decisions.source
    spec, runtime = deployment.spec, decisions.runtime
    pod, expose = spec.pod, spec.expose
    model_format = runtime.format
    pull_secrets = [*source.pull_secrets, *(name for name in pod.image_pull_secrets if name not in source.pull_secrets)]
    resources: dict[str, Any] = {}
    if hardware.requests:
        resources["requests"] = hardware.requests
    if hardware.limits:
        resources["limits"] = hardware.limits
    predictor: list[Row] = [
        _NO_TOKEN_MOUNT,
        ("minReplicas", spec.replicas, _FROM_REPLICAS),
        ("maxReplicas", spec.replicas, _FROM_REPLICAS),
        ("timeout", _timeout(decisions, context), _FROM_TIMEOUT),
        ("serviceAccountName", pod.service_account_name or source.service_account, CONNECTION),
        ("imagePullSecrets", [{"name": name} for name in pull_secrets] or None, CONNECTION),
        ("nodeSelector", hardware.node_selector or None, PROFILE),
        ("tolerations", list(hardware.tolerations) or None, PROFILE),
    ]
    model: list[Row] = [
        ("runtime", runtime.name, _FROM_RUNTIME),
        ("protocolVersion", PROTOCOL_BY_FORMAT.get(model_format.name), _PROTOCOL),
        ("resources", resources, RESOURCES),
        ("args", list(decisions.args) or None, _FROM_ARGS),
        ("env", environment(spec.env) or None, _FROM_ENV),
    ]
    storage: list[Row] = []
    if source.kind == "s3":
        storage = [("key", source.connection, CONNECTION), ("path", source.path, CONNECTION)]
    else:
        model.append(("storageUri", source.uri, _FROM_SOURCE))
    if pod != _NO_POD:
        predictor += [
            ("labels", pod.labels or None, _POD["labels"]),
            ("annotations", pod.annotations or None, _POD["annotations"]),
            ("affinity", omit_empty(pod.affinity, "affinity") if pod.affinity is not None else None, _POD["affinity"]),
            ("priorityClassName", pod.priority_class_name, _POD["priorityClassName"]),
            ("schedulerName", pod.scheduler_name, _POD["schedulerName"]),
            ("volumes", list(omit_empty(pod.volumes, "volumes")) or None, _POD["volumes"]),
        ]
    model += [(name, value, _CONTAINER[name]) for name, value in container_fields(spec.container).items()]
    labels: list[Row] = [
        ("networking.kserve.io/visibility", "exposed" if decisions.access.exposed else None, _FROM_ROUTE)
    ]
    proxy = "kube-rbac-proxy" if expose and expose.return401 else None
    annotations: list[Row] = [
        _STANDARD,
        _FIXED,
        ("modelFormat", model_format.name, _FORMAT_COPY),
        ("security.opendatahub.io/auth-proxy-type", proxy, _FROM_401),
    ]
    return build(
        API_VERSION,
        KIND,
        *metadata(decisions, labels, annotations),
        (_PREDICTOR, predictor),
        (_STRATEGY, [("type", decisions.strategy.type, _FROM_STRATEGY)]),
        (_MODEL, model),
        (
            _MODEL_FORMAT,
            [("name", model_format.name, _FROM_FORMAT), ("version", model_format.version, _FROM_FORMAT)],
        ),
        (_STORAGE, storage),
    )


def _timeout(decisions: Decisions, context: Context) -> int | None:
    """Seconds; the wizard writes its default too, where it knows the field."""
    expose = decisions.deployment.spec.expose
    if expose is not None and expose.timeout_seconds is not None:
        return expose.timeout_seconds
    return DEFAULT_TIMEOUT if context.release.has("route-timeout") else None
