"""OdhDashboardConfig: what an administrator set for the wizard."""

from __future__ import annotations

from servewright.diagnostics.model import Problems, Where
from servewright.hints import Any
from servewright.record import NamedTuple


class DashboardConfig(NamedTuple):
    """The settings that decide; template names are those of the embedded ServingRuntimes."""

    strategy: str | None = None
    llmd_default: bool = False
    llmd_disabled: bool = False
    custom_runtimes_disabled: bool = False
    template_order: tuple[str, ...] = ()
    disabled_templates: frozenset[str] = frozenset()
    where: Where | None = None


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> DashboardConfig:
    """The settings; anything that is not as expected counts as not set."""
    spec = _mapping(data.get("spec"))
    serving, flags = _mapping(spec.get("modelServing")), _mapping(spec.get("dashboardConfig"))
    return DashboardConfig(
        {"rolling": "RollingUpdate", "recreate": "Recreate"}.get(str(serving.get("deploymentStrategy"))),
        serving.get("isLLMdDefault") is True,
        flags.get("disableLLMd") is True,
        flags.get("disableCustomServingRuntimes") is True,
        tuple(_strings(spec.get("templateOrder"))),
        frozenset(_strings(spec.get("templateDisablement"))),
        Where(problems.document),
    )


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
