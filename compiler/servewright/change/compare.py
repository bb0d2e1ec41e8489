"""Two objects of one identity: the fields that differ, as Kubernetes reads them and not as text."""

from __future__ import annotations

import json

from servewright.change.lists import Schema, key_of, order_matters
from servewright.change.model import FieldChange, FieldPath, Item
from servewright.diagnostics.escape import REDACTED, redact
from servewright.diagnostics.model import Path
from servewright.diagnostics.secret_places import is_secret_place
from servewright.hints import Any
from servewright.lower.fields import Body
from servewright.read.credentials import find_option_values

_ABSENT: Any = None  # no emitted field is null


def compare(before: Body, after: Body, schema: dict[str, Any] | None) -> tuple[FieldChange, ...]:
    """The fields in which ``after`` differs from ``before``; none if both mean the same.

    Mappings are compared by key down to single values. One with structure that comes or goes, such as a probe, is one
    row; of a flat one, such as labels, each key is a setting by itself. Lists that are maps are compared by the key of
    their items (:mod:`servewright.change.lists`), other lists by position: ``args[2]`` is a place in ``before`` for what
    is gone and one in ``after`` for what is new. A map-like list that is in another order is one more row, with the order
    of its keys, where the order reaches a pod's template. Values that look like a credential are not repeated.
    """
    if before == after:  # which it is almost always
        return ()
    found = _Comparison(before, after)
    found.mapping((), before, after, _Side((), ()), Schema.of(schema))
    return tuple(found.rows)


class _Side:
    """Where the comparison is in each of the bodies, by real indices."""

    __slots__ = ("after", "before")

    def __init__(self, before: Path | None, after: Path | None) -> None:
        self.before, self.after = before, after

    def below(self, before: str | int | None, after: str | int | None) -> _Side:
        return _Side(
            None if self.before is None or before is None else (*self.before, before),
            None if self.after is None or after is None else (*self.after, after),
        )


class _Comparison:
    def __init__(self, before: Body, after: Body) -> None:
        self.before, self.after = before, after
        self.kind = str(after.get("kind"))
        self.rows: list[FieldChange] = []

    def mapping(self, path: FieldPath, one: Body, other: Body, at: _Side, schema: Schema) -> None:
        for key in sorted(one.keys() | other.keys()):
            first, second = one.get(key, _ABSENT), other.get(key, _ABSENT)
            if first != second:
                self.value(key, (*path, key), first, second, at.below(key, key), schema.field(key))

    def value(self, name: str, path: FieldPath, one: Any, other: Any, at: _Side, schema: Schema) -> None:
        sides = [side for side in (one, other) if side is not _ABSENT]
        if all(isinstance(side, dict) for side in sides) and any(sides) and (len(sides) == 2 or _is_flat(sides[0])):
            self.mapping(path, one or {}, other or {}, at, schema)
        elif all(isinstance(side, list | tuple) for side in sides):
            key = key_of(name, schema, *sides)
            if key is not None:
                self.keyed(key, name, path, one or [], other or [], at, schema.items())
            elif len(sides) == 2:
                self.sequence(name, path, one, other, at, schema.items())
            else:
                self.row(path, one, other, at)
        else:
            self.row(path, one, other, at)

    def keyed(
        self, key: str, name: str, path: FieldPath, one: list[Any], other: list[Any], at: _Side, schema: Schema
    ) -> None:
        before = {item[key]: index for index, item in enumerate(one)}
        after = {item[key]: index for index, item in enumerate(other)}
        for value in dict.fromkeys((*before, *after)):
            first, second = before.get(value), after.get(value)
            place, below = (*path, Item(key, value)), at.below(first, second)
            if first is None or second is None:
                item = None if first is None else one[first], None if second is None else other[second]
                self.row(place, *item, below)
            elif one[first] != other[second]:
                self.mapping(place, one[first], other[second], below, schema)
        if order_matters(self.kind, name):
            orders = [value for value in before if value in after], [value for value in after if value in before]
            if orders[0] != orders[1]:
                keys = ([redact(key) if isinstance(key, str) else key for key in side] for side in orders)
                self.rows.append(FieldChange(path, *keys))

    def sequence(self, name: str, path: FieldPath, one: list[Any], other: list[Any], at: _Side, schema: Schema) -> None:
        before, after = _unmatched(one, other)
        for index in sorted(before | after):
            first, second = (one[index] if index in before else None), (other[index] if index in after else None)
            below = at.below(index if index in before else None, index if index in after else None)
            self.value(name, (*path, index), first, second, below, schema)

    def row(self, path: FieldPath, one: Any, other: Any, at: _Side) -> None:
        self.rows.append(FieldChange(path, _shown(self.before, at.before, one), _shown(self.after, at.after, other)))


def _is_flat(mapping: Body) -> bool:
    return not any(isinstance(value, dict | list | tuple) for value in mapping.values())


def _unmatched(one: list[Any], other: list[Any]) -> tuple[set[int], set[int]]:
    """The indices of what has no counterpart on the other side, in a list that is read in order."""
    if len(one) == len(other):
        differ = {index for index, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]}
        return differ, set(differ)
    from difflib import SequenceMatcher

    first, second = ([json.dumps(item, sort_keys=True, default=str) for item in side] for side in (one, other))
    before, after = set(range(len(one))), set(range(len(other)))
    for block in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks():
        before -= set(range(block.a, block.a + block.size))
        after -= set(range(block.b, block.b + block.size))
    return before, after


def _shown(body: Body, path: Path | None, value: Any) -> Any:
    """A value of ``body``, without what may be secret."""
    if path is None or value is _ABSENT:
        return value
    if isinstance(value, dict):
        return {key: _shown(body, (*path, key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(body, (*path, index), item) for index, item in enumerate(value)]
    if isinstance(value, str):
        return REDACTED if value and is_secret_place(body, path) else _without_secrets(value)
    return value


def _without_secrets(text: str) -> str:
    """A value without what looks like a credential, or stands behind an option that takes one (``args`` are joined)."""
    for start, end in reversed(find_option_values(text)):
        text = f"{text[:start]}{REDACTED}{text[end:]}"
    return redact(text)
