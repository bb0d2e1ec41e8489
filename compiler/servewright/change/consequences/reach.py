"""Which fields of an object reach the pods of a model: a change of one replaces them.

All of it was seen on a control plane with KServe's controllers, or read in them. A field that is not known here is
taken to reach the pods.
"""

from __future__ import annotations

from collections.abc import Callable, Container

from servewright.catalog import annotations as keys
from servewright.change.model import FieldPath

STOP = "serving.kserve.io/stop"
MAIN, PREFILL = ("main", "decode"), ("prefill",)

# KServe copies every label and annotation of an InferenceService to its pods, but for these
# (pkg/constants/constants.go:537-543; what the platform adds, config/overlays/odh). `stop` deletes the pods instead.
_NOT_COPIED = frozenset(
    {
        STOP,
        "modelFormat",
        keys.PROFILE_NAME,
        keys.PROFILE_NAMESPACE,
        keys.LAST_APPLIED,
        "haproxy.router.openshift.io/timeout",
        "autoscaling.knative.dev/min-scale",
        "autoscaling.knative.dev/max-scale",
        "internal.serving.kserve.io/storage-initializer-sourceuri",
    }
)
# Settings of the Deployment, not of its pods.
_OF_THE_DEPLOYMENT = frozenset({"minReplicas", "maxReplicas", "scaleTarget", "scaleMetric", "deploymentStrategy"})
# What KServe takes of a runtime (inferenceservice/utils/utils.go:271-302): an edit of the formats
# or of the metadata restarts nothing.
_OF_A_RUNTIME = frozenset(
    {
        *("containers", "initContainers", "volumes", "imagePullSecrets", "resourceClaims"),
        *("labels", "annotations"),
        *("nodeSelector", "affinity", "tolerations", "schedulerName"),
    }
)
# llm-d copies few keys (llmisvc controller), and has `spec.labels` and `spec.annotations` for the pods.
_COPIED_BY_LLMD = frozenset(
    {"prometheus.io/scrape", "prometheus.io/port", "prometheus.io/path", "prometheus.io/scheme"}
)
_DOMAINS_COPIED_BY_LLMD = ("kueue.x-k8s.io/", "k8s.v1.cni.cncf.io/")
_NOT_IN_LLMD_PODS = frozenset({"replicas", "rolloutStrategy", "scaling", "router"})
# Fields of the main workload alone; those of `prefill` are below it.
_MAIN_ONLY = frozenset({"template", "worker", "labels", "annotations", "parallelism"})


def reaches_pods(kind: str, path: FieldPath) -> bool:
    """Whether a change of the field at ``path`` of an object of ``kind`` replaces the pods."""
    rule = _RULES.get(kind)
    return rule is not None and rule(path)


def workloads_reached(kind: str, path: FieldPath) -> Container[str]:
    """The workloads whose pods have the field: llm-d's main or prefill workload, or every one.

    What a config says of prefill may be all that there is of it, so a config is taken to reach everything.
    """
    if kind == "LLMInferenceService":
        match path:
            case ("spec", "prefill"):
                return MAIN  # it comes or goes: the main pods get, or lose, the sidecar that routes between them
            case ("spec", "prefill", *_):
                return PREFILL
            case ("spec", str(field), *_) if field in _MAIN_ONLY:
                return MAIN
    return ("predictor", *MAIN, *PREFILL)


def _inference_service(path: FieldPath) -> bool:
    match path:
        case ("metadata", "labels" | "annotations", key):
            return key not in _NOT_COPIED
        case ("spec", "predictor", field, *_):
            return field not in _OF_THE_DEPLOYMENT
    return False


def _llm_inference_service(path: FieldPath) -> bool:
    match path:
        case ("metadata", "labels" | "annotations", str(key)):
            return key in _COPIED_BY_LLMD or key.startswith(_DOMAINS_COPIED_BY_LLMD)
    return _llm_spec(path)


def _llm_spec(path: FieldPath) -> bool:
    match path:
        case ("spec", "prefill", str(field), *_):
            return field not in _NOT_IN_LLMD_PODS
        case ("spec", str(field), *_):
            return field not in _NOT_IN_LLMD_PODS
    return False


def _serving_runtime(path: FieldPath) -> bool:
    match path:
        case ("spec", str(field), *_):
            return field in _OF_A_RUNTIME
    return False


_RULES: dict[str, Callable[[FieldPath], bool]] = {
    "InferenceService": _inference_service,
    "LLMInferenceService": _llm_inference_service,
    "LLMInferenceServiceConfig": _llm_spec,
    "ServingRuntime": _serving_runtime,
}
