"""A value as the API server has it when it evaluates rules: defaults filled in, nulls dropped, names escaped.

Only what a rule looks at is made, and only when there is something to evaluate.
"""

from __future__ import annotations

from collections.abc import Collection, Set

from servewright.check.cluster.structure import Schema, Structure
from servewright.hints import Any, Final

# k8s.io/apiserver, pkg/cel/escaping.go: names of declared fields that are no identifiers, or are reserved words.
_RESERVED: Final = frozenset(
    [
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
_SPELT: Final = (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"))


def escaped(name: str) -> str:
    """How a rule spells the field ``name``."""
    if name in _RESERVED:
        return f"__{name}__"
    if name.isidentifier() and "__" not in name:
        return name
    for text, spelt in _SPELT:
        name = name.replace(text, spelt)
    return name


def stored(value: Any, schema: Schema, structure: Structure, only: Collection[str] | None = None) -> Any:
    """``value`` as it would be stored. ``only`` these fields of it, if they are all that matters; None: all."""
    schema = structure.resolved(schema)
    if isinstance(value, dict):
        return _stored_object(value, schema, structure, only)
    if isinstance(value, (list, tuple)):
        items = schema.get("items", {})
        default = structure.resolved(items).get("default")
        return [stored(default if item is None else item, items, structure) for item in value]
    if value.__class__ is float and schema.get("type") != "number" and value.is_integer():
        return int(value)
    return float(value) if value.__class__ is int and schema.get("type") == "number" else value


def _stored_object(
    value: dict[str, Any], schema: Schema, structure: Structure, only: Collection[str] | None
) -> dict[str, Any]:
    properties: Schema = schema.get("properties", {})
    values = schema.get("additionalProperties")
    made: dict[str, Any] = {}
    for name, item in value.items():
        if only is not None and name not in only:
            continue
        part = properties.get(name, values if isinstance(values, dict) else None)
        if item is None:
            if part is None or _allows_null(part, structure):
                made[name] = None
            # else it is dropped; a default comes below
        else:
            key = escaped(name) if name in properties else name
            made[key] = item if part is None else stored(item, part, structure)
    for name, part in properties.items():
        if only is not None and name not in only:
            continue
        resolved = structure.resolved(part)
        if "default" in resolved and escaped(name) not in made:
            made[escaped(name)] = stored(resolved["default"], resolved, structure)
    return made


def present(value: dict[str, Any], schema: Schema, structure: Structure) -> Set[str]:
    """The names of the fields at the top of ``value`` that would be stored, those with defaults aside."""
    if None not in value.values():
        return value.keys()
    properties: Schema = schema.get("properties", {})
    return {
        name for name, item in value.items() if item is not None or _allows_null(properties.get(name, {}), structure)
    }


def _allows_null(part: Schema, structure: Structure) -> bool:
    types = structure.resolved(part).get("type")
    return isinstance(types, list) and "null" in types
