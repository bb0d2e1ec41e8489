"""Quantities for people: `48.07Gi` for `49216Mi`, `8.1` for `8100m`. Kubernetes would read them alike, but for rounding."""

from __future__ import annotations

from servewright.model.quantity import NANO, parse

_UNITS = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}
_LARGER = {"Ki": "Mi", "Mi": "Gi"}  # and no further: nodes and quotas are in Gi
_HUNDREDTHS = 100


def readable(amount: str, *, down: bool = False) -> str:
    """``amount`` with two decimals at most, rounded up, or ``down`` for what is free: so nothing looks as if it fitted."""
    quantity = parse(amount)
    if quantity is None:
        return amount
    unit = amount[-2:] if amount[-2:] in _UNITS else ""
    if not unit:
        return _decimal(quantity.value, NANO, down) if amount.endswith("m") and abs(quantity.value) >= NANO else amount
    size = _UNITS[unit] * NANO
    while unit in _LARGER and abs(quantity.value) >= size * 1024:
        unit, size = _LARGER[unit], size * 1024
    return f"{_decimal(quantity.value, size, down)}{unit}"


def _decimal(value: int, size: int, down: bool) -> str:
    hundredths = value * _HUNDREDTHS // size if down else -(-value * _HUNDREDTHS // size)
    sign, hundredths = "-" if hundredths < 0 else "", abs(hundredths)
    whole, rest = divmod(hundredths, _HUNDREDTHS)
    return f"{sign}{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else f"{sign}{whole}"
