"""Containers of runtimes, which come from the catalog: anything may be where a list of objects should be."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.hints import Any

# The container that KServe puts arguments, environment, resources and the model into (constants.go).
MODEL_CONTAINER = "kserve-container"


def entries(container: object, field: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of the list ``field`` of ``container``, with their positions."""
    values = container.get(field) if isinstance(container, dict) else None
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, dict):
            yield index, value


def words(container: object, field: str) -> list[str]:
    """The strings of the list ``field`` of ``container``."""
    values = container.get(field) if isinstance(container, dict) else None
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def model_containers(spec: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """The model's container of a runtime's ``spec``, with its position."""
    return ((index, item) for index, item in entries(spec, "containers") if item.get("name") == MODEL_CONTAINER)
