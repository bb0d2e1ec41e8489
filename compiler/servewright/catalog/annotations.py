"""The platform's own metadata keys, in one place."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.model.metadata_syntax import reserved_owner

DISPLAY_NAME = "openshift.io/display-name"
DESCRIPTION = "openshift.io/description"
DASHBOARD = "opendatahub.io/dashboard"
OOTB = "opendatahub.io/ootb"
MODEL_TYPE = "opendatahub.io/model-type"
API_PROTOCOL = "opendatahub.io/apiProtocol"
MODEL_SERVING_SUPPORT = "opendatahub.io/modelServingSupport"
RECOMMENDED_ACCELERATORS = "opendatahub.io/recommended-accelerators"
SUPPORT_STATUS = "opendatahub.io/support-status"
UNSUPPORTED_ACCEPTED = "opendatahub.io/unsupported-status-accepted"
TEMPLATE_NAME = "opendatahub.io/template-name"
TEMPLATE_DISPLAY_NAME = "opendatahub.io/template-display-name"
RUNTIME_SCOPE = "opendatahub.io/serving-runtime-scope"
CONNECTIONS = "opendatahub.io/connections"
CONNECTION_PATH = "opendatahub.io/connection-path"
CONNECTION_TYPE = "opendatahub.io/connection-type"
CONNECTION_TYPE_PROTOCOL = "opendatahub.io/connection-type-protocol"
CONNECTION_TYPE_REF = "opendatahub.io/connection-type-ref"
MANAGED = "opendatahub.io/managed"
PROFILE_NAME = "opendatahub.io/hardware-profile-name"
PROFILE_NAMESPACE = "opendatahub.io/hardware-profile-namespace"
PROFILE_DISABLED = "opendatahub.io/disabled"
FEATURE_VISIBILITY = "opendatahub.io/dashboard-feature-visibility"
CONFIG_TYPE = "opendatahub.io/config-type"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
SERVER_TYPE = "serving.kserve.io/server-type"
QUEUE_NAME = "kueue.x-k8s.io/queue-name"


def json_list(text: str | None) -> list[str]:
    """The strings of a JSON list in an annotation; empty when it is absent or not such a list."""
    if not text:
        return []
    import json

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


_ENGINES = ("argoproj.io", "fluxcd.io")


def without_engines(metadata: Mapping[str, str]) -> dict[str, str]:
    """Labels or annotations without the keys of the engine that applied the original: a copy is another's."""
    return {
        key: value
        for key, value in metadata.items()
        if key not in (LAST_APPLIED, "app.kubernetes.io/instance") and reserved_owner(key) not in _ENGINES
    }


def string_map(value: object) -> Mapping[str, str]:
    """``value`` when it is a mapping of strings; of a mixed mapping, its strings."""
    if not isinstance(value, dict):
        return {}
    return {key: entry for key, entry in value.items() if isinstance(entry, str)}
