"""Kubernetes resource quantities: ``4``, ``500m``, ``16Gi``, ``1e3``.

The API server keeps quantities in one canonical spelling, so a compiler that emits any other spelling shows up as a
difference in every GitOps engine. The rules are those of ``k8s.io/apimachinery/pkg/api/resource``: a number remembers
the family of its suffix (decimal, binary, exponent) and is written with the largest suffix of that family that leaves
a whole number. The tests compare this module with the Go library itself. Where that library respells its own output,
the last spelling counts: several webhooks read and write each object in turn.

Three things the Go parser lets through are refused here, because nobody can mean them: a number without any digit
(``m``, ``-``; the CRD schemas refuse it too), more than 999 decimal exabytes (the library prints ``1000E`` as ``1``),
and numbers too long to be worked with (text over 1000 characters, exponents beyond ±1000).
"""

from __future__ import annotations

import re

from servewright.hints import Final
from servewright.record import NamedTuple

NANO: Final = 10**9
"""Quantities count in billionths: the finest step that Kubernetes keeps."""

LARGEST: Final = (2**63 - 1) * NANO
"""The largest amount that Kubernetes can count with; binary quantities are capped here when they are read."""


class Quantity(NamedTuple):
    """An amount. ``value`` is exact, in nano-units (1 is 10**9); ``canonical`` is how the API server spells it.

    Compare amounts by ``value``: ``1Gi`` and ``1073741824`` are equal but spelt differently.
    """

    value: int
    canonical: str


_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX: Final = {power: suffix for suffix, power in _DECIMAL.items()}
_BINARY_SUFFIX: Final = ("", *_BINARY)

_LONGEST_TEXT: Final = 1000
_LARGEST_EXPONENT: Final = 1000

# Nearly every quantity that people write is a whole number with one of these units, of so few digits that neither the
# cap nor a missing suffix matters. Whole numbers are read without a pattern, which every start would have to compile.
_COMMON_UNIT: Final = {
    **{suffix: (10 ** (9 + _DECIMAL[suffix]), 1000) for suffix in ("", "m", "k", "M", "G")},
    **{suffix: (NANO << _BINARY[suffix], 1024) for suffix in ("Ki", "Mi", "Gi", "Ti")},
}
_MOST_DIGITS: Final = 6
_UNIT_LETTERS: Final = "KMGTPEinumk"

_ANY: Final = r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+)|([KMGTPE]i|[numkMGTPE]?))"

_known: dict[str, Quantity | None] = {}
_KNOWN_AT_MOST: Final = 4096


def parse(text: str) -> Quantity | None:
    """Read a quantity; None when Kubernetes would refuse it (or could not keep it, see above).

    Surrounding blanks are not trimmed: the Go decoder would, but the CRD schemas refuse them.
    """
    try:
        return _known[text]
    except KeyError:
        pass
    quantity = _read(text)
    if len(_known) >= _KNOWN_AT_MOST:
        _known.clear()
    _known[text] = quantity
    return quantity


def from_count(value: int | str) -> Quantity | None:
    """Read a HardwareProfile's minCount, defaultCount or maxCount: an ``IntOrString``, whose integers have 32 bits.

    A larger integer has to be written as a string; unquoted, the controllers fail to decode the whole profile.
    """
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**31) <= value < 2**31:
        return None
    return parse(str(value))


def _read(text: str) -> Quantity | None:
    if len(text) > _LONGEST_TEXT:
        return None
    whole = text.rstrip(_UNIT_LETTERS)
    suffix = text[len(whole) :]
    sign = fraction = exponent = ""
    if _is_whole(whole) and (suffix in _DECIMAL or suffix in _BINARY):
        if suffix in _COMMON_UNIT and len(whole) <= _MOST_DIGITS and whole[0] != "0":
            number = int(whole)
            unit, step = _COMMON_UNIT[suffix]
            if number % step:  # no larger suffix is possible
                return Quantity(number * unit, text)
    else:
        match = re.fullmatch(_ANY, text)
        if match is None:
            return None
        sign, whole, fraction, exponent, suffix = match.groups(default="")
    digits = whole + fraction
    if not digits:
        return None
    power = int(exponent) if exponent else _DECIMAL.get(suffix, 0)
    if abs(power) > _LARGEST_EXPONENT:
        return None
    shift = _BINARY.get(suffix, 0)
    amount = _to_nano(int(digits) << shift, power - len(fraction))
    if shift:
        amount = min(amount, LARGEST)
    spelling = _spell(amount, binary=bool(shift), as_exponent=bool(exponent))
    if spelling is None:
        return None
    if sign == "-" and amount:
        return Quantity(-amount, "-" + spelling)
    return Quantity(amount, spelling)


def _to_nano(number: int, power: int) -> int:
    """``number * 10**power`` in nano-units, rounded up: who asks for a little must not get nothing."""
    power += 9
    if power >= 0:
        return number * int(10**power)
    return -(-number // int(10**-power))


def _spell(amount: int, *, binary: bool, as_exponent: bool) -> str | None:
    """The canonical spelling of a non-negative amount of nano-units; None when its family has no suffix for it."""
    if amount == 0:
        return "0"
    if binary and amount % (1024 * NANO) == 0:
        number, steps = amount // NANO, 0
        while number % 1024 == 0:
            number //= 1024
            steps += 1
        return f"{number}{_BINARY_SUFFIX[steps]}"
    # Other binary amounts are written in decimal, so that no precision is lost. (Of `62.5Ki` one webhook makes `64000`
    # and the next one, which sees a decimal number, `64k`: that is where it stays.)
    number, power = amount, -9
    while number % 1000 == 0:
        number //= 1000
        power += 3
    if as_exponent:
        return f"{number}e{power}" if power else str(number)
    suffix = _DECIMAL_SUFFIX.get(power)
    return None if suffix is None else f"{number}{suffix}"


class _Measure(NamedTuple):
    """How amounts of one kind of resource are written, where Kubernetes and the dashboard agree."""

    units: frozenset[str]
    other_unit: str
    finest: int
    too_fine: str


_BYTES: Final = _Measure(
    frozenset(("", "E", "Ei", "P", "Pi", "T", "Ti", "G", "Gi", "M", "Mi", "Ki")),
    "which the dashboard does not know for memory",
    NANO,
    "is not a whole number of bytes",
)
_CORES: Final = _Measure(
    frozenset(("", "m")),
    "but cores are written without a unit or with `m`",
    NANO // 1000,
    "is finer than `1m`, a thousandth of a core",
)
_PIECES: Final = _Measure(frozenset(("",)), "but it is counted without a unit", NANO, "is not a whole number")

_MISREAD_BYTES: Final = {
    "k": "uses `k`, which the dashboard reads as exabytes",
    "m": "uses `m`, which is a thousandth of a byte",
}
_UNSIGNED: Final = r"([0-9]+\.?[0-9]*|\.[0-9]+)(.*)"


def unit_problem(resource: str, text: str) -> str | None:
    """Why ``text`` is no amount of ``resource`` that both Kubernetes and the dashboard understand; None when it is.

    The dashboard silently takes a unit that it does not know for the first in its list, so ``4000000k`` of memory
    becomes exabytes there. The answer completes a sentence that starts with the value: "uses `k`, which …".
    """
    quantity = parse(text)
    unit = _unit(text)
    if quantity is None:
        # Longer text is not repeated: it may be anything, even a misplaced secret.
        known_shape = unit is not None and len(unit) <= 3 and unit.isascii() and unit.isalpha()
        return f"uses `{unit}`, a unit that Kubernetes does not know" if known_shape else "is not a Kubernetes quantity"
    if unit is None:
        return "has a sign"
    measure = _measure(resource)
    if unit not in measure.units:
        if measure is _BYTES and unit in _MISREAD_BYTES:
            return _MISREAD_BYTES[unit]
        described = f"`{unit}`" if unit in _DECIMAL or unit in _BINARY else "an exponent"
        return f"uses {described}, {measure.other_unit}"
    if quantity.value % measure.finest:
        return measure.too_fine
    return "is more than Kubernetes can count" if quantity.value >= LARGEST else None


def _unit(text: str) -> str | None:
    """What stands behind the number; None when ``text`` does not start with one."""
    digits = text.rstrip(_UNIT_LETTERS)
    if _is_whole(digits):
        return text[len(digits) :]
    match = re.fullmatch(_UNSIGNED, text, re.DOTALL)
    return match[2] if match is not None else None


def _is_whole(digits: str) -> bool:
    return digits.isdecimal() and digits.isascii()


def _measure(resource: str) -> _Measure:
    if resource == "cpu":
        return _CORES
    if resource in {"memory", "ephemeral-storage"} or resource.startswith("hugepages-"):
        return _BYTES
    return _PIECES
