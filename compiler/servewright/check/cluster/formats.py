"""The string formats that the API server enforces in custom resources.

Facts: apiextensions-apiserver ``validation/formats.go`` lists the formats that count at all; every other one (such as
``int32``, ``int64``, ``double`` and ``string``) is stripped from the schema. What each means is in kube-openapi's
``strfmt``. Only those that the platforms' CRDs use are known here; :func:`check_of` raises for the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from servewright.hints import Final

_IGNORED: Final = frozenset({"int32", "int64", "float", "double", "string", "int-or-string", "password"})

# govalidator's Base64: the standard alphabet with padding, and not empty.
_BASE64: Final = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})"
_CLOCK: Final = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})"
_LONGEST_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def check_of(name: str) -> Callable[[str], bool] | None:
    """Whether a string is in the format ``name``; None when the API server does not look at that format."""
    if name in _IGNORED:
        return None
    return _FORMATS[name]


def _is_byte(text: str) -> bool:
    return re.fullmatch(_BASE64, text) is not None


def _is_date(text: str) -> bool:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    return match is not None and _in_calendar(int(match[1]), int(match[2]), int(match[3]))


def _is_date_time(text: str) -> bool:
    # strfmt.IsDateTime looks no closer than this: any zone, any character before the fraction, no leap second.
    date, _, clock = text.lower().partition("t")
    match = re.fullmatch(_CLOCK, clock)
    return _is_date(date) and match is not None and match[1] <= "23" and match[2] <= "59" and match[3] <= "59"


def _in_calendar(year: int, month: int, day: int) -> bool:
    if not 1 <= month <= 12 or not 1 <= day <= _LONGEST_MONTHS[month - 1]:
        return False
    return (month, day) != (2, 29) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


_FORMATS: Final[dict[str, Callable[[str], bool]]] = {"byte": _is_byte, "date": _is_date, "date-time": _is_date_time}
