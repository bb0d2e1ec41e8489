"""What the API server does with structure that JSON Schema has no words for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from check.cluster.released import SETS, of_set
from servewright.check.cluster import patterns, rules
from servewright.check.cluster.structure import Structure, UnsupportedSchemaError
from servewright.model.quantity import parse

Schema = dict[str, Any]
TEXT = {"type": "string"}
PORT = {
    "type": "object",
    "properties": {
        "containerPort": {"type": "integer", "format": "int32"},
        "protocol": {"type": "string", "default": "TCP"},
        "name": TEXT,
    },
    "required": ["containerPort", "protocol"],
    "additionalProperties": False,
}
PORTS = {
    "type": "array",
    "items": PORT,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
}
ENTRY = {"type": "object", "properties": {"name": TEXT, "value": TEXT}, "additionalProperties": False}
NAMED = {"type": "array", "items": ENTRY, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}


def of(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def said(schema: Schema, value: Any) -> list[str]:
    return [f"{'.'.join(map(str, path))}: {reason}" for path, reason, _ in Structure(schema).root(value) or []]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        # A null stands for the default; where there is none it has to be allowed.
        (of(a=TEXT), {"a": None}, ["a: wrong-type"]),
        (of(a=TEXT) | {"required": ["a"]}, {"a": None}, ["a: wrong-type"]),
        (of(a=TEXT | {"default": "x"}) | {"required": ["a"]}, {"a": None}, []),
        (of(a={"type": ["string", "null"]}) | {"required": ["a"]}, {"a": None}, []),
        (of(a=TEXT), {"b": None}, ["b: unknown-field"]),
        ({"type": "object", "additionalProperties": TEXT}, {"a": None}, ["a: wrong-type"]),
        ({"type": "object", "additionalProperties": TEXT | {"default": "x"}}, {"a": None}, []),
        # What Go decodes takes it for nothing.
        (of(metadata=of(a=TEXT)), {"metadata": {"a": None}}, []),
        (of(metadata={"type": "object", "additionalProperties": TEXT}), {"metadata": {"a": None}}, []),
        (of(metadata={"type": "array", "items": TEXT}), {"metadata": [None]}, []),
        (of(metadata=of(a=TEXT) | {"required": ["a"]}), {"metadata": {"a": None}}, ["metadata.a: missing-field"]),
        (of(metadata=NAMED), {"metadata": [None]}, ["metadata.0: wrong-type"]),
        (of(a=TEXT) | {"x-kubernetes-group-version-kind": [{"group": ""}]}, {"a": None}, []),
        # In a list it is replaced as well.
        ({"type": "array", "items": TEXT}, ["a", None], ["1: wrong-type"]),
        ({"type": "array", "items": TEXT | {"default": "x"}}, [None], []),
        (NAMED, [None], ["0: wrong-type"]),
        # Null is in no enum, even if it is listed.
        (of(a={"type": ["string", "null"], "enum": ["x", None]}), {"a": None}, ["a: enum"]),
        # Defaults come first.
        (of(a=TEXT | {"default": "x"}) | {"required": ["a"]}, {}, []),
        (of(a=TEXT | {"default": "x"}) | {"minProperties": 1}, {}, []),
        (of(a=TEXT | {"default": "x"}) | {"maxProperties": 0}, {}, [": length"]),
        # Numbers.
        ({"type": "integer"}, 1.0, []),
        ({"type": "integer"}, 1.5, [": wrong-type"]),
        ({"type": "integer"}, 2.0**53, [": wrong-type"]),
        ({"type": "integer"}, True, [": wrong-type"]),
        ({"type": "number"}, 1, []),
        ({"type": "number"}, True, [": wrong-type"]),
        ({"type": "integer", "format": "int32"}, 2**31 - 1, []),
        ({"type": "integer", "format": "int32"}, 2**31, [": integer-format"]),
        ({"type": "integer"}, 2**63 - 1, []),
        ({"type": "integer"}, 2**63, [": wrong-type"]),
        ({"x-kubernetes-int-or-string": True}, -(2**63) - 1, [": wrong-type"]),
        ({"type": "integer", "exclusiveMinimum": 0}, 0, [": range"]),
        ({"type": "integer", "maximum": 3}, 4, [": range"]),
        ({"type": "number", "multipleOf": 2}, 3, [": range"]),
        # Of the length and the pattern of a text only the first problem is said; length counts code points.
        (TEXT | {"maxLength": 2, "pattern": "^a*$"}, "bbb", [": length"]),
        (TEXT | {"maxLength": 2}, "é😀", []),
        (TEXT | {"minLength": 1}, "", [": length"]),
        (TEXT | {"pattern": "^a$"}, "a\n", [": pattern"]),
        # A quantity may be a number or a text, and the pattern is for texts.
        (
            {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True},
            0.5,
            [": wrong-type"],
        ),
        ({"x-kubernetes-int-or-string": True, "pattern": "^x$"}, 1, []),
        ({"x-kubernetes-int-or-string": True, "pattern": "^x$"}, "1", [": pattern"]),
        # Formats: only those of a list are looked at.
        (TEXT | {"format": "date-time"}, "2026-02-30T10:00:00Z", [": format"]),
        (TEXT | {"format": "date-time"}, "2024-02-29t10:00:00.123+01:00", []),
        (TEXT | {"format": "byte"}, "YWI=", []),
        (TEXT | {"format": "byte"}, "YWI", [": format"]),
        (TEXT | {"format": "double"}, "whatever", []),
        # Lists that are maps: a key that is left out has its default.
        (PORTS, [{"containerPort": 1}, {"containerPort": 1, "protocol": "UDP"}], []),
        (PORTS, [{"containerPort": 1}, {"containerPort": 1, "protocol": "TCP"}], ["1: duplicate-key"]),
        (
            PORTS,
            [{"containerPort": 1}, {"containerPort": 1.0}, {"containerPort": 1}],
            ["1: duplicate-key", "2: duplicate-key"],
        ),
        (NAMED, [{"name": "a"}, {"name": "b"}, {"name": "a"}], ["2: duplicate-key"]),
        (NAMED, [{"value": "a"}], ["0.name: missing-key"]),
        (NAMED, [{"name": ["a"]}, {"name": ["a"]}], ["0.name: wrong-type", "1.name: wrong-type"]),
        # Lists that are sets.
        ({"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"}, ["a", "b", "a"], ["2: duplicate-item"]),
        (
            {"type": "array", "items": {"type": "integer"}, "x-kubernetes-list-type": "set"},
            [1, 1.0],
            ["1: duplicate-item"],
        ),
        ({"type": "array", "items": TEXT, "x-kubernetes-list-type": "atomic"}, ["a", "a"], []),
        # An object without any declared field is free-form to an apply, and then loses everything.
        ({"type": "object", "additionalProperties": False}, {"a": 1}, ["a: dropped-field"]),
        ({"x-kubernetes-preserve-unknown-fields": True}, {"a": [None]}, []),
        (
            of(a=of(b=TEXT)) | {"x-kubernetes-preserve-unknown-fields": True},
            {"x": 1, "a": {"c": 1}},
            ["a.c: dropped-field"],
        ),
        # Several problems are all said.
        (
            of(a=TEXT, b=TEXT) | {"required": ["b"]},
            {"a": 1, "c": 2},
            ["a: wrong-type", "c: unknown-field", "b: missing-field"],
        ),
        (of(a=TEXT), {1: "x"}, ["1: wrong-type"]),
        ({"oneOf": [TEXT, {"type": "string", "minLength": 2}]}, "ab", [": value"]),
        ({"not": {"type": "string", "pattern": "^x"}}, "xy", [": value"]),
    ],
)
def test_structure(schema: Schema, value: Any, expected: list[str]) -> None:
    assert said(schema, value) == expected


def test_a_path_leads_to_the_innermost_problem() -> None:
    schema = of(spec=of(containers={"type": "array", "items": of(env=NAMED)}))
    body = {"spec": {"containers": [{}, {"env": [{"name": "a"}, {"name": "b", "vlaue": "x"}]}]}}
    (violation,) = Structure(schema).root(body) or []
    assert violation.path == ("spec", "containers", 1, "env", 1, "vlaue")


def test_no_message_repeats_a_value() -> None:
    secret = "hunter2"
    for schema in (
        {"type": "integer"},
        TEXT | {"enum": ["a"]},
        TEXT | {"pattern": "^a$"},
        TEXT | {"maxLength": 1},
        TEXT | {"format": "byte"},
        {"type": "array", "items": TEXT},
    ):
        for _, _, message in Structure(schema).root(secret) or []:
            assert secret not in message
    for _, _, message in Structure(NAMED).root([{"name": secret}, {"name": secret}]) or []:
        assert secret not in message


def test_a_keyword_that_is_not_understood_is_never_passed_over() -> None:
    with pytest.raises(UnsupportedSchemaError):
        Structure({"type": "object", "dependentRequired": {}})
    with pytest.raises(KeyError):
        Structure(TEXT | {"format": "ipv4"})
    with pytest.raises(patterns.UntranslatablePatternError):
        Structure(TEXT | {"pattern": r"^\p{L}$"})


@pytest.mark.parametrize("name", SETS)
def test_every_part_of_every_schema_is_understood(name: str) -> None:
    def visit(structure: Structure, node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                visit(structure, item)
        elif isinstance(node, dict):
            if node.get("type") or "x-kubernetes-int-or-string" in node:
                structure.check_of(node)
            for key, child in node.items():
                if key == "properties":
                    visit(structure, list(child.values()))
                elif key not in ("default", "enum", "x-kubernetes-validations", "x-kubernetes-group-version-kind"):
                    visit(structure, list(child.values()) if key == "$defs" else child)

    for root in of_set(name):
        visit(Structure(root, rules.hook), root)


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"^a$", "a", "a\n"),
        (r"^[a$]$", "$", "b"),
        (r"^\d$", "1", "١"),
        (r"^\w$", "a", "é"),
        (r"^\s$", "\t", "\v"),
        (r"^a{,2}$", "a{,2}", "aa"),
        (r"^\$$", "$", ""),
        (r"^[\]$]\z", "]", "a"),
        (r"^(?:a|b)$", "b", "c"),
        (r"^[+*]+$", "+*", "a"),
        (r"^[]a]$", "]", "b"),
        (r"^.$", "é", "\n"),
    ],
)
def test_patterns_mean_what_they_mean_to_go(pattern: str, matching: str, other: str) -> None:
    assert patterns.compiled(pattern).search(matching)
    assert not patterns.compiled(pattern).search(other)


def patterns_in(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(pattern := schema.get("pattern"), str):
            yield pattern
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from patterns_in(part)


def test_most_patterns_need_no_translation_but_of_their_end() -> None:
    shipped = {pattern for name in SETS for schema in of_set(name) for pattern in patterns_in(schema)}
    assert len(shipped) > 10
    for pattern in shipped:
        piece_by_piece = patterns.translated(f"(?:{pattern})")  # whose group keeps it from being taken as it is
        assert piece_by_piece == f"(?:{patterns.translated(pattern)})"


@pytest.mark.parametrize(
    "text", ["0", "1", "-1", "+1.", ".5", "1e3", "1E3", "1E", "007", "500n", "1.5Ki", "1e-3", "9" * 40]
)
def test_what_is_read_as_a_quantity_matches_the_pattern_of_quantities(text: str) -> None:
    assert parse(text) is not None
    assert patterns.compiled(patterns.QUANTITY).search(text)
    assert patterns.matcher(patterns.QUANTITY)(text)


def test_the_pattern_of_quantities_is_that_of_the_schemas() -> None:
    assert any(patterns.QUANTITY in set(patterns_in(schema)) for name in SETS for schema in of_set(name))
    assert not patterns.matcher(patterns.QUANTITY)("1 Gi")
    assert patterns.matcher(patterns.QUANTITY)("1e-9999")  # which is no quantity


@pytest.mark.parametrize("pattern", [r"[[:alpha:]]", r"\pL", r"(?i)a", r"\Qa\E", r"[\s]"])
def test_a_pattern_that_python_reads_differently_is_refused(pattern: str) -> None:
    with pytest.raises(patterns.UntranslatablePatternError):
        patterns.compiled(pattern)


def test_a_hostile_list_is_checked_in_the_time_of_a_long_one() -> None:
    """Every problem is reported once, and none is copied for each of the others: or this would take hours."""
    schema = {"type": "array", "items": of(a=TEXT), "x-kubernetes-list-type": "set"}
    assert len(Structure(schema).root([{"b": 1}] * 100_000) or []) == 199_999
