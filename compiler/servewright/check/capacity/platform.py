"""What the platform adds to a model's pods, and the pods that it runs beside them.

An administrator can change these numbers; they are what the releases ship. Where a release's own numbers are not known,
nothing is counted: a quota that seems to be enough may then not be, but none is called too small that is not.
"""

from __future__ import annotations

from servewright.catalog.release import Release
from servewright.check.demand import Demand
from servewright.hints import Final

Amounts = dict[str, str]
Added = tuple[str, Amounts, Amounts]  # name, requests, limits

# opendatahub-io/kserve, config/overlays/odh/patches/inferenceservice-config-patch.yaml: oauthProxy. Every predictor of
# a new Deployment has it, with and without authentication (deployment_reconciler.go).
AUTH_PROXY: Final[Added] = (
    "kube-rbac-proxy",
    {"cpu": "100m", "memory": "64Mi"},
    {"cpu": "200m", "memory": "128Mi"},
)
# The same file: storageInitializer. The download is an init container, the image of an `oci://` model a sidecar.
_DOWNLOAD: Final[Added] = (
    "storage-initializer",
    {"cpu": "100m", "memory": "100Mi"},
    {"cpu": "1", "memory": "24Gi"},
)
_MODELCAR: Final[Added] = ("modelcar", {"cpu": "10m", "memory": "15Mi"}, {"cpu": "10m", "memory": "15Mi"})
# config/llmisvcconfig/config-llm-decode-template.yaml: in decode pods, without any resources.
_ROUTING: Final[Added] = ("llm-d-routing-sidecar", {}, {})
# config/llmisvcconfig/config-llm-scheduler.yaml, where the release has these numbers.
_SCHEDULER: Final[Added] = ("main", {"cpu": "1", "memory": "2Gi"}, {"cpu": "6", "memory": "16Gi"})


def sidecars(demand: Demand, workload: str, image_volume: bool) -> tuple[Added, ...]:
    """Containers beside the model's; ``image_volume``: the runtime gets an `oci://` model without a sidecar."""
    found = [] if demand.llmd else [AUTH_PROXY]
    if demand.storage == "image" and not image_volume:
        found.append(_MODELCAR)
    if workload == "decode":
        found.append(_ROUTING)
    return tuple(found)


def init_containers(demand: Demand) -> tuple[Added, ...]:
    """Containers that run before the model's."""
    return (_DOWNLOAD,) if demand.storage == "download" else ()


def scheduler(release: Release) -> Added | None:
    """The container of llm-d's scheduler pod; None when its resources are not known for the release."""
    return _SCHEDULER if release.has("llm-scheduler-resources") else None
