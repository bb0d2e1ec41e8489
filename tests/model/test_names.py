"""Names are derived and refused exactly as the wizard, KServe and the API server do it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.model.names import child_name, derive_name, is_dns_label, is_dns_subdomain, is_model_name

WIZARD: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "names.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", WIZARD, ids=lambda case: ascii(case["display"]))
def test_the_wizards_names(case: dict[str, Any]) -> None:
    name = derive_name(case["display"])
    assert name == (case["k8sName"] or "")
    fits = 0 < len(name) <= 30 and len(name) + 1 + len("demo") <= 63
    assert (fits and is_model_name(name)) is case["valid"]


@pytest.mark.parametrize(
    ("display", "name"),
    [
        ("Granite 3.1 8B", "granite-31-8b"),
        ("A - B", "a-b"),
        ("foo_bar.baz", "foobarbaz"),
        ("UPPER--lower", "upper-lower"),
        ("日本", ""),
        ("1234 model", "1234-model"),
        ("", ""),
        ("   ", ""),
        ("---", ""),
        ("a\tb\nc\u00a0d\u3000e\ufefff", "a-b-c-d-e-f"),  # blanks of JavaScript
        ("a\x1cb\x85c\u180ed\u200be", "abcde"),  # not blanks of JavaScript, though Python takes some for blanks
        ("300 \u212a", "300-k"),  # the Kelvin sign has a plain k as its lower case
        ("\u0130stanbul", "istanbul"),
        ("a" * 29 + " b", "a" * 29),  # cut to thirty, then the dash is stripped
        ("a" * 28 + " - bcd", "a" * 28 + "-b"),  # runs of dashes collapse before the cut
        ("a" * 40, "a" * 30),
    ],
)
def test_derived_names(display: str, name: str) -> None:
    assert derive_name(display) == name


def test_the_limit_can_be_lifted() -> None:
    assert derive_name("a" * 40, limit=None) == "a" * 40
    assert derive_name("models for the team", limit=11) == "models-for"


@settings(derandomize=True, deadline=None)
@given(st.text(st.one_of(st.sampled_from("aZ0 -._\t"), st.characters()), max_size=60))
def test_a_derived_name_is_a_label_or_nothing(display: str) -> None:
    name = derive_name(display)
    assert name == "" or is_dns_label(name)
    assert "--" not in name
    assert derive_name(name) == name


@pytest.mark.parametrize("name", ["a", "granite-31-8b", "a0", "a--b", "a" * 63])
def test_model_names(name: str) -> None:
    assert is_model_name(name)


@pytest.mark.parametrize("name", ["", "1a", "-a", "a-", "A", "a.b", "a_b", "a\n", "a\nb", "é", "٣a", "a "])
def test_what_is_no_model_name(name: str) -> None:
    assert not is_model_name(name)


def test_labels_and_subdomains() -> None:
    assert all(map(is_dns_label, ["a", "1", "0-a", "a" * 63]))
    assert not any(map(is_dns_label, ["", "a" * 64, "a.b", "A", "-a", "a-", "a\n", "a_b"]))
    assert all(map(is_dns_subdomain, ["a", "1.2", "models.example.com", "a" * 253, "a-b.c-d"]))
    assert not any(map(is_dns_subdomain, ["", "a" * 254, ".a", "a.", "a..b", "a.-b", "a-.b", "A.b", "a.b\n", "a_b.c"]))


@pytest.mark.parametrize(
    ("parent", "suffix", "child"),
    [
        ("granite", "-kserve", "granite-kserve"),
        ("a" * 53, "-predictor", "a" * 53 + "-predictor"),
        # what knative.dev/pkg/kmeta.ChildName answers
        (
            "granite-31-8b-instruct-for-the-nlp-team-in-europe",
            "-kserve-self-signed-certs",
            "granit8037c5573852bbf16be543e690fd9890-kserve-self-signed-certs",
        ),
        ("a" * 60, "-kserve-router-scheduler", "aaaaaaacc7ed669cf88f201c3297c6a91e1d18d-kserve-router-scheduler"),
        ("granite", "-" + "s" * 70, "granitedb94fddfe61a3bdaf26c00ebad32674c-" + "s" * 23),
        ("p" * 40, "-" + "s" * 30, "p" * 31 + "07a871ac26bc40eaaa1ce668c70fb239"),
        ("granite", "-" + "s" * 22 + "-" + "s" * 40, "graniteded6aa03874c50e369d0ac58a9bd4926-" + "s" * 22),
        ("g" * 40, "-" + "s" * 30 + "-x", "g" * 31 + "51670c28da72aaaa5e493b40ec89a20c"),
    ],
)
def test_names_of_children(parent: str, suffix: str, child: str) -> None:
    assert child_name(parent, suffix) == child


@settings(derandomize=True, deadline=None)
@given(st.from_regex(r"[a-z][-a-z0-9]{0,80}", fullmatch=True), st.from_regex(r"-[a-z0-9-]{0,70}[a-z]", fullmatch=True))
def test_names_of_children_fit_a_label(parent: str, suffix: str) -> None:
    assert is_dns_label(child_name(parent, suffix))
