"""Shapes as functions, for values that are right, as nearly all are.

``Shape.read`` follows the declaration, carries the path of each value, and words what is wrong. Where nothing is wrong
none of that is needed: here each shape becomes a function of the value alone, made when the first value of it comes. At
the first thing that is not exactly right it gives up, and whoever called has the shape explain.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from servewright.hints import Any
from servewright.model.fragment import AsWritten, Fragment
from servewright.model.shape import UNUSABLE, Either, Flag, Items, Record, Shape, Table, Text, Whole, snake_case

Reader = Callable[[Any], Any]

# Texts that were found to be right are remembered, since fleets repeat them. Bounded in both directions.
_KNOWN_ENTRIES = 1024
_KNOWN_LENGTH = 80


class InexactError(Exception):
    """The value is not exactly what the shape wants."""


# By the identity of a shape, since two of different kinds may be equal tuples. Modules declare them, so there is an end.
_readers: dict[int, tuple[Shape, Reader]] = {}


def exact(shape: Shape) -> Reader:
    """What returns the same as ``shape.read`` for a right value, and raises :class:`InexactError` for any other."""
    known = _readers.get(id(shape))
    if known is None:
        known = _readers[id(shape)] = shape, _MAKERS[shape.__class__](shape)
    return known[1]


def _text(shape: Text) -> Reader:
    if shape.choices:
        return partial(_one_of, frozenset(shape.choices))
    usual = _any_text if shape.empty else _text_with_something
    problem, pattern = shape.problem, shape.pattern
    if problem is None and pattern is None:
        return usual
    known: set[str] = set()

    def read(value: Any) -> str:
        if value.__class__ is str and value in known:
            return value
        text = usual(value)
        if (problem and problem(text)) or (pattern and not re.fullmatch(pattern, text)):
            raise InexactError
        _remember(text, known)
        return text

    return read


def _any_text(value: Any) -> str:
    if value.__class__ is not str or not (value.isprintable() or re.search(UNUSABLE, value) is None):
        raise InexactError
    return value


def _text_with_something(value: Any) -> str:
    if not value or value.__class__ is not str or not (value.isprintable() or re.search(UNUSABLE, value) is None):
        raise InexactError
    return value


def _one_of(choices: frozenset[str], value: Any) -> str:
    if value.__class__ is not str or value not in choices:
        raise InexactError
    return value


def _remember(text: str, known: set[str]) -> None:
    if len(text) <= _KNOWN_LENGTH:
        if len(known) >= _KNOWN_ENTRIES:
            known.clear()
        known.add(text)


def _flag(_: Flag) -> Reader:
    return _boolean


def _boolean(value: Any) -> bool:
    if value.__class__ is not bool:
        raise InexactError
    return value


def _whole(shape: Whole) -> Reader:
    minimum, maximum, _ = shape

    def read(value: Any) -> int:
        if value.__class__ is not int or not minimum <= value <= maximum:
            raise InexactError
        return value

    return read


def _items(shape: Items) -> Reader:
    item, key = exact(shape.item), shape.key

    def read(value: Any) -> tuple[Any, ...]:
        if value.__class__ is not list:
            raise InexactError
        entries = tuple([item(entry) for entry in value])
        if key is not None and len(entries) > 1:
            names = {getattr(entry, key) for entry in entries} if key else set(entries)
            if len(names) < len(entries):
                raise InexactError
        return entries

    return read


def _table(shape: Table) -> Reader:
    item, key_problem = exact(shape.value), shape.key_problem
    known: set[str] = set()

    def read(value: Any) -> dict[str, Any]:
        if value.__class__ is not dict:
            raise InexactError
        if key_problem and not known.issuperset(value):
            for key in value:
                if key_problem(key):
                    raise InexactError
                _remember(key, known)
        return {key: item(entry) for key, entry in value.items()}

    return read


def _either(shape: Either) -> Reader:
    short, long, expand = exact(shape.short), exact(shape.long), shape.expand

    def read(value: Any) -> Any:
        if value.__class__ is dict:
            return long(value)
        text = short(value)
        return expand(text) if expand else text

    return read


def _fragment(_: Fragment) -> Reader:
    return _mapping


def _mapping(value: Any) -> dict[str, Any]:
    if value.__class__ is not dict:
        raise InexactError
    _check_part(value)
    return value


def _check_part(value: Any) -> None:
    kind = value.__class__
    if kind is str:
        _any_text(value)
    elif kind is dict:
        for item in value.values():
            _check_part(item)
    elif kind is list:
        for item in value:
            if item is None:
                raise InexactError
            _check_part(item)
    elif isinstance(value, float):
        raise InexactError


def _as_written(shape: AsWritten) -> Reader:
    check = exact(shape.record)

    def read(value: Any) -> dict[str, Any]:
        check(value)
        return value  # type: ignore[no-any-return]

    return read


def _record(shape: Record) -> Reader:
    fields, required, build = shape.fields, shape.required, shape.build
    alternatives = shape.one_of or shape.some_of or shape.at_most_one
    may_be_many, may_be_none = bool(shape.some_of), bool(shape.at_most_one)
    places: dict[str, tuple[Any, Reader]] = {}
    attributes: tuple[str, ...] = getattr(build, "_fields", ())
    blank: Any = {}
    finish: Callable[[Any], Any] = partial(_call, build)
    if attributes:  # a NamedTuple: made of a list, in which the defaults are already
        record: Any = build
        blank = [record._field_defaults.get(attribute) for attribute in attributes]
        finish = partial(tuple.__new__, record)

    def place(key: str) -> tuple[Any, Reader]:
        if key not in fields:
            raise InexactError
        attribute = snake_case(key)
        places[key] = found = attributes.index(attribute) if attributes else attribute, exact(fields[key].shape)
        return found

    def read(value: Any) -> Any:
        if value.__class__ is not dict:
            raise InexactError
        given = blank.copy()
        for key, entry in value.items():
            try:
                at, item = places[key]
            except KeyError:
                at, item = place(key)
            given[at] = item(entry)
        for key in required:
            if key not in value:
                raise InexactError
        if alternatives:
            count = 0
            for key in alternatives:
                if key in value:
                    count += 1
            if count != 1 and not (may_be_many if count else may_be_none):
                raise InexactError
        return finish(given)

    return read


def _call(build: Callable[..., Any], given: dict[str, Any]) -> Any:
    return build(**given)


_MAKERS: dict[type, Callable[[Any], Reader]] = {
    Text: _text,
    Flag: _flag,
    Whole: _whole,
    Items: _items,
    Table: _table,
    Either: _either,
    Fragment: _fragment,
    AsWritten: _as_written,
    Record: _record,
}
