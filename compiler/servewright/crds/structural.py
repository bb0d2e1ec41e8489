"""A structural schema, as a CRD has it, as plain JSON Schema that refuses what the API server would drop.

What is different from JSON Schema in a structural schema, and what becomes of it:

- a field that is not declared is pruned (and an error under strict field validation): ``additionalProperties: false``,
  also on an object without any properties, which loses all of them. Not where the schema says itself what else may be
  there, or preserves unknown fields.
- ``nullable`` becomes a type; ``x-kubernetes-int-or-string`` a choice of types; the boolean ``exclusiveMinimum`` of
  OpenAPI 3.0 a number.
- defaults are applied before validation, so a required field with a default is never missing.
- ``x-kubernetes-embedded-resource`` has apiVersion, kind and metadata, whether they are declared or not.

The ``x-kubernetes-`` keywords stay beside that: they hold what JSON Schema has no words for.
(apiextensions-apiserver, pkg/apiserver/schema: structural.go, pruning, defaulting, objectmeta)
"""

from __future__ import annotations

from servewright.crds.object_metadata import restricted
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final

Schema = dict[str, Any]

_COPIED: Final = frozenset(
    {"type", "format", "pattern", "enum", "default", "multipleOf", "minimum", "maximum", "minLength", "maxLength"}
    | {"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required"}
    | {"x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"}
)
# Translated if they are true; false is what a schema means without them.
_SWITCHES: Final = frozenset(
    {"nullable", "exclusiveMinimum", "exclusiveMaximum", "x-kubernetes-int-or-string"}
    | {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"}
)
_NESTED: Final = frozenset({"properties", "items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"})
_WITHOUT_EFFECT: Final = frozenset({"description", "title", "example", "externalDocs", "id", "$schema"})
_UNDERSTOOD: Final = _COPIED | _SWITCHES | _NESTED | _WITHOUT_EFFECT | {"x-kubernetes-validations"}
_RULE_FIELDS: Final = ("rule", "message", "messageExpression", "reason", "fieldPath", "optionalOldSelf")
_INT_OR_STRING: Final = ({"type": "integer"}, {"type": "string"})
_TEXT: Final = {"type": "string", "minLength": 1}


class SchemaError(ValueError):
    """A schema that cannot be translated: why, and ``path``, where in its document."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.path = path


def strict(node: Any, at: Path = ()) -> Schema:
    """The JSON Schema of a structural schema, which is ``at`` in its document. SchemaError if it cannot be had."""
    schema = _translated(node, at, constraint=False)
    if schema.get("x-kubernetes-embedded-resource"):
        _embed(schema)
    if _is_closed(schema):
        schema["additionalProperties"] = False
    return schema


def _translated(node: Any, at: Path, *, constraint: bool) -> Schema:
    """``constraint``: a branch of allOf, anyOf, oneOf or not, which adds conditions to a schema and declares nothing."""
    _refuse_unknown(node, at)
    node = {key: value for key, value in node.items() if value is not None}  # as Go reads a null
    required = node.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise SchemaError("`required` must be a list of names", (*at, "required"))
    schema: Schema = {key: value for key, value in node.items() if key in _COPIED}
    for key in ("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"):
        if node.get(key):
            schema[key] = True
    if node.get("x-kubernetes-validations"):
        schema["x-kubernetes-validations"] = [
            {key: rule[key] for key in _RULE_FIELDS if key in rule} for rule in node["x-kubernetes-validations"]
        ]
    _translate_bounds(node, schema)
    _translate_nested(node, schema, at, constraint)
    _translate_type(node, schema)
    if not constraint:
        _drop_defaulted(schema)
    return schema


def _refuse_unknown(node: Any, at: Path) -> None:
    if not isinstance(node, dict):
        raise SchemaError("a schema must be a mapping", at)
    # The API server drops the extensions of others (`x-…`), but not Kubernetes' own.
    unknown = [
        str(key)
        for key in node
        if key not in _UNDERSTOOD and not (str(key).startswith("x-") and not str(key).startswith("x-kubernetes-"))
    ]
    if unknown:
        first = min(unknown)
        raise SchemaError(f"a structural schema has no `{first}`", (*at, first))


def _translate_bounds(node: Schema, schema: Schema) -> None:
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if node.get(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)


def _translate_nested(node: Schema, schema: Schema, at: Path, constraint: bool) -> None:
    def below(child: Any, *where: str) -> Schema:
        path = (*at, *where)
        return _translated(child, path, constraint=True) if constraint else strict(child, path)

    if "properties" in node:
        if not isinstance(node["properties"], dict):
            raise SchemaError("`properties` must be a mapping", (*at, "properties"))
        schema["properties"] = {name: below(child, "properties", name) for name, child in node["properties"].items()}
    if "items" in node:
        schema["items"] = below(node["items"], "items")
    values = node.get("additionalProperties")
    if values is not None:
        schema["additionalProperties"] = values if isinstance(values, bool) else below(values, "additionalProperties")
    for key in ("allOf", "anyOf", "oneOf"):
        if key in node:
            schema[key] = [
                _translated(branch, (*at, key, index), constraint=True) for index, branch in enumerate(node[key])
            ]
    if "not" in node:
        schema["not"] = _translated(node["not"], (*at, "not"), constraint=True)


def _translate_type(node: Schema, schema: Schema) -> None:
    if node.get("x-kubernetes-int-or-string"):
        # controller-gen writes this very choice itself, or none; anything else must hold as well.
        if schema.get("anyOf", list(_INT_OR_STRING)) != list(_INT_OR_STRING):
            schema["allOf"] = [*schema.get("allOf", ()), {"anyOf": schema["anyOf"]}]
        schema["anyOf"] = [*_INT_OR_STRING]
    if not node.get("nullable"):
        return
    if "type" in schema:
        schema["type"] = [schema["type"], "null"]
    elif "anyOf" in schema and node.get("x-kubernetes-int-or-string"):
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]


def _drop_defaulted(schema: Schema) -> None:
    """Leave out of ``required`` what the API server fills in before it looks."""
    if "required" in schema:
        properties = schema.get("properties", {})
        schema["required"] = [name for name in schema["required"] if "default" not in properties.get(name, ())]
        if not schema["required"]:
            del schema["required"]


def _embed(schema: Schema) -> None:
    declared = schema.get("properties", {})
    metadata = restricted(declared.get("metadata", {}).get("properties", {}))
    schema["properties"] = {"apiVersion": _TEXT, "kind": _TEXT, **declared, "metadata": metadata}
    schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind"})


def _is_closed(schema: Schema) -> bool:
    is_object = "properties" in schema or "object" in schema.get("type", ())
    return is_object and not schema.keys() & {"additionalProperties", "x-kubernetes-preserve-unknown-fields"}
