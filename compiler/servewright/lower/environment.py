"""Environment variables in stored form."""

from __future__ import annotations

from servewright.hints import Any
from servewright.model.deployment import EnvVar
from servewright.model.omit_empty import omit_empty


def environment(variables: tuple[EnvVar, ...]) -> list[dict[str, Any]]:
    """``env`` of a container: an empty value is left out, as the typed webhooks would; order is kept."""
    result = []
    for variable in variables:
        entry: dict[str, Any] = {"name": variable.name}
        if variable.value:
            entry["value"] = variable.value
        if variable.value_from is not None:
            entry["valueFrom"] = variable.value_from
            entry = omit_empty(entry, "env")
        result.append(entry)
    return result
