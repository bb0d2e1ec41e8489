"""Every CEL rule of every schema, both ways: an object that it lets through, and one that it refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from check.cluster.released import SETS, of_set, parts_with_rules
from servewright.check.cluster import rules
from servewright.check.cluster.rules import Asked
from servewright.check.cluster.soundness import Soundness
from servewright.check.cluster.structure import PLAIN, Structure
from servewright.check.cluster.violation import Violation

DATA: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("cel_rules.yaml").read_text())


def case_of(rule: dict[str, Any]) -> dict[str, Any]:
    """The hand-written case of a rule; two rules of one text are told apart by their messages."""
    found = [
        case
        for case in DATA["rules"]
        if case["rule"] == rule["rule"] and case.get("message") in (None, rule["message"])
    ]
    assert len(found) == 1, f"{len(found)} cases for {rule}"
    return dict(found[0])


def refusals(part: dict[str, Any], root: dict[str, Any], value: Any) -> list[Violation] | None:
    """What rules refuse in ``value`` and inside of it; None if it is not even valid without them."""
    structure = Structure(root, rules.hook)
    found = structure.check_of(part)(value) or []
    if not all(isinstance(item, Asked) for item in found):
        return None
    refused = [violation for item in found for violation in rules.evaluate(item)]
    assert not (refused and Soundness(structure, rules.hold).test_of(part, PLAIN)(value)), (part, value)
    return refused


def holds(rule: str, value: Any) -> bool:
    """Whether a rule alone is true of ``value``, as it stands."""
    program = rules.program(rule)
    assert program is not None
    return program(value)[0] is True


@pytest.mark.parametrize("name", SETS)
def test_each_rule_lets_the_right_values_through_and_refuses_the_wrong_ones(name: str) -> None:
    distinct = set()
    for root in of_set(name):
        for part in parts_with_rules(root):
            for rule in part["x-kubernetes-validations"]:
                identity = rule["rule"], rule["message"]
                if (identity, str(part)) in distinct:
                    continue
                distinct |= {identity, (identity, str(part))}
                case = case_of(rule)
                if "oldSelf" in rule["rule"]:
                    continue
                message = " ".join(rule["message"].split())
                # A case is for all parts with the rule; what is not valid in one of them says nothing there.
                good = [found for value in case["good"] if (found := refusals(part, root, value)) is not None]
                bad = [found for value in case.get("bad", ()) if (found := refusals(part, root, value)) is not None]
                assert good, f"no good value is valid here: {case}"
                for found in good:
                    assert not any(message in item.message for item in found), (rule, found)
                if "never" in case:
                    assert not any(holds(rule["rule"], value) for value in case["bad"]), case
                    continue
                assert bad, f"no bad value is valid here: {case}"
                for found in bad:
                    assert any(message in item.message for item in found), (rule, found)
                    assert {item.reason for item in found} == {"cel"}
    assert len([item for item in distinct if isinstance(item[0], str)]) == DATA["counts"].get(name, 0)


def test_a_rule_without_cases_is_for_updates() -> None:
    for case in DATA["rules"]:
        exempt = "oldSelf" in case["rule"]
        assert exempt != ("good" in case), case["rule"]
        assert exempt != ("bad" in case), case["rule"]


def test_the_table_has_no_rule_that_no_schema_has() -> None:
    used = {
        rule["rule"]
        for name in SETS
        for root in of_set(name)
        for part in parts_with_rules(root)
        for rule in part["x-kubernetes-validations"]
    }
    assert {case["rule"] for case in DATA["rules"]} == used


def test_a_rule_about_the_old_object_is_not_evaluated_when_there_is_none() -> None:
    schema = {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "is immutable"}]}
    assert refusals(schema, schema, "anything") == []


def test_the_functions_that_rules_use_are_those_that_were_looked_at() -> None:
    """Kubernetes has many more, which CEL's own library lacks; a new one must not go unnoticed."""
    used = set()
    for case in DATA["rules"]:
        bare = re.sub(r"r?\"\"\".*?\"\"\"|'[^']*'", "", case["rule"])
        used |= set(re.findall(r"(\w+)\(", bare))
    assert used == {
        *("has", "size", "all", "exists", "exists_one", "filter"),
        *("startsWith", "endsWith", "contains", "matches", "duration"),
    }
