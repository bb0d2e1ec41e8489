"""InferenceService: the KServe path."""

from __future__ import annotations

from servewright.hints import Any
from servewright.lower.environment import environment
from servewright.lower.fields import (
    CONNECTION,
    PROFILE,
    RESOURCES,
    Body,
    Object,
    Row,
    annotation,
    drift_free,
    from_spec,
    given,
    label,
)
from servewright.lower.service_metadata import ROWS, service_metadata
from servewright.model.deployment import Container, Pod
from servewright.model.omit_empty import omit_empty
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions
from servewright.resolve.runtime_checks import PROTOCOL_BY_FORMAT

API_VERSION = "serving.kserve.io/v1beta1"
KIND = "InferenceService"
DEFAULT_TIMEOUT = 30  # seconds; odh-dashboard, TimeoutField.tsx

_DEPLOYMENT_MODE = "serving.kserve.io/deploymentMode"
_AUTOSCALER_CLASS = "serving.kserve.io/autoscalerClass"
_MODEL_FORMAT = "modelFormat"
_AUTH_PROXY = "security.opendatahub.io/auth-proxy-type"
_VISIBILITY = "networking.kserve.io/visibility"
_CONTAINER_FIELDS = (
    ("image", "image"),
    ("volumeMounts", "volume_mounts"),
    ("startupProbe", "startup_probe"),
    ("readinessProbe", "readiness_probe"),
    ("livenessProbe", "liveness_probe"),
    ("securityContext", "security_context"),
    ("lifecycle", "lifecycle"),
)
_NO_CONTAINER = Container()
_NO_POD = Pod()

_P = ("spec", "predictor")
_M = (*_P, "model")
_ROWS: tuple[Row, ...] = (
    *ROWS,
    (annotation(_DEPLOYMENT_MODE), drift_free("KServe's defaulter stores the mode; the platform has no other")),
    (
        annotation(_AUTOSCALER_CLASS),
        drift_free("without it, a fixed number of replicas starts at one and is scaled up by an autoscaler"),
    ),
    (annotation(_MODEL_FORMAT), drift_free("KServe's defaulter copies the format's name")),
    (annotation(_AUTH_PROXY), from_spec("spec.expose.return401")),
    (label(_VISIBILITY), from_spec("spec.expose.route")),
    (
        (*_P, "automountServiceAccountToken"),
        drift_free("KServe's defaulter turns the mount off on this platform"),
    ),
    ((*_P, "minReplicas"), from_spec("spec.replicas")),
    ((*_P, "maxReplicas"), from_spec("spec.replicas")),
    ((*_P, "deploymentStrategy", "type"), from_spec("spec.strategy")),
    ((*_P, "timeout"), from_spec("spec.expose.timeoutSeconds")),
    ((*_P, "serviceAccountName"), CONNECTION),
    ((*_P, "imagePullSecrets"), CONNECTION),
    ((*_P, "nodeSelector"), PROFILE),
    ((*_P, "tolerations"), PROFILE),
    *(
        ((*_P, name), from_spec(f"spec.pod.{name}"))
        for name in ("labels", "annotations", "affinity", "priorityClassName", "schedulerName", "volumes")
    ),
    ((*_M, "modelFormat", "name"), from_spec("spec.model.format")),
    ((*_M, "modelFormat", "version"), from_spec("spec.model.format")),
    ((*_M, "runtime"), from_spec("spec.runtime", "the runtime that was chosen")),
    ((*_M, "protocolVersion"), drift_free("KServe's defaulter sets the protocol of this format")),
    ((*_M, "resources"), RESOURCES),
    ((*_M, "args"), from_spec("spec.args")),
    ((*_M, "env"), from_spec("spec.env")),
    ((*_M, "storage", "key"), CONNECTION),
    ((*_M, "storage", "path"), CONNECTION),
    ((*_M, "storageUri"), from_spec("spec.model.source")),
    *(((*_M, name), from_spec(f"spec.container.{name}")) for name, _ in _CONTAINER_FIELDS),
)


def container_fields(container: Container) -> dict[str, Any]:
    """The fields that ``spec.container`` gives, in stored form; most deployments give none."""
    if container == _NO_CONTAINER:
        return {}
    fields = {}
    for name, attribute in _CONTAINER_FIELDS:
        value = getattr(container, attribute)
        if value:
            fields[name] = list(omit_empty(value, name)) if isinstance(value, tuple) else omit_empty(value, name)
        elif isinstance(value, dict):
            fields[name] = {}
    return fields


def lower(decisions: Decisions, context: Context) -> Object:
    """The InferenceService of a deployment."""
    spec, naming, runtime = decisions.deployment.spec, decisions.naming, decisions.runtime
    labels, annotations, own = service_metadata(decisions)
    annotations[_DEPLOYMENT_MODE] = "Standard"
    annotations[_AUTOSCALER_CLASS] = "none"
    annotations[_MODEL_FORMAT] = runtime.format.name
    if spec.expose and spec.expose.return401:
        annotations[_AUTH_PROXY] = "kube-rbac-proxy"
    if decisions.access.exposed:
        labels[_VISIBILITY] = "exposed"
    body: Body = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": naming.name,
            "namespace": naming.namespace,
            "labels": labels,
            "annotations": annotations,
        },
        "spec": {"predictor": _predictor(decisions, context)},
    }
    return Object(body, (*_ROWS, *own))


def _predictor(decisions: Decisions, context: Context) -> dict[str, Any]:
    spec, hardware, source = decisions.deployment.spec, decisions.hardware, decisions.source
    pod = spec.pod
    predictor: dict[str, Any] = {
        "automountServiceAccountToken": False,
        "minReplicas": spec.replicas,
        "maxReplicas": spec.replicas,
        "deploymentStrategy": {"type": decisions.strategy.type},
    }
    timeout = _timeout(decisions, context)
    if timeout is not None:
        predictor["timeout"] = timeout
    account = pod.service_account_name or source.service_account
    if account is not None:
        predictor["serviceAccountName"] = account
    if source.pull_secrets or pod.image_pull_secrets:
        own = (name for name in pod.image_pull_secrets if name not in source.pull_secrets)
        predictor["imagePullSecrets"] = [{"name": name} for name in (*source.pull_secrets, *own)]
    if hardware.node_selector:
        predictor["nodeSelector"] = hardware.node_selector
    if hardware.tolerations:
        predictor["tolerations"] = list(hardware.tolerations)
    predictor["model"] = _model(decisions)
    if pod != _NO_POD:
        predictor |= _pod_fields(pod)
    return predictor


def _model(decisions: Decisions) -> dict[str, Any]:
    spec, hardware, source = decisions.deployment.spec, decisions.hardware, decisions.source
    name, version = decisions.runtime.format.name, decisions.runtime.format.version
    resources: dict[str, Any] = {}
    if hardware.requests:
        resources["requests"] = hardware.requests
    if hardware.limits:
        resources["limits"] = hardware.limits
    model: dict[str, Any] = {
        "modelFormat": {"name": name} if version is None else {"name": name, "version": version},
        "runtime": decisions.runtime.name,
        "resources": resources,
    }
    if name in PROTOCOL_BY_FORMAT:
        model["protocolVersion"] = PROTOCOL_BY_FORMAT[name]
    if decisions.args:
        model["args"] = list(decisions.args)
    if spec.env:
        model["env"] = environment(spec.env)
    if source.kind == "s3":
        if storage := given({"key": source.connection, "path": source.path}):
            model["storage"] = storage
    elif source.uri is not None:
        model["storageUri"] = source.uri
    if spec.container != _NO_CONTAINER:
        model |= container_fields(spec.container)
    return model


def _pod_fields(pod: Pod) -> dict[str, Any]:
    return given(
        {
            "labels": pod.labels or None,
            "annotations": pod.annotations or None,
            "affinity": omit_empty(pod.affinity, "affinity") if pod.affinity is not None else None,
            "priorityClassName": pod.priority_class_name,
            "schedulerName": pod.scheduler_name,
            "volumes": list(omit_empty(pod.volumes, "volumes")) or None,
        }
    )


def _timeout(decisions: Decisions, context: Context) -> int | None:
    """Seconds; the wizard writes its default too, where it knows the field."""
    expose = decisions.deployment.spec.expose
    if expose is not None and expose.timeout_seconds is not None:
        return expose.timeout_seconds
    return DEFAULT_TIMEOUT if context.release.has("route-timeout") else None
