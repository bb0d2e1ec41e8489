"""Amounts as people read them: never smaller than what is needed, never larger than what is free."""

from __future__ import annotations

import pytest

from servewright.explain.readable_amounts import readable
from servewright.model.quantity import parse


@pytest.mark.parametrize(
    ("amount", "needed", "free"),
    [
        ("49216Mi", "48.07Gi", "48.06Gi"),
        ("8100m", "8.1", "8.1"),
        ("100m", "100m", "100m"),
        ("1835324Mi", "1792.31Gi", "1792.3Gi"),
        ("8Gi", "8Gi", "8Gi"),
        ("1024Mi", "1Gi", "1Gi"),
        ("64Mi", "64Mi", "64Mi"),
        ("-49216Mi", "-48.06Gi", "-48.07Gi"),
        ("0", "0", "0"),
        ("12", "12", "12"),
        ("2k", "2k", "2k"),
    ],
)
def test_units_are_readable_and_rounding_is_never_in_favour(amount: str, needed: str, free: str) -> None:
    assert (readable(amount), readable(amount, down=True)) == (needed, free)
    exact, up, down = (parse(text) for text in (amount, needed, free))
    assert exact and up and down
    assert down.value <= exact.value <= up.value
