"""A fault of an object is reported once, and where it was written."""

from __future__ import annotations

import pytest

from check.rules.cases import compiled, deployment


@pytest.mark.parametrize("second", ["b", "a"], ids=["another value", "the same value"])
def test_a_variable_that_is_written_twice_is_one_problem(second: str) -> None:
    env = [{"name": "FIRST", "value": "x"}, {"name": "TWICE", "value": "a"}, {"name": "TWICE", "value": second}]
    found = [item for item in compiled(deployment(env=env)).diagnostics if item.severity == "error"]
    assert [(item.code, item.field) for item in found] == [("SW107", "spec.env[2].name")]


def test_names_that_cannot_be_read_are_not_called_repeated() -> None:
    env = [{"name": "MY-VAR", "value": "1"}, {"name": "my.var", "value": "2"}]
    found = [item for item in compiled(deployment(env=env)).diagnostics if item.severity == "error"]
    assert [(item.code, item.field) for item in found] == [("SW104", "spec.env[0].name"), ("SW104", "spec.env[1].name")]
