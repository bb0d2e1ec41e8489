"""LLMInferenceServiceConfigs, as the cluster stores them: all copies that deployments get share one spec."""

from __future__ import annotations

from servewright.catalog import plain_object
from servewright.catalog.plain_object import PlainObject
from servewright.catalog.stored_spec import stored_spec
from servewright.diagnostics.model import Problems
from servewright.hints import Any


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> PlainObject:
    """The config."""
    stored = data | {"spec": stored_spec(data["spec"])} if "spec" in data else data
    return plain_object.read(metadata, stored, problems)
