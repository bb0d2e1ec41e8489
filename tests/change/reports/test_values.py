"""Both sides of a field as people compare them: what differs is seen, however long the values are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.change.reports.values import LONGEST, shown_pair

DIGEST = "registry.example.com/team/vllm-cuda@sha256:"
TOKEN = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (1, 2, ("1", "2")),
        (None, "1", ("(absent)", '"1"')),
        ("true", True, ('"true"', "true")),
        ("(absent)", None, ('"(absent)"', "(absent)")),
        ("", 1.5, ('""', "1.5")),
        ("8Gi", "a b", ("8Gi", "a b")),
        ("a\nb", "a\tb", ('"a\\nb"', '"a\\tb"')),
        ([], {}, ("[]", "{}")),
        (["a", "b,c", 1], {"a": {"b": [None]}}, ('[a, "b,c", 1]', "{a: {b: [null]}}")),
        (DIGEST + "a" * 64, DIGEST + "b" * 64, (f"…m/team/vllm-cuda@sha256:{'a' * 40}…", f"…m/team/vllm-cuda@sha256:{'b' * 40}…")),
    ],
)  # fmt: skip
def test_values_are_written_as_in_yaml(before: Any, after: Any, shown: tuple[str, str]) -> None:
    assert shown_pair(before, after) == shown


def test_a_long_list_is_shown_where_it_differs() -> None:
    arguments = [f"--option-{number}={number}" for number in range(40)]
    before, after = shown_pair(arguments, [*arguments[:30], "--new", *arguments[31:]])
    assert before.startswith("40 items: …")
    assert "--option-30=30, --option-31" in before
    assert "--new, --option-31" in after
    assert max(len(before), len(after)) < LONGEST + 20


def test_a_credential_is_redacted_before_anything_is_cut() -> None:
    before, after = shown_pair(f"{'x' * 30} {TOKEN} {'y' * 90}", f"{'x' * 30} {TOKEN} {'z' * 90}")
    assert "aBcD" not in before + after


@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
def test_two_long_texts_that_differ_look_different(head: str, one: str, other: str, tail: str) -> None:
    first, second = f"{head}1{one}{tail}", f"{head}2{other}{tail}"
    before, after = shown_pair(first, second)
    assert before != after
    assert max(len(before), len(after)) <= LONGEST + 2


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))  # fmt: skip
def test_any_value_is_one_short_line(value: Any) -> None:
    shown, _ = shown_pair(value, 1)
    assert len(shown) <= LONGEST + 20
    assert "\n" not in shown
