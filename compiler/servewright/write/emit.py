"""Kubernetes objects to YAML text: deterministic, reviewable, and read alike by every YAML reader.

An emitter of our own, because every library's writes scalars that Go's reader takes for something else (see
:mod:`servewright.write.scalar`), and because rendering is most of what servewright does: this one takes less than a
tenth of the time of PyYAML's C dumper.

The style is kubectl's: block collections, list items at their parent's indentation, no aliases, no folding.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

from servewright.hints import Any
from servewright.lower.fields import Object, Pattern
from servewright.record import NamedTuple
from servewright.write import scalar

LARGEST_INTEGER = 2**53  # beyond it JSON readers lose digits
_TOP = ("apiVersion", "kind", "metadata")
_METADATA = ("name", "namespace", "labels", "annotations")
_NAME = ("name",)
_LONGEST_SIMPLE_KEY = 1000  # YAML readers look for the colon in the first 1024 characters of a line's key

# Scalars that were written before. Strings repeat from object to object, and quoting is most of the work. Bounded in
# number and length; emptied when full, which is cheaper than ageing.
_MEMO_ENTRIES = 10_000
_MEMO_LENGTH = 200
_values: dict[str, str] = {}  # text -> " text", ready to follow a colon or a dash
# So is how the keys of a mapping are written: objects of one kind have the same.
_MEMO_SHAPES = 2_000
_MEMO_KEYS = 20
_MEMO_COPIES = 2**20  # characters
_MARK = "the-text-number-"  # stands for a text in a pattern, none of which has such a value


class _Shapes(dict[tuple[str, ...], list[tuple[str, str]]]):
    """The keys of mappings at one indentation, as they come -> each key in its order, with the line that it begins.

    ``first`` are the keys that come first.
    """

    __slots__ = ("first", "indent")
    kept = 0  # of all indentations together

    def __init__(self, indent: str, first: tuple[str, ...]) -> None:
        super().__init__()
        self.indent = indent
        self.first = first

    def __missing__(self, keys: tuple[str, ...]) -> list[tuple[str, str]]:
        order = [key for key in self.first if key in keys]
        order += sorted(key for key in keys if key not in self.first)
        shape = [(key, self.indent + _key(key, self.indent)) for key in order]
        if len(keys) <= _MEMO_KEYS and all(len(key) <= _MEMO_LENGTH for key in keys):
            self[keys] = shape
            _Shapes.kept += 1
        return shape


class _Level:
    """An indentation, a line break included, and the shapes of mappings there by what comes first in them."""

    __slots__ = ("dash", "indent", "inner", "items", "metadata", "plain", "top")

    def __init__(self, indent: str) -> None:
        self.indent = indent
        self.dash = indent + "-"
        self.plain = _Shapes(indent, ())
        self.metadata = _Shapes(indent, _METADATA)
        self.items = _Shapes(indent, _NAME)
        self.top = _Shapes(indent, _TOP)
        self.inner: _Level | None = None

    def deeper(self) -> _Level:
        """The next level, which is ``inner`` from now on."""
        self.inner = level = _Level(self.indent + "  ")
        return level


_levels = [_Level("\n")]  # the outermost, which is replaced when too much was kept


class _Text(NamedTuple):
    """What a value was written as before, from the line break after its key on."""

    text: str


class Emitter:
    """:func:`emit` for object after object, with what they have in common written once.

    ``copied`` are kinds of copies. Spec, labels and annotations of such an object may be those of others too, by
    identity; they must not change meanwhile. Of objects that are made by one pattern only the texts are looked at.
    """

    def __init__(self, copied: Container[str]) -> None:
        self._copied = copied
        # By identity: the part itself, which so stays what has it, the level that it was written at, and the text.
        self._written: dict[int, tuple[object, _Level, _Text]] = {}
        self._size = 0
        self._patterns: dict[Pattern, list[tuple[str, int]]] = {}

    def emit(self, objects: Sequence[Object]) -> str:
        """Return ``objects`` as one YAML stream."""
        level = _outermost()
        pieces: list[str] = []
        for item in objects:
            pieces.append("\n---")
            if item.pattern is None or not self._filled(item.pattern, item.texts, pieces.append):
                body = self._spliced(item.body) if item.body["kind"] in self._copied else item.body
                _mapping(body, level.top[(*body,)], level, pieces)
        return _whole(pieces)

    def _filled(self, pattern: Pattern, texts: Sequence[str], append: Callable[[str], None]) -> bool:
        """Add the lines of an object of the pattern; not if a text has lines, since these depend on their place."""
        known = self._patterns.get(pattern) or self._learn(pattern, len(texts))
        values = [_values.get(text) or ("" if "\n" in text else _text(text, "")) for text in texts]
        if "" in values:
            return False
        values.append("")
        for constant, index in known:
            append(constant)
            append(values[index])
        return True

    def _learn(self, pattern: Pattern, count: int) -> list[tuple[str, int]]:
        """What is written of every object of the pattern, and the number of the text that follows."""
        level = _outermost()
        body = pattern.body([f"{_MARK}{index}" for index in range(count)])
        pieces: list[str] = []
        _mapping(body, level.top[(*body,)], level, pieces)
        constant, *rest = "".join(pieces).split(f" {_MARK}")
        known: list[tuple[str, int]] = []
        for part in rest:
            number, line_end, following = part.partition("\n")
            known.append((constant, int(number)))
            constant = line_end + following
        known.append((constant, count))  # after the last constant comes nothing, which stands behind the texts
        self._patterns[pattern] = known
        return known

    def _spliced(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        level = _outermost()
        inner = level.inner or level.deeper()
        copy = self._with_texts(item, ("spec",), inner)
        copy["metadata"] = self._with_texts(item["metadata"], ("labels", "annotations"), inner.inner or inner.deeper())
        return copy

    def _with_texts(self, node: Mapping[str, Any], fields: Sequence[str], level: _Level) -> dict[str, Any]:
        copy = {**node}
        for field in fields:
            part = node.get(field)
            if type(part) is dict and part:
                known = self._written.get(id(part))
                copy[field] = known[2] if known is not None and known[1] is level else self._write(part, level)
        return copy

    def _write(self, part: dict[str, Any], level: _Level) -> _Text:
        pieces: list[str] = []
        _mapping(part, level.plain[(*part,)], level, pieces)
        text = "".join(pieces)
        if self._size + len(text) > _MEMO_COPIES:
            self._written.clear()
            self._size = 0
        self._size += len(text)
        self._written[id(part)] = part, level, (written := _Text(text))
        return written


def emit(objects: Sequence[Mapping[str, object]]) -> str:
    """Return ``objects`` as one YAML stream: documents parted by ``---``, LF, one final newline.

    Keys are sorted, but ``apiVersion``, ``kind``, ``metadata`` come first in an object, ``name``, ``namespace``,
    ``labels``, ``annotations`` in any ``metadata``, and ``name`` in the items of a list. Lists keep their order.

    Values may be mappings with string keys, lists, tuples, strings, integers of at most 53 bits, booleans and None.
    TypeError for anything else (floats: write quantities as strings), ValueError for integers and strings that cannot
    be written; both are programming errors, the inputs' own are reported long before.
    """
    level = _outermost()
    pieces: list[str] = []
    for item in objects:
        pieces.append("\n---")
        if item:
            _mapping(item, level.top[(*item,)], level, pieces)
        else:
            pieces.append("\n{}")
    return _whole(pieces)


def _whole(pieces: list[str]) -> str:
    if pieces:
        pieces[0] = ""
        pieces[1] = pieces[1][1:]
        pieces.append("\n")
    return "".join(pieces)


def _outermost() -> _Level:
    if _Shapes.kept > _MEMO_SHAPES:
        _Shapes.kept = 0
        _levels[0] = _Level("\n")
    return _levels[0]


def _mapping(node: Mapping[str, object], shape: list[tuple[str, str]], level: _Level, pieces: list[str]) -> None:
    """Add the lines of ``node``; every one begins with the line break and the indentation of ``level``."""
    append, value = pieces.append, _values.get
    inner = level.inner or level.deeper()
    for key, head in shape:
        item: Any = node[key]
        kind = type(item)
        if kind is str:
            append(head + (value(item) or _text(item, inner.indent)))
        elif kind is dict:
            if item:
                append(head)
                shapes = inner.metadata if key == "metadata" else inner.plain
                _mapping(item, shapes[(*item,)], inner, pieces)
            else:
                append(head + " {}")
        elif kind is list or kind is tuple:
            if item:
                append(head)
                _sequence(item, level, pieces)
            else:
                append(head + " []")
        elif kind is int or kind is bool:
            append(f"{head} {_atom(item)}")
        elif kind is _Text:
            append(head + item.text)
        elif isinstance(item, Mapping):
            _mapping({key: dict(item)}, [(key, head)], level, pieces)
        else:
            append(f"{head} {_atom(item)}")


def _sequence(node: Sequence[object], level: _Level, pieces: list[str]) -> None:
    """Add the items of ``node``, each behind a dash at ``level``."""
    dash, inner = level.dash, level.inner or level.deeper()
    item: Any
    for item in node:
        kind = type(item)
        if kind is str:
            pieces.append(dash + (_values.get(item) or _text(item, inner.indent)))
        elif kind is dict or kind is list or kind is tuple:
            if item:
                # What follows the dash is written as if it stood below, and its first line then moved up.
                at = len(pieces)
                if kind is dict:
                    _mapping(item, inner.items[(*item,)], inner, pieces)
                else:
                    _sequence(item, inner, pieces)
                pieces[at] = f"{dash} {pieces[at][len(inner.indent) :]}"
            else:
                pieces.append(dash + (" {}" if kind is dict else " []"))
        elif isinstance(item, Mapping):
            _sequence((dict(item),), level, pieces)
        else:
            pieces.append(f"{dash} {_atom(item)}")


def _atom(item: object) -> str:
    if item is None:
        return "null"
    if item is True:
        return "true"
    if item is False:
        return "false"
    if type(item) is int:
        if -LARGEST_INTEGER <= item <= LARGEST_INTEGER:
            return str(item)
        raise ValueError("an integer of more than 53 bits cannot be written portably")
    if isinstance(item, float) and isinstance(text := getattr(item, "text", None), str):
        return text  # as the catalog has it, in a spelling that all readers take for the same number
    raise TypeError(f"cannot write a value of type {type(item).__name__} as YAML")


def _text(text: str, indent: str) -> str:
    """Return a value that is not in the memo, with the space or line break that precedes it."""
    lines = scalar.literal(text) if "\n" in text else None
    if lines is not None:  # depends on the indentation, and is seldom met twice: not kept
        # Empty lines stay empty: trailing spaces would be noise in every review.
        return " " + lines[0] + "".join(indent + line if line else "\n" for line in lines[1])
    written = " " + scalar.value(text)
    if len(text) <= _MEMO_LENGTH:
        if len(_values) >= _MEMO_ENTRIES:
            _values.clear()
        _values[text] = written
    return written


def _key(text: object, indent: str) -> str:
    """Return a key with its colon."""
    if not isinstance(text, str):
        raise TypeError(f"cannot write a key of type {type(text).__name__} as YAML")
    written = scalar.key(text)
    return f"? {written}{indent}:" if len(written) > _LONGEST_SIMPLE_KEY else written + ":"
