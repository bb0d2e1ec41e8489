"""What becomes of a CRD's schema: each test has the smallest schema that shows one thing, and holds objects against it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from servewright.crds.definitions import Definition, document_schema
from servewright.crds.share import compact, shared
from servewright.crds.structural import SchemaError, strict

Json = dict[str, Any]


def accepts(schema: Json, value: object) -> bool:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).is_valid(value)


def field(schema: Json) -> Json:
    """An object with one field, `a`."""
    return strict({"type": "object", "properties": {"a": schema}})


def test_a_field_that_is_not_declared_is_refused() -> None:
    schema = field({"type": "string"})
    assert accepts(schema, {"a": "x"})
    assert not accepts(schema, {"b": "x"})


def test_an_object_without_declared_fields_has_none() -> None:
    assert accepts(field({"type": "object"}), {"a": {}})
    assert not accepts(field({"type": "object"}), {"a": {"b": 1}})


def test_unknown_fields_stay_where_they_are_preserved_but_declared_ones_are_checked() -> None:
    schema = field(
        {
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": True,
            "properties": {"n": {"type": "integer"}, "o": {"type": "object", "properties": {}}},
        }
    )
    assert accepts(schema, {"a": {"anything": [1], "n": 1}})
    assert not accepts(schema, {"a": {"n": "1"}})
    assert not accepts(schema, {"a": {"o": {"pruned": 1}}}), "preserving is not inherited"


def test_anything_is_accepted_where_a_schema_has_no_type() -> None:
    schema = field({"x-kubernetes-preserve-unknown-fields": True})
    for value in (1, "x", None, [{}], {"b": {"c": 1}}):
        assert accepts(schema, {"a": value})


def test_a_map_keeps_its_keys() -> None:
    schema = field({"type": "object", "additionalProperties": {"type": "string"}})
    assert accepts(schema, {"a": {"any": "x"}})
    assert not accepts(schema, {"a": {"any": 1}})
    assert accepts(field({"type": "object", "additionalProperties": True}), {"a": {"any": 1}})


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string"}, ["x"], [None]),
        ({"type": "string", "nullable": True}, ["x", None], [1]),
        ({"type": "string", "nullable": False}, ["x"], [None]),
        ({"type": "string", "nullable": True, "enum": ["x"]}, ["x", None], ["y"]),
        ({"type": "object", "nullable": True, "properties": {}}, [{}, None], [{"b": 1}]),
        ({"x-kubernetes-int-or-string": True}, [1, "1"], [None, 0.5, True, []]),
        ({"x-kubernetes-int-or-string": True, "nullable": True}, [1, "1", None], [0.5]),
        ({"x-kubernetes-int-or-string": True, "pattern": "^[0-9]+$"}, [1, "12"], ["x"]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"type": "integer", "maximum": 9, "exclusiveMaximum": False}, [9], [10]),
        ({"type": "array", "items": {"type": "object", "properties": {}}}, [[], [{}]], [[{"b": 1}]]),
    ],
)
def test_values(schema: Json, good: list[object], bad: list[object]) -> None:
    for value in good:
        assert accepts(field(schema), {"a": value}), value
    for value in bad:
        assert not accepts(field(schema), {"a": value}), value


def test_an_int_or_string_may_have_conditions_of_its_own() -> None:
    own = [{"pattern": "^a"}, {"minimum": 5}]
    schema = field({"x-kubernetes-int-or-string": True, "anyOf": own})
    assert schema["properties"]["a"]["x-kubernetes-int-or-string"] is True
    assert accepts(schema, {"a": 7})
    assert not accepts(schema, {"a": 0.5})


def test_conditions_are_kept_and_declare_nothing() -> None:
    branches = [{"required": ["a"]}, {"properties": {"b": {"enum": [1]}}, "required": ["b"]}]
    schema = strict(
        {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "oneOf": branches}
    )
    assert accepts(schema, {"a": 1})
    assert accepts(schema, {"b": 1})
    assert not accepts(schema, {"b": 2})
    assert not accepts(schema, {"a": 1, "b": 1})
    assert schema["oneOf"] == branches


def test_what_has_a_default_may_be_left_out() -> None:
    schema = strict(
        {
            "type": "object",
            "required": ["a", "b"],
            "properties": {"a": {"type": "string", "default": "x"}, "b": {"type": "string"}},
        }
    )
    assert schema["properties"]["a"]["default"] == "x"
    assert accepts(schema, {"b": "y"})
    assert not accepts(schema, {"a": "y"})


def test_what_json_schema_has_no_words_for_is_kept() -> None:
    rule = {"rule": "self.a > 0", "message": "no", "reason": "FieldValueInvalid", "optionalOldSelf": True}
    kept = {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        "x-kubernetes-validations": [{**rule, "messageExpression": "'no'", "fieldPath": ".a"}],
    }
    items = {"type": "object", "properties": {"name": {"type": "string", "default": ""}}}
    schema = field({"type": "array", "items": {**items, "x-kubernetes-map-type": "atomic"}, **kept})
    for key, value in kept.items():
        assert schema["properties"]["a"][key] == value
    assert schema["properties"]["a"]["items"]["x-kubernetes-map-type"] == "atomic"
    assert field({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"})["properties"][
        "a"
    ] == {
        "type": "array",
        "items": {"type": "string"},
        "x-kubernetes-list-type": "set",
    }


def test_documentation_and_the_extensions_of_others_are_left_out() -> None:
    schema = {"type": "string", "description": "d", "title": "t", "example": 1, "x-vendor": {}, "enum": None}
    assert field(schema)["properties"]["a"] == {"type": "string"}


@pytest.mark.parametrize("keyword", ["$ref", "patternProperties", "dependencies", "x-kubernetes-new", "const"])
def test_a_keyword_that_is_not_understood_is_an_error_not_a_gap(keyword: str) -> None:
    with pytest.raises(SchemaError, match=r"a structural schema has no `") as caught:
        field({"type": "array", "items": {keyword: {}}})
    assert caught.value.path == ("properties", "a", "items", keyword)


# --- whole objects ---------------------------------------------------------------------------------------------------


def whole(schema: Json, scope: str = "Namespaced") -> Json:
    return document_schema(Definition("example.com", "v1", "Thing", scope, strict(schema)))


THING: Json = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "x"}}


def test_identity_and_metadata_are_those_of_the_api_server() -> None:
    schema = whole({"type": "object", "properties": {"metadata": {"type": "object"}, "spec": {"type": "object"}}})
    full = {"labels": {"a": "b"}, "annotations": {"a": "b"}, "finalizers": ["f"], "creationTimestamp": None}
    assert accepts(schema, THING)
    assert accepts(schema, {**THING, "metadata": {"name": "x", "namespace": "y", **full}, "spec": {}})
    for change in (
        {"apiVersion": "example.com/v2"},
        {"kind": "thing"},
        {"metadata": {"name": "x", "clusterName": "y"}},
        {"metadata": {"labels": {"a": True}}},
        {"sepc": {}},
    ):
        assert not accepts(schema, {**THING, **change}), change
    for key in THING:
        assert not accepts(schema, {name: value for name, value in THING.items() if name != key})
    assert schema["x-servewright-scope"] == "Namespaced"
    assert schema["x-kubernetes-group-version-kind"] == [{"group": "example.com", "version": "v1", "kind": "Thing"}]


def test_a_crd_may_restrict_the_name_and_nothing_else_in_metadata() -> None:
    metadata = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 2}, "labels": {"enum": []}}}
    schema = whole({"type": "object", "properties": {"metadata": metadata}})
    assert accepts(schema, {**THING, "metadata": {"name": "ab", "labels": {}}})
    assert not accepts(schema, {**THING, "metadata": {"name": "abc"}})


def test_an_embedded_object_has_identity_and_metadata() -> None:
    embedded = {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}
    schema = field(embedded)
    assert accepts(schema, {"a": {**THING, "spec": {}}})
    assert not accepts(schema, {"a": {"kind": "Thing"}})
    assert not accepts(schema, {"a": {**THING, "metadata": {"name": "x", "nmae": "y"}}})


# --- sharing ---------------------------------------------------------------------------------------------------------


def unfolded(schema: Any, root: Json) -> Any:
    if isinstance(schema, list):
        return [unfolded(item, root) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return unfolded(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    return {key: unfolded(value, root) for key, value in schema.items() if key != "$defs"}


def test_equal_parts_are_stored_once_and_mean_the_same() -> None:
    part = {"type": "object", "properties": {name: {"type": "integer"} for name in "abcdef"}}
    schema = {"type": "object", "properties": {"x": part, "y": {"type": "array", "items": part}, "z": {"not": part}}}
    small = shared(schema)
    assert len(json.dumps(small)) < len(json.dumps(schema))
    assert list(small["$defs"]) == ["0"]
    assert unfolded(small, small) == schema


def test_the_order_of_fields_in_a_crd_does_not_matter() -> None:
    parts = [
        {"type": "object", "properties": {f"{letter}{index}": {"type": "integer"} for index in range(4)}}
        for letter in "abc"
    ]
    fields = {f"{number}-{copy}": part for number, part in enumerate(parts) for copy in range(2)}
    one = shared({"type": "object", "properties": fields})
    other = shared({"type": "object", "properties": dict(reversed(fields.items()))})
    assert len(one["$defs"]) == 3
    assert compact(one) == compact(other)


def test_nothing_is_shared_where_that_saves_nothing() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    assert shared(schema) == schema


@pytest.mark.parametrize("required", [5, "spec", [1], [["spec"]], {"spec": True}], ids=str)
def test_required_is_a_list_of_names(required: object) -> None:
    with pytest.raises(SchemaError) as caught:
        strict({"type": "object", "required": required, "properties": {"spec": {"type": "object"}}})
    assert caught.value.path == ("required",)
