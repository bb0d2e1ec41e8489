"""Catalog documents that are kept as they are: configs, namespaces, claims, service accounts."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.diagnostics.model import Problems, Where
from servewright.hints import Any
from servewright.record import NamedTuple


class PlainObject(NamedTuple):
    """An object of the cluster."""

    name: str
    namespace: str
    labels: dict[str, str]
    annotations: dict[str, str]
    body: dict[str, Any]
    where: Where


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> PlainObject:
    """The object."""
    return PlainObject(
        metadata["name"],
        metadata.get("namespace", ""),
        dict(keys.string_map(metadata.get("labels"))),
        dict(keys.string_map(metadata.get("annotations"))),
        data,
        Where(problems.document),
    )
