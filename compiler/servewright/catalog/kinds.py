"""The kinds that a catalog may hold: one row each."""

from __future__ import annotations

from collections.abc import Callable

from servewright.diagnostics.model import Problems
from servewright.hints import Any
from servewright.record import NamedTuple


class CatalogKind(NamedTuple):
    """How a kind is read; ``table`` is the attribute of the Catalog that holds it.

    ``module`` is that of this package which reads it. With ``report_when_used``, a document that the cluster accepts
    but nobody can use is no error until somebody does.
    """

    table: str
    module: str
    namespaced: bool = True
    report_when_used: bool = False

    @property
    def read(self) -> Callable[[dict[str, Any], dict[str, Any], Problems], Any]:
        """The module's function. Most catalogs hold few of the kinds, and nothing is loaded for others."""
        read: Callable[..., Any] = __import__(f"{__package__}.{self.module}", fromlist=["read"]).read
        return read


_PROFILE = CatalogKind("profiles", "hardware_profile", report_when_used=True)
_LLM_CONFIG = CatalogKind("llm_configs", "llm_config")

KINDS: dict[tuple[str, str], CatalogKind] = {
    ("infrastructure.opendatahub.io/v1", "HardwareProfile"): _PROFILE,
    ("infrastructure.opendatahub.io/v1alpha1", "HardwareProfile"): _PROFILE,
    ("template.openshift.io/v1", "Template"): CatalogKind("templates", "runtime_template"),
    ("serving.kserve.io/v1alpha1", "ServingRuntime"): CatalogKind("runtimes", "serving_runtime"),
    ("serving.kserve.io/v1alpha1", "ClusterServingRuntime"): CatalogKind(
        "cluster_runtimes", "serving_runtime", namespaced=False
    ),
    ("serving.kserve.io/v1alpha1", "LLMInferenceServiceConfig"): _LLM_CONFIG,
    ("serving.kserve.io/v1alpha2", "LLMInferenceServiceConfig"): _LLM_CONFIG,
    ("opendatahub.io/v1alpha", "OdhDashboardConfig"): CatalogKind("dashboard_configs", "dashboard_config"),
    ("v1", "Secret"): CatalogKind("secrets", "secret"),
    ("v1", "ResourceQuota"): CatalogKind("quotas", "resource_quota"),
    ("v1", "LimitRange"): CatalogKind("limit_ranges", "limit_range"),
    ("v1", "Namespace"): CatalogKind("namespaces", "plain_object", namespaced=False),
    ("v1", "PersistentVolumeClaim"): CatalogKind("claims", "plain_object"),
    ("v1", "ServiceAccount"): CatalogKind("service_accounts", "plain_object"),
}
