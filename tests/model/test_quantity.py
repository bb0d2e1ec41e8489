"""Quantities are read and spelt exactly as the API server does it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import go_tools
from servewright.model import quantity
from servewright.model.quantity import NANO, Quantity, from_count, parse, unit_problem

LARGEST_INT64 = 2**63 - 1


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        # as it is
        *[(text, text) for text in ("1", "4", "500m", "1500m", "16Gi", "1536Mi", "1000Mi", "1e3", "1e9", "12e6", "1E")],
        # the largest suffix that leaves a whole number
        ("1000m", "1"),
        ("0.5", "500m"),
        ("0.1", "100m"),
        ("0.10", "100m"),
        (".5", "500m"),
        ("5.", "5"),
        ("1.500", "1500m"),
        ("2000", "2k"),
        ("1000M", "1G"),
        ("1500k", "1500k"),
        ("1024Mi", "1Gi"),
        ("2048Mi", "2Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Gi", "512Mi"),
        ("1024Pi", "1Ei"),
        # binary amounts with a fraction, or below 1Ki, are spelt in decimal
        ("0.3Ki", "307200m"),
        ("0.5Ki", "512"),
        ("1.3Gi", "1395864371200m"),
        ("62.5Ki", "64k"),
        # exponents stay exponents, in steps of three
        ("1E3", "1e3"),
        ("1e1", "10"),
        ("1e4", "10e3"),
        ("1000e3", "1e6"),
        ("5e0", "5"),
        ("1e+3", "1e3"),
        ("1e-3", "1e-3"),
        ("1e03", "1e3"),
        # signs and leading zeros
        ("+5", "5"),
        ("-5", "-5"),
        ("-1.5Gi", "-1536Mi"),
        ("007", "7"),
        ("-0.5", "-500m"),
        # nothing
        ("0", "0"),
        ("0Gi", "0"),
        ("0.000", "0"),
        ("-0", "0"),
        ("0e9", "0"),
        # finer than a billionth is rounded up, away from zero
        ("0.0000000001", "1n"),
        ("0.1n", "1n"),
        ("-0.1n", "-1n"),
        ("1e-12", "1e-9"),
        ("0.0000000001Ki", "103n"),
        # binary amounts are capped at 2^63-1, decimal ones are not
        ("7Ei", "7Ei"),
        ("8Ei", "9223372036854775807"),
        ("-16Ei", "-9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"),
        ("999E", "999E"),
        ("1e40", "10e39"),
    ],
)
def test_canonical_spelling(text: str, canonical: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.canonical == canonical


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "4 ", " 4", "4\n", "four", "1,5", "1_000", "0x10", "1.2.3", "--1", "1-", "1+5", "٣", "inf", "nan"],
        *["1K", "1ki", "1mi", "1gi", "1GB", "1Gib", "1g", "1t", "1kI", "1i", "1 Gi", "1Gi ", "1GiB"],
        *["1e", "1ee3", "1e1.5", "1e3Gi", "1Mi3", "1m3", "1e3m", "1e+"],
        *["m", "Gi", "-", "+", ".", "-.", "e3"],  # the Go parser reads a bare unit as zero; the CRD schemas refuse it
        "1000E",  # the Go library keeps it as `1`
        "1e1001",
        "1e99999999999999999999",
        "1" * 1001,
    ],
)
def test_what_is_refused(text: str) -> None:
    assert parse(text) is None


def test_amounts_are_exact_and_comparable_across_spellings() -> None:
    assert parse("1") == Quantity(NANO, "1")
    assert parse("1n") == Quantity(1, "1n")
    assert parse("1Gi") == Quantity(2**30 * NANO, "1Gi")
    assert parse("0.1") == Quantity(NANO // 10, "100m")
    values = [found.value for text in ("1G", "1Gi", "1073741824", "1e9") if (found := parse(text))]
    assert values == [10**9 * NANO, 2**30 * NANO, 2**30 * NANO, 10**9 * NANO]
    capped = parse("8Ei")
    assert capped is not None
    assert capped.value == LARGEST_INT64 * NANO


def test_a_profiles_count_may_be_an_integer_of_32_bits_or_a_string() -> None:
    assert from_count(4) == parse("4")
    assert from_count(0) == parse("0")
    assert from_count(2000) == parse("2k")
    assert from_count("16Gi") == parse("16Gi")
    assert from_count("3000000000") == parse("3G")
    assert from_count(3_000_000_000) is None
    assert from_count(True) is None
    assert from_count("many") is None


def test_any_number_of_different_quantities_takes_bounded_memory() -> None:
    for number in range(10_000):
        parse(f"{number}Mi")
    assert len(quantity._known) <= 4096


@pytest.mark.parametrize(
    ("resource", "texts"),
    [
        ("memory", "16Gi 1.5Gi .5Gi 5.Gi 4G 2048Mi 512Ki 1T 1Ti 1P 1Pi 1E 1Ei 1000000 0"),
        ("ephemeral-storage", "10Gi"),
        ("hugepages-2Mi", "64Mi"),
        ("cpu", "4 0.5 1.5 500m 1m 0.001 0 1000"),
        ("nvidia.com/gpu", "1 0 8 2000 1.0"),
        ("ibm.com/spyre_pf", "2"),
    ],
)
def test_amounts_that_kubernetes_and_the_dashboard_read_alike(resource: str, texts: str) -> None:
    assert [(text, unit_problem(resource, text)) for text in texts.split() if unit_problem(resource, text)] == []


@pytest.mark.parametrize(
    ("resource", "text", "reason"),
    [
        ("memory", "4000000k", "exabytes"),
        ("memory", "500m", "thousandth of a byte"),
        ("memory", "16u", "`u`"),
        ("memory", "16n", "`n`"),
        ("memory", "16e9", "exponent"),
        ("memory", "16E9", "exponent"),
        ("memory", "16K", "`K`"),
        ("memory", "16GB", "`GB`"),
        ("memory", "1.5", "whole number of bytes"),
        ("memory", "0.3Ki", "whole number of bytes"),
        ("memory", "16 Gi", "not a Kubernetes quantity"),
        ("memory", "", "not a Kubernetes quantity"),
        ("memory", "-1Gi", "sign"),
        ("memory", "+1Gi", "sign"),
        ("memory", "8Ei", "more than"),
        ("ephemeral-storage", "500m", "thousandth of a byte"),
        ("cpu", "4k", "`k`"),
        ("cpu", "1e3", "exponent"),
        ("cpu", "1Gi", "`Gi`"),
        ("cpu", "0.0005", "finer than `1m`"),
        ("cpu", "0.5m", "finer than `1m`"),
        ("cpu", "500u", "`u`"),
        ("cpu", "-1", "sign"),
        ("cpu", "10000000000000000000", "more than"),
        ("nvidia.com/gpu", "1.5", "whole number"),
        ("nvidia.com/gpu", "2k", "without a unit"),
        ("nvidia.com/gpu", "1000m", "without a unit"),
        ("nvidia.com/gpu", "1e3", "exponent"),
        ("nvidia.com/gpu", "-1", "sign"),
    ],
)
def test_amounts_that_one_of_them_misreads(resource: str, text: str, reason: str) -> None:
    problem = unit_problem(resource, text)
    assert problem is not None
    assert reason in problem


def test_a_problem_does_not_repeat_what_may_be_a_misplaced_secret() -> None:
    assert "hunter" not in (unit_problem("memory", "9hunterhunter") or "")


_DIGITS = st.one_of(
    st.integers(0, 9999).map(str),
    st.sampled_from(["", "0", "00", "007", "1000", "1024", "1048576", "9223372036854775807", "9223372036854775808"]),
    st.text("0123456789", max_size=30),
)
_SUFFIXES = st.one_of(
    st.sampled_from(
        ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "K", "ki", "e", "i"]
    ),
    st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-", "0"]), st.integers(0, 40)),
)
_NUMBERS = st.one_of(_DIGITS, st.builds("{}.{}".format, _DIGITS, _DIGITS))
_QUANTITIES = st.builds("{}{}{}".format, st.sampled_from(["", "", "", "-", "+"]), _NUMBERS, _SUFFIXES)
# Huge exponents are left out: the Go library would compute with as many digits.
_GIBBERISH = st.text("0123456789.eEinumkKMGTP+-", max_size=12).filter(
    lambda text: not re.search("[eE].?[0-9]{3}", text)
)


@settings(derandomize=True, deadline=None)
@given(st.one_of(_QUANTITIES, _GIBBERISH))
def test_the_canonical_spelling_is_a_fixed_point_that_keeps_the_amount(text: str) -> None:
    found = parse(text)
    assume(found is not None)
    assert found is not None
    assert parse(found.canonical) == found


@pytest.fixture(scope="session")
def reference() -> Path:
    """Kubernetes' own reading of quantities."""
    return go_tools.quantity()


def ask(reference: Path, texts: list[str]) -> list[tuple[str, int, str] | None]:
    """Canonical spelling, amount and stored spelling of each text, as Kubernetes has them; None where refused."""
    answer = subprocess.run(
        [reference], input="".join(text + "\n" for text in texts), capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in answer.stdout.splitlines()]
    assert len(rows) == len(texts)
    return [None if row == ["ERROR"] else (row[0], int(row[1]), row[2]) for row in rows]


def compare(reference: Path, texts: list[str]) -> None:
    answers = ask(reference, texts)
    again = ask(reference, [answer[0] if answer else "" for answer in answers])
    third = ask(reference, [answer[0] if answer else "" for answer in again])
    for text, answer, second, last in zip(texts, answers, again, third, strict=True):
        found = parse(text)
        number = re.match("[-+0-9.]*", text)
        if answer is None or number is None or not re.search("[0-9]", number[0]):
            assert found is None, text
            continue
        value = answer[1]
        if second is None or second[1] != value:
            assert found is None, f"{text}: Kubernetes does not keep the amount"
            continue
        assert found == Quantity(value, second[0]), text
        assert last == (second[0], value, second[0]), f"{text}: a typed webhook would respell what we emit"


@settings(derandomize=True, deadline=None, max_examples=60)
@given(texts=st.lists(st.one_of(_QUANTITIES, _GIBBERISH), min_size=50, max_size=200))
def test_apimachinery_agrees(reference: Path, texts: list[str]) -> None:
    compare(reference, texts)


def test_apimachinery_agrees_on_every_short_form(reference: Path) -> None:
    numbers = [
        "0",
        "1",
        "8",
        "10",
        "100",
        "999",
        "1000",
        "1024",
        "1025",
        "2048",
        "1048576",
        "0.5",
        "1.5",
        ".1",
        "3.",
    ]
    suffixes = [*quantity._DECIMAL, *quantity._BINARY, *(f"{e}{n}" for e in "eE" for n in range(-12, 25))]
    signs = ["", "-", "+"]
    compare(reference, [sign + number + suffix for sign in signs for number in numbers for suffix in suffixes])
