"""Values that a schema asks for, or nearly: what is not in the rendered objects is reached this way."""

from __future__ import annotations

from random import Random
from typing import Any

Schema = dict[str, Any]

_STRINGS = (
    "a",
    "x-1",
    "web",
    "1",
    "1.5",
    "500m",
    "1Gi",
    "true",
    "",
    "UPPER",
    "under_score",
    "with.dots.example.com",
    "/absolute/path",
    "a/b",
    "ключ",
    "x" * 64,
    "x" * 254,
    "-lead",
    "25%",
    "101%",
    "0",
    "http://example.com:80/a?b=c#d",
    "2026-11-22T10:00:00Z",
    "10s",
    "🙂",
    "a b",
    "line\nbreak",
)
_INTEGERS = (0, 1, 2, -1, 10, 63, 80, 255, 65535, 65536, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63 - 1)
_PATTERNED = ("a", "a-b", "example.com", "10", "10.0", "1Gi", "100m", "/a", "10s", "1h30m", "A1", "1", "*.example.com")


def resolve(root: Schema, schema: Schema) -> Schema:
    """The schema that a reference means."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def grow(root: Schema, schema: Schema, random: Random, depth: int = 3) -> Any:
    """A value for ``schema``: mostly as it wants, with required fields, and a few others."""
    schema = resolve(root, schema)
    if "enum" in schema and random.random() < 0.9:
        return random.choice(schema["enum"])
    if "const" in schema and random.random() < 0.9:
        return schema["const"]
    if "default" in schema and random.random() < 0.2:
        return schema["default"]
    kinds = schema.get("type", "object" if "properties" in schema else "any")
    kind = random.choice(kinds) if isinstance(kinds, list) else kinds
    if schema.get("x-kubernetes-int-or-string"):
        kind = random.choice(("integer", "string"))
    if random.random() < 0.02:
        kind = random.choice(("string", "integer", "boolean", "null", "array", "object", "number"))
    match kind:
        case "object":
            return _object(root, schema, random, depth)
        case "array":
            items = schema.get("items", {})
            count = random.choice((0, 1, 1, 2, 2, 3)) if depth > 0 else random.choice((0, 1))
            count = max(count, schema.get("minItems", 0)) if random.random() < 0.9 else count
            grown = [grow(root, items, random, depth - 1) for _ in range(count)]
            if grown and random.random() < 0.2:
                grown.append(grown[0])
            return grown
        case "string":
            return _string(schema, random)
        case "integer":
            low, high = schema.get("minimum"), schema.get("maximum")
            near = [bound + step for bound in (low, high) if bound is not None for step in (-1, 0, 1)]
            return random.choice([*near, *near, *_INTEGERS] if random.random() < 0.5 else [1, 2, *near])
        case "number":
            return random.choice((0, 1, 1.5, -0.5, 1e9))
        case "boolean":
            return random.random() < 0.5
        case "null":
            return None
        case _:
            return random.choice(({"a": 1}, ["a"], "a", 1, True, None, {}))


def _object(root: Schema, schema: Schema, random: Random, depth: int) -> dict[str, Any]:
    properties: dict[str, Schema] = schema.get("properties", {})
    wanted = {name for name in schema.get("required", ()) if random.random() < 0.97}
    if depth > 0 and properties:
        wanted |= set(random.sample(sorted(properties), min(len(properties), random.choice((0, 1, 1, 2, 3)))))
    value = {name: grow(root, properties[name], random, depth - 1) for name in sorted(wanted) if name in properties}
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict) or schema.get("x-kubernetes-preserve-unknown-fields"):
        inner = extra if isinstance(extra, dict) else {}
        for _ in range(random.choice((0, 1, 2))):
            value[random.choice(("a", "key-1", "app.kubernetes.io/name", "cpu", "nvidia.com/gpu"))] = grow(
                root, inner, random, depth - 1
            )
    return value


def _string(schema: Schema, random: Random) -> str:
    if "pattern" in schema or "format" in schema:
        return random.choice(_PATTERNED if random.random() < 0.7 else _STRINGS)
    longest = schema.get("maxLength")
    if longest is not None and random.random() < 0.3:
        return "x" * (min(longest, 5000) + random.choice((-1, 0, 1)))
    return random.choice(_STRINGS[:6] if random.random() < 0.7 else _STRINGS)
