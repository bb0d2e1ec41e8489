"""JSON Schemas of the inputs, from the same declarations that read them."""

from __future__ import annotations

from servewright.hints import Any
from servewright.model import connection, deployment_shape, project
from servewright.model.project import API_VERSION
from servewright.model.shape import Record

_SHAPES: dict[str, Record] = {
    "Project": project.SHAPE,
    "ModelDeployment": deployment_shape.SHAPE,
    "Connection": connection.SHAPE,
}
KINDS = tuple(_SHAPES)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str | None = None) -> dict[str, Any]:
    """The schema of ``kind``; without one, of any input document."""
    if kind is not None:
        return {"$schema": _DIALECT, "title": kind, **_SHAPES[kind].json_schema()}
    return {
        "$schema": _DIALECT,
        "title": API_VERSION,
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in KINDS],
        "$defs": {name: shape.json_schema() for name, shape in _SHAPES.items()},
    }


def file_name(kind: str) -> str:
    """Where the schema of ``kind`` is below ``schemas/``."""
    group, _, version = API_VERSION.partition("/")
    return f"{group}/{kind.lower()}_{version}.json"
