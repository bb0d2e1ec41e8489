"""Labels and annotations that an InferenceService and an LLMInferenceService have in common."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.lower.fields import (
    CONNECTION,
    IDENTITY,
    NAME,
    NAMESPACE,
    PROFILE,
    Origin,
    Row,
    annotation,
    from_spec,
    label,
    platform,
)
from servewright.resolve.decisions import Decisions
from servewright.resolve.user_metadata import emitted

# Built once: every deployment has these rows.
_DASHBOARD = label(keys.DASHBOARD)
_DISPLAY_NAME = annotation(keys.DISPLAY_NAME)
_DESCRIPTION = annotation(keys.DESCRIPTION)
_MODEL_TYPE = annotation(keys.MODEL_TYPE)
_CONNECTIONS = annotation(keys.CONNECTIONS)
_CONNECTION_PATH = annotation(keys.CONNECTION_PATH)
_PROFILE_NAME = annotation(keys.PROFILE_NAME)
_PROFILE_NAMESPACE = annotation(keys.PROFILE_NAMESPACE)
_ENABLE_AUTH = annotation("security.opendatahub.io/enable-auth")
_ASSET = label("opendatahub.io/genai-asset")
_USE_CASE = annotation("opendatahub.io/genai-use-case")
_QUEUE = label(keys.QUEUE_NAME)
_STOP = annotation("serving.kserve.io/stop")
_REGISTRY = (
    (label("modelregistry.opendatahub.io/registered-model-id"), "id", from_spec("spec.model.registeredModel.id")),
    (
        label("modelregistry.opendatahub.io/model-version-id"),
        "version_id",
        from_spec("spec.model.registeredModel.versionId"),
    ),
    (label("modelregistry.opendatahub.io/name"), "name", from_spec("spec.model.registeredModel.name")),
)
_FROM_DISPLAY = from_spec("spec.displayName")
_FROM_DESCRIPTION = from_spec("spec.description")
_FROM_TYPE = from_spec("spec.model.type")
_FROM_AUTH = from_spec("spec.auth", "`true` exactly when there are tokens or subjects")
_FROM_ASSET = from_spec("spec.aiAsset")
_FROM_USE_CASE = from_spec("spec.aiAsset.useCase")
_FROM_STOPPED = from_spec("spec.stopped")
_FROM_LABELS = from_spec("metadata.labels")
_FROM_ANNOTATIONS = from_spec("metadata.annotations")
_LISTED = platform("the dashboard lists only objects with this label")


def metadata_rows(decisions: Decisions) -> list[Row]:
    """Name, namespace, labels and annotations."""
    deployment, naming = decisions.deployment, decisions.naming
    spec, metadata = deployment.spec, deployment.metadata
    source, profile = decisions.source, decisions.hardware.profile
    rows: list[Row] = [
        (NAME, naming.name, IDENTITY),
        (NAMESPACE, naming.namespace, IDENTITY),
        (_DASHBOARD, "true", _LISTED),
        (_DISPLAY_NAME, naming.display_name, _FROM_DISPLAY),
        (_DESCRIPTION, spec.description or None, _FROM_DESCRIPTION),
        (_MODEL_TYPE, spec.model.type, _FROM_TYPE),
        (_CONNECTIONS, source.connection, CONNECTION),
        (_CONNECTION_PATH, source.path, CONNECTION),
        (_ENABLE_AUTH, decisions.access.annotation, _FROM_AUTH),
        (_STOP, "true" if spec.stopped else None, _FROM_STOPPED),
        (_QUEUE, decisions.hardware.queue, PROFILE),
    ]
    if profile is not None:
        rows.append((_PROFILE_NAME, profile.name, PROFILE))
        rows.append((_PROFILE_NAMESPACE, profile.namespace, PROFILE))
    if spec.ai_asset is not None:
        rows.append((_ASSET, "true", _FROM_ASSET))
        rows.append((_USE_CASE, spec.ai_asset.use_case or None, _FROM_USE_CASE))
    if spec.model.registered_model is not None:
        for path, attribute, origin in _REGISTRY:
            rows.append((path, getattr(spec.model.registered_model, attribute), origin))
    if metadata.labels:
        rows += _own(metadata.labels, "labels", _FROM_LABELS)
    if metadata.annotations:
        rows += _own(metadata.annotations, "annotations", _FROM_ANNOTATIONS)
    return rows


def _own(table: dict[str, str], field: str, origin: Origin) -> list[Row]:
    return [(("metadata", field, key), value, origin) for key, value in emitted(table).items()]
