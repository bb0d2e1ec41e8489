"""The kinds that a catalog may hold: one row each."""

from __future__ import annotations

from collections.abc import Callable

from servewright.catalog import (
    dashboard_config,
    hardware_profile,
    llm_config,
    plain_object,
    runtime_template,
    secret,
    serving_runtime,
)
from servewright.diagnostics.model import Problems
from servewright.hints import TYPE_CHECKING, Any
from servewright.record import NamedTuple

if TYPE_CHECKING:
    from servewright.catalog.limit_range import LimitRange
    from servewright.catalog.resource_quota import ResourceQuota


class CatalogKind(NamedTuple):
    """How a kind is read; ``table`` is the attribute of the Catalog that holds it.

    With ``report_when_used``, a document that the cluster accepts but nobody can use is no error until somebody does.
    """

    table: str
    read: Callable[[dict[str, Any], dict[str, Any], Problems], Any]
    namespaced: bool = True
    report_when_used: bool = False


# Most catalogs hold neither of these, and then nothing about them is loaded.
def _read_quota(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> ResourceQuota:
    from servewright.catalog import resource_quota

    return resource_quota.read(metadata, data, problems)


def _read_limit_range(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> LimitRange:
    from servewright.catalog import limit_range

    return limit_range.read(metadata, data, problems)


_PROFILE = CatalogKind("profiles", hardware_profile.read, report_when_used=True)
_LLM_CONFIG = CatalogKind("llm_configs", llm_config.read)

KINDS: dict[tuple[str, str], CatalogKind] = {
    ("infrastructure.opendatahub.io/v1", "HardwareProfile"): _PROFILE,
    ("infrastructure.opendatahub.io/v1alpha1", "HardwareProfile"): _PROFILE,
    ("template.openshift.io/v1", "Template"): CatalogKind("templates", runtime_template.read),
    ("serving.kserve.io/v1alpha1", "ServingRuntime"): CatalogKind("runtimes", serving_runtime.read),
    ("serving.kserve.io/v1alpha1", "ClusterServingRuntime"): CatalogKind(
        "cluster_runtimes", serving_runtime.read, namespaced=False
    ),
    ("serving.kserve.io/v1alpha1", "LLMInferenceServiceConfig"): _LLM_CONFIG,
    ("serving.kserve.io/v1alpha2", "LLMInferenceServiceConfig"): _LLM_CONFIG,
    ("opendatahub.io/v1alpha", "OdhDashboardConfig"): CatalogKind("dashboard_configs", dashboard_config.read),
    ("v1", "Secret"): CatalogKind("secrets", secret.read),
    ("v1", "ResourceQuota"): CatalogKind("quotas", _read_quota),
    ("v1", "LimitRange"): CatalogKind("limit_ranges", _read_limit_range),
    ("v1", "Namespace"): CatalogKind("namespaces", plain_object.read, namespaced=False),
    ("v1", "PersistentVolumeClaim"): CatalogKind("claims", plain_object.read),
    ("v1", "ServiceAccount"): CatalogKind("service_accounts", plain_object.read),
}
