"""Values of fields as the reports show them: as they are written in YAML, in one line, and not too long."""

from __future__ import annotations

import json

from servewright.diagnostics.escape import redact
from servewright.hints import Any
from servewright.write import scalar

LONGEST = 64  # code points
LONGEST_ALONE = 240  # where there is nothing to compare with
_BEFORE = 24  # of what both sides begin with, where they are cut
_CUT = "…"
_IN_COLLECTION = frozenset(",[]{}")

ABSENT = "(absent)"


def shown_pair(before: Any, after: Any) -> tuple[str, str]:
    """Both sides of a field; long ones are cut so that what differs is seen. An absent side is :data:`ABSENT`."""
    # In this order: a credential that is cut off is not recognised as one any more.
    first, second = redact(_written(before)), redact(_written(after))
    alone = before is None or after is None
    if alone or max(len(first), len(second)) <= LONGEST:
        longest = LONGEST_ALONE if alone else LONGEST
        return _short(first, longest=longest), _short(second, longest=longest)
    pairs = zip(first, second, strict=False)
    same = next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))
    start = max(0, same - _BEFORE) if same > LONGEST // 2 else 0
    return _size(before) + _short(first, start), _size(after) + _short(second, start)


def _size(value: Any) -> str:
    return f"{len(value)} items: " if isinstance(value, list) and len(value) > 1 else ""


def _short(text: str, start: int = 0, longest: int = LONGEST) -> str:
    """At most ``longest`` of ``text`` from ``start``."""
    head = _CUT if start else ""
    rest = text[start:]
    return head + rest if len(rest) <= longest else head + rest[:longest] + _CUT


def _written(value: Any) -> str:
    if value is None:
        return ABSENT
    return _scalar(value) if not isinstance(value, dict | list) else _collection(value)


def _inside(value: Any) -> str:
    if isinstance(value, dict | list):
        return _collection(value)
    text = _scalar(value)
    quoted = isinstance(value, str) and text[:1] != '"' and _IN_COLLECTION & set(text)
    return scalar.quote(value) if quoted else text


def _collection(value: dict[str, Any] | list[Any]) -> str:
    """A list or mapping in YAML's flow style."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_inside(key)}: {_inside(item)}' for key, item in value.items())}}}"
    return f"[{', '.join(map(_inside, value))}]"


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        return scalar.value(value) if value != ABSENT else scalar.quote(value)
    except ValueError:
        return json.dumps(value)
