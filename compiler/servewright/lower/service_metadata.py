"""Labels and annotations that an InferenceService and an LLMInferenceService have in common."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.lower.fields import (
    CONNECTION,
    IDENTITY,
    NAME,
    NAMESPACE,
    PROFILE,
    Row,
    annotation,
    from_spec,
    label,
    platform,
)
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions
from servewright.resolve.user_metadata import emitted

_ENABLE_AUTH = "security.opendatahub.io/enable-auth"
_STOP = "serving.kserve.io/stop"
_ASSET = "opendatahub.io/genai-asset"
_USE_CASE = "opendatahub.io/genai-use-case"
_REGISTERED = (  # in the order of the record's fields
    "modelregistry.opendatahub.io/registered-model-id",
    "modelregistry.opendatahub.io/model-version-id",
    "modelregistry.opendatahub.io/name",
)
_FROM_LABELS = from_spec("metadata.labels")
_FROM_ANNOTATIONS = from_spec("metadata.annotations")

ROWS: tuple[Row, ...] = (
    (NAME, IDENTITY),
    (NAMESPACE, IDENTITY),
    (label(keys.DASHBOARD), platform("the dashboard lists only objects with this label")),
    (annotation(keys.DISPLAY_NAME), from_spec("spec.displayName")),
    (annotation(keys.DESCRIPTION), from_spec("spec.description")),
    (annotation(keys.MODEL_TYPE), from_spec("spec.model.type")),
    (annotation(keys.CONNECTIONS), CONNECTION),
    (annotation(keys.CONNECTION_PATH), CONNECTION),
    (annotation(_ENABLE_AUTH), from_spec("spec.auth", "`true` exactly when there are tokens or subjects")),
    (annotation(_STOP), from_spec("spec.stopped")),
    (label(keys.QUEUE_NAME), PROFILE),
    (annotation(keys.PROFILE_NAME), PROFILE),
    (annotation(keys.PROFILE_NAMESPACE), PROFILE),
    (label(_ASSET), from_spec("spec.aiAsset")),
    (annotation(_USE_CASE), from_spec("spec.aiAsset.useCase")),
    *(
        (label(key), from_spec(f"spec.model.registeredModel.{field}"))
        for key, field in zip(_REGISTERED, ("id", "versionId", "name"), strict=True)
    ),
)


class ServiceMetadata(NamedTuple):
    """Labels and annotations, to which a kind adds its own, and the rows of those that the spec gives itself."""

    labels: dict[str, str]
    annotations: dict[str, str]
    rows: tuple[Row, ...]


def service_metadata(decisions: Decisions) -> ServiceMetadata:
    """What the metadata of the service says besides its identity."""
    deployment, source, profile = decisions.deployment, decisions.source, decisions.hardware.profile
    spec, given = deployment.spec, deployment.metadata
    asset, registered = spec.ai_asset, spec.model.registered_model
    labels = {keys.DASHBOARD: "true"}
    annotations = {keys.DISPLAY_NAME: decisions.naming.display_name, keys.MODEL_TYPE: spec.model.type}
    if spec.description:
        annotations[keys.DESCRIPTION] = spec.description
    if source.connection is not None:
        annotations[keys.CONNECTIONS] = source.connection
    if source.path is not None:
        annotations[keys.CONNECTION_PATH] = source.path
    if decisions.access.annotation is not None:
        annotations[_ENABLE_AUTH] = decisions.access.annotation
    if spec.stopped:
        annotations[_STOP] = "true"
    if decisions.hardware.queue is not None:
        labels[keys.QUEUE_NAME] = decisions.hardware.queue
    if profile is not None:
        annotations[keys.PROFILE_NAME] = profile.name
        annotations[keys.PROFILE_NAMESPACE] = profile.namespace
    if asset is not None:
        labels[_ASSET] = "true"
        if asset.use_case:
            annotations[_USE_CASE] = asset.use_case
    if registered is not None:
        for key, value in zip(_REGISTERED, registered, strict=True):
            if value is not None:
                labels[key] = value
    rows: tuple[Row, ...] = ()
    if given.labels:
        own = emitted(given.labels)
        labels |= own
        rows = tuple([(label(key), _FROM_LABELS) for key in own])
    if given.annotations:
        own = emitted(given.annotations)
        annotations |= own
        rows += tuple([(annotation(key), _FROM_ANNOTATIONS) for key in own])
    return ServiceMetadata(labels, annotations, rows)
