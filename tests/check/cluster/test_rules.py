"""How rules see an object, when they are evaluated, and what is said when one does not hold."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from typing import Any

import pytest

from check.cluster.released import SETS, of_set, parts_with_rules
from servewright.check.cluster import Violation, check_object, rules
from servewright.check.cluster.presence import presence_rule
from servewright.check.cluster.stored import escaped

Schema = dict[str, Any]
TEXT = {"type": "string"}


def said(properties: Schema, rule: Schema | str, spec: Any, **more: Any) -> list[Violation]:
    declared = [{"rule": rule, "message": "is wrong"} if isinstance(rule, str) else rule]
    part = {"type": "object", "properties": properties, "x-kubernetes-validations": declared, **more}
    schema = {"type": "object", "properties": {"apiVersion": TEXT, "kind": TEXT, "metadata": {}, "spec": part}}
    body = {"apiVersion": "a/v1", "kind": "A", "metadata": {"name": "a"}, "spec": spec}
    return check_object(body, lambda *_: schema)


def test_a_rule_that_holds_says_nothing() -> None:
    assert said({"a": TEXT}, "self.a == 'x'", {"a": "x"}) == []


def test_a_rule_that_is_false_says_its_message() -> None:
    assert said({"a": TEXT}, "self.a == 'x'", {"a": "y"}) == [Violation(("spec",), "cel", "is wrong")]


def test_a_rule_without_a_message_says_itself() -> None:
    (found,) = said({"a": TEXT}, {"rule": "self.a == 'x'"}, {"a": "y"})
    assert found.message == "failed rule: self.a == 'x'"


def test_a_rule_that_fails_refuses_too() -> None:
    (found,) = said({"a": TEXT, "b": TEXT}, "self.a == 'x'", {"b": "y"})
    assert found.message == "there is no `a`, evaluating the rule: is wrong"


def test_an_error_behind_a_decided_choice_does_no_harm() -> None:
    assert said({"a": TEXT}, "!has(self.a) || self.a == 'x'", {}) == []
    assert said({"a": TEXT, "b": TEXT}, "self.b == 'y' || self.a == 'x'", {"a": "x"}) == []


def test_a_message_expression_gives_the_message_if_it_can() -> None:
    rule = {"rule": "self.a == 'x'", "message": "is wrong", "messageExpression": "'a is ' + self.a"}
    assert said({"a": TEXT}, rule, {"a": "y"})[0].message == "a is y"
    other = rule | {"messageExpression": "'b is ' + self.b"}
    assert said({"a": TEXT, "b": TEXT}, other, {"a": "y", "b": "z"})[0].message == "b is z"
    for failing in ("'a is ' + self.b", "''", "'two\\nlines'"):
        assert said({"a": TEXT}, rule | {"messageExpression": failing}, {"a": "y"})[0].message == "is wrong"


@pytest.mark.parametrize(
    ("field", "path"), [(".a", ("a",)), (".a.b", ("a", "b")), (".a['x.y']", ("a", "x.y")), ("", ())]
)
def test_a_field_path_is_added(field: str, path: tuple[str, ...]) -> None:
    (found,) = said({"a": {}}, {"rule": "false", "message": "is wrong", "fieldPath": field}, {"a": 1})
    assert found.path == ("spec", *path)


@pytest.mark.parametrize(
    ("properties", "rule", "spec"),
    [
        ({"a": TEXT | {"default": "x"}}, "self.a == 'x'", {}),
        ({"a": TEXT | {"default": "x"}}, "self.a == 'x'", {"a": None}),
        ({"a": TEXT | {"default": "x"}}, "has(self.a)", {}),
        ({"a": {"type": ["string", "null"]}}, "has(self.a) && self.a == null", {"a": None}),
        ({"a": {"type": "object", "properties": {"b": TEXT | {"default": "x"}}}}, "self.a.b == 'x'", {"a": {}}),
        (
            {"a": {"type": "array", "items": {"properties": {"b": TEXT | {"default": "x"}}}}},
            "self.a[0].b == 'x'",
            {"a": [{}]},
        ),
        # Numbers have the types of the schema, so that 1.0 is an integer where that is declared.
        ({"a": {"type": "integer"}}, "self.a % 2 == 1", {"a": 1.0}),
        ({"a": {"type": "number"}}, "self.a + 0.5 == 1.5", {"a": 1}),
        ({"a": {"x-kubernetes-int-or-string": True}}, "type(self.a) == int", {"a": 1}),
        ({"a": {"x-kubernetes-int-or-string": True}}, "type(self.a) == string", {"a": "1"}),
        # Names that are no identifiers, or reserved.
        ({"namespace": TEXT}, "self.__namespace__ == 'x'", {"namespace": "x"}),
        (
            {"a-b": TEXT, "c.d/e": TEXT},
            "self.a__dash__b + self.c__dot__d__slash__e == 'xy'",
            {"a-b": "x", "c.d/e": "y"},
        ),
        ({"a": {"type": "object", "additionalProperties": TEXT}}, "self.a['x-y'] == 'z'", {"a": {"x-y": "z"}}),
        # Functions and macros.
        ({"a": TEXT}, "size(self.a) == 2", {"a": "é😀"}),
        ({"a": TEXT}, "!self.a.matches('^x$')", {"a": "x\n"}),
        ({"a": TEXT}, "duration(self.a) == duration('90s')", {"a": "1m30s"}),
        ({"a": {"type": "array", "items": TEXT}}, "self.a.all(x, x != 'self') && 'b' in self.a", {"a": ["b"]}),
    ],
)
def test_a_rule_sees_what_would_be_stored(properties: Schema, rule: str, spec: Any) -> None:
    assert said(properties, rule, spec) == []
    assert [item.reason for item in said(properties, f"!({rule})", spec)] == ["cel"]


def test_only_what_a_rule_reads_is_given_to_it_and_that_changes_nothing() -> None:
    properties = {"a": TEXT, "b": TEXT}
    assert said(properties, "has(self.b)", {"a": "x", "b": "y"}) == []
    assert said(properties, "self == {'a': 'x', 'b': 'y'}", {"a": "x", "b": "y"}) == []
    assert said(properties, "self.exists(key, key == 'b')", {"a": "x", "b": "y"}) == []
    assert said(properties, "['self.a'].all(x, size(self.b) == 1)", {"a": "x", "b": "y"}) == []


@pytest.mark.parametrize(
    ("properties", "spec", "reason"),
    [
        ({"a": TEXT, "b": TEXT}, {"a": "y", "b": 1}, "wrong-type"),
        ({"a": TEXT | {"enum": ["x", "z"]}}, {"a": "y"}, "enum"),
        ({"a": TEXT, "b": TEXT | {"maxLength": 1}}, {"a": "y", "b": "xx"}, "length"),
    ],
)
def test_no_rule_is_evaluated_when_the_structure_is_too_wrong(properties: Schema, spec: Any, reason: str) -> None:
    assert [item.reason for item in said(properties, "self.a == 'x'", spec)] == [reason]


def test_rules_are_evaluated_beside_lesser_problems() -> None:
    found = said({"a": TEXT, "b": TEXT | {"pattern": "^x$"}}, "self.a == 'x'", {"a": "y", "b": "y"})
    assert [(item.path, item.reason) for item in found] == [(("spec",), "cel"), (("spec", "b"), "pattern")]


def test_a_rule_that_cannot_be_evaluated_is_said_and_refuses_nothing() -> None:
    (found,) = said({"a": TEXT}, "isURL(self.a)", {"a": "x"})
    assert found.reason == "cel-unsupported"


def test_a_rule_about_the_old_object_waits_for_an_update_unless_it_is_optional() -> None:
    assert said({"a": TEXT}, "self.a == oldSelf.a", {"a": "x"}) == []
    assert said({"a": TEXT}, "self.a != 'oldSelf'", {"a": "oldSelf"}) != []


def test_equal_rules_about_presence_alone_are_evaluated_as_cel_evaluates_them() -> None:
    """All rules of the schemas that are short-cut, with every combination of their fields."""
    seen = set()
    for name in SETS:
        for root in of_set(name):
            seen |= {rule["rule"] for part in parts_with_rules(root) for rule in part["x-kubernetes-validations"]}
    short = {rule: found for rule in sorted(seen) if (found := presence_rule(rule)) is not None}
    assert len(short) >= 5
    extra = ("has(self.a) && !(has(self.b) || has(self.c)) || has(self.d)", "!!has(self.a)", "( has(self.a) )")
    for rule in (*short, *extra):
        by_presence, by_cel = presence_rule(rule), rules.program(rule)
        assert by_presence is not None
        assert by_cel is not None
        names = sorted(set(re.findall(r"self\.(\w+)", rule)))
        for chosen in itertools.product((False, True), repeat=len(names)):
            there = {field: 1 for field, is_there in zip(names, chosen, strict=True) if is_there}
            assert by_presence(there) == by_cel(there)[0], (rule, there)


@pytest.mark.parametrize(
    "rule",
    [
        "has(self.a.b)",
        "self.a",
        "has(self.a) &&",
        "!",
        "(has(self.a)",
        "has(self.a))",
        "has(self.__in__)",
        "",
        "true",
        "()",
    ],
)
def test_what_asks_for_more_than_presence_is_left_to_cel(rule: str) -> None:
    assert presence_rule(rule) is None


def test_names_are_escaped_as_kubernetes_does() -> None:
    names = ["name", "namespace", "a-b", "a.b/c", "a__b", "__a", "null"]
    assert [escaped(name) for name in names] == [
        *("name", "__namespace__", "a__dash__b", "a__dot__b__slash__c", "a__underscores__b", "__underscores__a"),
        "__null__",
    ]


def test_cel_is_loaded_only_for_what_needs_it() -> None:
    script = f"""
import sys, functools
sys.path[:0] = {sys.path!r}
from check.cluster.released import of_release
from servewright.check.cluster import check_object
body = {{"apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService",
         "metadata": {{"name": "a", "namespace": "b"}}, "spec": {{"model": {{"uri": "hf://a/b"}}, "replicas": 1}}}}
assert check_object(body, of_release()) == []
assert not any(name.startswith("cel_expr_python") for name in sys.modules)
body["spec"]["scaling"] = {{"maxReplicas": 2, "wva": {{"hpa": {{}}}}}}
assert [item.reason for item in check_object(body, of_release())] == ["cel"]
"""
    subprocess.run([sys.executable, "-c", script], check=True)
