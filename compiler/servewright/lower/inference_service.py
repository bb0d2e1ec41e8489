"""InferenceService: the KServe path."""

from __future__ import annotations

from servewright.hints import Any
from servewright.lower.environment import environment
from servewright.lower.fields import (
    CONNECTION,
    PROFILE,
    RESOURCES,
    Object,
    Row,
    annotation,
    build,
    drift_free,
    from_spec,
    label,
)
from servewright.lower.service_metadata import metadata_rows
from servewright.model.deployment import Container
from servewright.model.omit_empty import omit_empty
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions
from servewright.resolve.runtime_checks import PROTOCOL_BY_FORMAT

API_VERSION = "serving.kserve.io/v1beta1"
KIND = "InferenceService"
DEFAULT_TIMEOUT = 30  # seconds; odh-dashboard, TimeoutField.tsx

_P = ("spec", "predictor")
_M = (*_P, "model")
_DEPLOYMENT_MODE = annotation("serving.kserve.io/deploymentMode")
_AUTOSCALER_CLASS = annotation("serving.kserve.io/autoscalerClass")
_MODEL_FORMAT = annotation("modelFormat")
_AUTH_PROXY = annotation("security.opendatahub.io/auth-proxy-type")
_VISIBILITY = label("networking.kserve.io/visibility")

_STANDARD = drift_free("KServe's defaulter stores the mode; the platform has no other")
_FIXED = drift_free("without it, a fixed number of replicas starts at one and is scaled up by an autoscaler")
_FORMAT_COPY = drift_free("KServe's defaulter copies the format's name")
_NO_TOKEN_MOUNT = drift_free("KServe's defaulter turns the mount off on this platform")
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
    rows: list[Row] = [
        *metadata_rows(decisions),
        (_DEPLOYMENT_MODE, "Standard", _STANDARD),
        (_AUTOSCALER_CLASS, "none", _FIXED),
        (_MODEL_FORMAT, model_format.name, _FORMAT_COPY),
        (_AUTH_PROXY, "kube-rbac-proxy" if expose and expose.return401 else None, _FROM_401),
        (_VISIBILITY, "exposed" if decisions.access.exposed else None, _FROM_ROUTE),
        ((*_P, "automountServiceAccountToken"), False, _NO_TOKEN_MOUNT),
        ((*_P, "minReplicas"), spec.replicas, _FROM_REPLICAS),
        ((*_P, "maxReplicas"), spec.replicas, _FROM_REPLICAS),
        ((*_P, "deploymentStrategy", "type"), decisions.strategy.type, _FROM_STRATEGY),
        ((*_P, "timeout"), _timeout(decisions, context), _FROM_TIMEOUT),
        ((*_P, "serviceAccountName"), pod.service_account_name or source.service_account, CONNECTION),
        ((*_P, "imagePullSecrets"), [{"name": name} for name in pull_secrets] or None, CONNECTION),
        ((*_P, "nodeSelector"), hardware.node_selector or None, PROFILE),
        ((*_P, "tolerations"), list(hardware.tolerations) or None, PROFILE),
        ((*_M, "modelFormat", "name"), model_format.name, _FROM_FORMAT),
        ((*_M, "modelFormat", "version"), model_format.version, _FROM_FORMAT),
        ((*_M, "runtime"), runtime.name, _FROM_RUNTIME),
        ((*_M, "protocolVersion"), PROTOCOL_BY_FORMAT.get(model_format.name), _PROTOCOL),
        ((*_M, "resources"), resources, RESOURCES),
        ((*_M, "args"), list(decisions.args) or None, _FROM_ARGS),
        ((*_M, "env"), environment(spec.env) or None, _FROM_ENV),
    ]
    if source.kind == "s3":
        rows.append(((*_M, "storage", "key"), source.connection, CONNECTION))
        rows.append(((*_M, "storage", "path"), source.path, CONNECTION))
    else:
        rows.append(((*_M, "storageUri"), source.uri, _FROM_SOURCE))
    for name, value in (
        ("labels", pod.labels or None),
        ("annotations", pod.annotations or None),
        ("affinity", omit_empty(pod.affinity, "affinity") if pod.affinity is not None else None),
        ("priorityClassName", pod.priority_class_name),
        ("schedulerName", pod.scheduler_name),
        ("volumes", list(omit_empty(pod.volumes, "volumes")) or None),
    ):
        rows.append(((*_P, name), value, _POD[name]))
    for name, value in container_fields(spec.container).items():
        rows.append(((*_M, name), value, _CONTAINER[name]))
    return build(API_VERSION, KIND, rows)


def _timeout(decisions: Decisions, context: Context) -> int | None:
    """Seconds; the wizard writes its default too, where it knows the field."""
    expose = decisions.deployment.spec.expose
    if expose is not None and expose.timeout_seconds is not None:
        return expose.timeout_seconds
    return DEFAULT_TIMEOUT if context.release.has("route-timeout") else None
