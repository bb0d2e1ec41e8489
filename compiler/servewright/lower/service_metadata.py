"""Labels and annotations that an InferenceService and an LLMInferenceService have in common."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.catalog import annotations as keys
from servewright.lower.fields import (
    ANNOTATIONS,
    CONNECTION,
    LABELS,
    PROFILE,
    Row,
    Section,
    from_spec,
    identity,
    platform,
)
from servewright.resolve.decisions import Decisions
from servewright.resolve.user_metadata import emitted

_REGISTRY = (
    ("modelregistry.opendatahub.io/registered-model-id", "id", from_spec("spec.model.registeredModel.id")),
    ("modelregistry.opendatahub.io/model-version-id", "version_id", from_spec("spec.model.registeredModel.versionId")),
    ("modelregistry.opendatahub.io/name", "name", from_spec("spec.model.registeredModel.name")),
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
_LISTED: Row = (keys.DASHBOARD, "true", platform("the dashboard lists only objects with this label"))


def metadata(decisions: Decisions, kind_labels: Iterable[Row], kind_annotations: Iterable[Row]) -> tuple[Section, ...]:
    """Name, namespace, labels and annotations, with those that the kind alone has."""
    deployment, naming = decisions.deployment, decisions.naming
    spec, given = deployment.spec, deployment.metadata
    source, profile = decisions.source, decisions.hardware.profile
    labels: list[Row] = [_LISTED, (keys.QUEUE_NAME, decisions.hardware.queue, PROFILE)]
    annotations: list[Row] = [
        (keys.DISPLAY_NAME, naming.display_name, _FROM_DISPLAY),
        (keys.DESCRIPTION, spec.description or None, _FROM_DESCRIPTION),
        (keys.MODEL_TYPE, spec.model.type, _FROM_TYPE),
        (keys.CONNECTIONS, source.connection, CONNECTION),
        (keys.CONNECTION_PATH, source.path, CONNECTION),
        ("security.opendatahub.io/enable-auth", decisions.access.annotation, _FROM_AUTH),
        ("serving.kserve.io/stop", "true" if spec.stopped else None, _FROM_STOPPED),
    ]
    if profile is not None:
        annotations.append((keys.PROFILE_NAME, profile.name, PROFILE))
        annotations.append((keys.PROFILE_NAMESPACE, profile.namespace, PROFILE))
    if spec.ai_asset is not None:
        labels.append(("opendatahub.io/genai-asset", "true", _FROM_ASSET))
        annotations.append(("opendatahub.io/genai-use-case", spec.ai_asset.use_case or None, _FROM_USE_CASE))
    if spec.model.registered_model is not None:
        labels += [(key, getattr(spec.model.registered_model, name), origin) for key, name, origin in _REGISTRY]
    if given.labels:
        labels += [(key, value, _FROM_LABELS) for key, value in emitted(given.labels).items()]
    if given.annotations:
        annotations += [(key, value, _FROM_ANNOTATIONS) for key, value in emitted(given.annotations).items()]
    labels += kind_labels
    annotations += kind_annotations
    return identity(naming.name, naming.namespace), (LABELS, labels), (ANNOTATIONS, annotations)
