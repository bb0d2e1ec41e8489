"""Everyday YAML, a line at a time: what nearly every spec is written in, read without an object for each event.

Four fifths of what reading a spec through libyaml costs are objects of its binding, made and looked at. Here are none,
and a line that it has seen before, as most lines of a fleet are, costs it a look-up. It takes a small part of YAML that
can be read in one way only and declines all else, in doubt too: then the builder over libyaml's events reads the text,
which also finds what is wrong with it. Nothing is ever reported here. The tests hold one reader against the other.

What it takes: documents that are mappings in block style, of printable characters without a backslash. Each line is
whole: blank, a comment, a key, an item, or an item that begins a mapping. A value is on its line: plain, in quotes, or
in braces and brackets with such values between them. So there is no anchor, tag, escape or second line of anything, and
what a line says depends on its own text alone; where that belongs depends on the columns of the lines before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from servewright.hints import Any
from servewright.read.scalars import MEMO, Ambiguous, resolve_plain

_LONGEST_TEXT = 1 << 20  # whose lines are all in memory at once; only exports are longer
_DEEPEST, _DEEPEST_FLOW = 40, 8  # together less than what is refused as too deep


class _DeclinedError(Exception):
    """To be read in another way."""


def _below(_: None) -> None:
    """In place of how to copy a value: there is none on the line, but perhaps below."""


# The columns of the first character and of what is behind a dash (0 without one), the key, the value, and how to copy
# it (None if it is a scalar). A line without any of that is None.
_Line = tuple[int, int, str | None, Any, Callable[[Any], Any] | None] | None

# What lines say, which is the same in every file. Bounded in both directions, as the library may live in a
# long-running process.
_known: dict[str, _Line] = {}
_KNOWN_ENTRIES = 4096
_KNOWN_LENGTH = 100


def read_lines(text: str) -> list[dict[str, Any]] | None:
    """The documents of ``text``, of which there is at least one and none is empty; None if it is declined."""
    if "\\" in text or len(text) > _LONGEST_TEXT:
        return None
    marked = text.startswith("---\n")
    try:
        documents = [_read_document(part) for part in (text[4:] if marked else text).split("\n---\n")]
    except _DeclinedError:
        return None
    if not documents[0] and not marked:  # comments above the first document
        del documents[0]
    return documents if documents and all(documents) else None


def _read_document(text: str) -> dict[str, Any]:
    known, below = _known, _below
    root: dict[str, Any] = {}
    container: Any = root
    at = 0  # the column of the innermost open collection
    around: list[tuple[int, Any]] = []  # the columns and collections around that one
    waiting: str | None = None  # the key of the line before, if its value may be on this one
    for line in text.split("\n"):
        try:
            read = known[line]
        except KeyError:
            read = _read_line(line)
        if read is None:
            continue
        column, behind, key, value, copy = read
        if column != at:
            if column > at:
                if waiting is None or len(around) == _DEEPEST:
                    raise _DeclinedError
                around.append((at, container))
                outer, container, at = container, [] if behind else {}, column
                outer[waiting] = container
            else:
                waiting = None
                while column < at:
                    at, container = around.pop()
                if column != at:
                    raise _DeclinedError
        if behind:
            if container.__class__ is dict:  # a list may begin in the column of its key
                if waiting is None or len(around) == _DEEPEST:
                    raise _DeclinedError
                around.append((at, container))
                outer, container = container, []
                outer[waiting] = container
            if key is None:
                waiting = None
                container.append(value if copy is None else copy(value))
                continue
            around.append((at, container))
            outer, container, at = container, {}, behind
            outer.append(container)
        elif container.__class__ is list:  # and ends with the next key there
            at, container = around.pop()
            if column != at:
                raise _DeclinedError
        if key in container:
            raise _DeclinedError
        if copy is None:
            waiting = None
            container[key] = value
        else:
            waiting = key if copy is below else None
            container[key] = copy(value)
    return root


_KEY = r"(?:\.|\.?[A-Za-z_](?:[A-Za-z0-9_./-]|:(?=[A-Za-z.])){0,200})"
# Never a sign of YAML, nor what could mark the end of a document.
_FIRST = r"(?:--?(?=\w))?[\w/.$(]"
# A colon before a blank makes a key of what is before it, a number sign behind a blank begins a comment.
_PLAIN = rf"{_FIRST}[^:#]*+(?:(?::(?! |\Z)|(?<! )#)[^:#]*+)*"
_QUOTED = r"\"([^\"]*+)\"|'([^']*+)'"
_INNER = r"[\w./@%+=~$()-]"
_PLAIN_IN_FLOW = rf"{_FIRST}(?:{_INNER}++|:(?=[\w/])| ++(?={_INNER}))*"


@cache  # compiled when needed, as the patterns of scalars are
def _line_pattern() -> re.Pattern[str]:
    return re.compile(rf"( *+)(-(?= ) *+)?(?:({_KEY}):(?= |\Z) *+)?(?:({_PLAIN})|{_QUOTED}|([\[{{]))? *+")


@cache
def _flow_pattern() -> re.Pattern[str]:
    """An item or an entry, and the sign behind it but for a collection, whose inside comes first."""
    return re.compile(rf"(?:({_KEY}): ++)?(?:(?:({_PLAIN_IN_FLOW})|{_QUOTED}) *+([\]}},])|([\[{{])) *+")


def _read_line(line: str) -> _Line:
    match = _line_pattern().match(line)
    if match is None or not line.isprintable():
        raise _DeclinedError
    indent, dash, key, plain, double, single, bracket = match.groups()
    end = match.end()
    copy: Callable[[Any], Any] | None = None
    if plain:
        value: Any = _resolved(plain.rstrip(" "))
    elif bracket:
        value, end, copy = _read_flow(line, match.start(7), 1)
    else:
        value = single if double is None else double
        copy = _below if value is None else None
    if end < len(line) and line[end] != "#":
        raise _DeclinedError
    read: _Line
    if key:
        read = len(indent), len(indent) + len(dash) if dash else 0, _key(key), value, copy
    elif dash and copy is not _below:
        read = len(indent), len(indent) + len(dash), None, value, copy
    elif dash or copy is not _below:
        raise _DeclinedError
    else:
        read = None
    if len(line) <= _KNOWN_LENGTH:
        if len(_known) >= _KNOWN_ENTRIES:
            _known.clear()
        _known[line] = read
    return read


def _resolved(text: str) -> Any:
    value = MEMO[text] if text in MEMO else resolve_plain(text)
    if value.__class__ is Ambiguous:
        raise _DeclinedError
    return value


def _key(text: str) -> str:
    key = _resolved(text)
    if key.__class__ is not str:
        raise _DeclinedError
    return key


def _read_flow(line: str, at: int, depth: int) -> tuple[Any, int, Callable[[Any], Any]]:
    """The collection whose bracket is at ``at``, where the next thing behind it is, and how to copy it."""
    in_braces = line[at] == "{"
    closing = "}" if in_braces else "]"
    collection: Any = {} if in_braces else []
    copy: Callable[[Any], Any] = dict.copy if in_braces else list.copy
    at = _behind_blanks(line, at + 1)
    if line[at : at + 1] == closing:
        return collection, _behind_blanks(line, at + 1), copy
    match_next = _flow_pattern().match
    sign = ","
    while sign == ",":
        match = match_next(line, at)
        if match is None:
            raise _DeclinedError
        key, plain, double, single, sign, bracket = match.groups()
        at = match.end()
        if plain:
            value: Any = _resolved(plain)
        elif bracket:
            if depth == _DEEPEST_FLOW:
                raise _DeclinedError
            value, at, _ = _read_flow(line, match.start(6), depth + 1)
            sign, at, copy = line[at : at + 1], _behind_blanks(line, at + 1), _copy
        else:
            value = single if double is None else double
        if not in_braces:
            if key:
                raise _DeclinedError
            collection.append(value)
        elif not key or key in collection:
            raise _DeclinedError
        else:
            collection[_key(key)] = value
    if sign != closing:
        raise _DeclinedError
    return collection, at, copy


def _behind_blanks(line: str, at: int) -> int:
    while line[at : at + 1] == " ":
        at += 1
    return at


def _copy(value: Any) -> Any:
    """A collection with others in it, so that no two documents share one."""
    if value.__class__ is dict:
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if value.__class__ is list else value
