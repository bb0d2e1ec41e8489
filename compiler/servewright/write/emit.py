"""Kubernetes objects to YAML text: deterministic, reviewable, and read alike by every YAML reader.

An emitter of our own, because every library's writes scalars that Go's reader takes for something else (see
:mod:`servewright.write.scalar`), and because rendering is most of what servewright does: this one takes less than a
tenth of the time of PyYAML's C dumper.

The style is kubectl's: block collections, list items at their parent's indentation, no aliases, no folding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from servewright.hints import Any
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
_MEMO_ORDERS = 1_000
_MEMO_KEYS = 20
_values: dict[str, str] = {}  # text -> " text", ready to follow a colon or a dash
_keys: dict[str, str] = {}  # text -> "text:"
# The order in which keys are written, for the keys of a mapping as they come; objects of one kind have the same.
_orders: dict[tuple[str, ...], dict[tuple[str, ...], Sequence[str]]] = {}


def emit(objects: Sequence[Mapping[str, object]]) -> str:
    """Return ``objects`` as one YAML stream: documents parted by ``---``, LF, one final newline.

    Keys are sorted, but ``apiVersion``, ``kind``, ``metadata`` come first in an object, ``name``, ``namespace``,
    ``labels``, ``annotations`` in any ``metadata``, and ``name`` in the items of a list. Lists keep their order.

    Values may be mappings with string keys, lists, tuples, strings, integers of at most 53 bits, booleans and None.
    TypeError for anything else (floats: write quantities as strings), ValueError for integers and strings that cannot
    be written; both are programming errors, the inputs' own are reported long before.
    """
    pieces: list[str] = []
    lead = ""
    for item in objects:
        if item:
            _mapping(item, _order(item, _TOP), lead, "\n", pieces.append)
        else:
            pieces.append(lead + "{}")
        lead = "\n---\n"
    if pieces:
        pieces.append("\n")
    return "".join(pieces)


def _order(node: Mapping[str, object], first: tuple[str, ...] = ()) -> Iterable[str]:
    known = _orders.setdefault(first, {})
    keys = tuple(node)
    order = known.get(keys)
    if order is None:
        order = [key for key in first if key in node]
        order += sorted(key for key in keys if key not in first)
        if len(keys) <= _MEMO_KEYS:
            if len(known) >= _MEMO_ORDERS:
                known.clear()
            known[keys] = order
    return order


def _mapping(
    node: Mapping[str, object], order: Iterable[str], lead: str, indent: str, append: Callable[[str], None]
) -> None:
    """Append the lines of ``node``: ``lead`` comes before the first key, ``indent`` (a line break too) the others."""
    deeper = indent + "  "
    for key in order:
        item: Any = node[key]
        head = _keys.get(key) or _key(key, indent)
        kind = type(item)
        if kind is str:
            append(f"{lead}{head}{_values.get(item) or _text(item, deeper)}")
        elif kind is dict:
            if item:
                append(lead + head)
                if key == "metadata":
                    _mapping(item, _order(item, _METADATA), deeper, deeper, append)
                else:
                    _mapping(item, _order(item), deeper, deeper, append)
            else:
                append(f"{lead}{head} {{}}")
        elif kind is list or kind is tuple:
            if item:
                append(lead + head)
                _sequence(item, indent, indent, append)
            else:
                append(f"{lead}{head} []")
        elif isinstance(item, Mapping):
            _mapping({key: dict(item)}, (key,), lead, indent, append)
        else:
            append(f"{lead}{head} {_atom(item)}")
        lead = indent


def _sequence(node: Sequence[object], lead: str, indent: str, append: Callable[[str], None]) -> None:
    """Append the items of ``node``, each behind a dash; ``lead`` and ``indent`` as in :func:`_mapping`."""
    deeper = indent + "  "
    item: Any
    for item in node:
        kind = type(item)
        if kind is str:
            append(f"{lead}-{_values.get(item) or _text(item, deeper)}")
        elif kind is dict:
            if item:
                _mapping(item, _order(item, _NAME), lead + "- ", deeper, append)
            else:
                append(lead + "- {}")
        elif kind is list or kind is tuple:
            if item:
                _sequence(item, lead + "- ", deeper, append)
            else:
                append(lead + "- []")
        elif isinstance(item, Mapping):
            _sequence((dict(item),), lead, indent, append)
        else:
            append(f"{lead}- {_atom(item)}")
        lead = indent


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
    lines = scalar.literal(text)
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
    """Return a key that is not in the memo, with its colon."""
    if not isinstance(text, str):
        raise TypeError(f"cannot write a key of type {type(text).__name__} as YAML")
    written = scalar.key(text)
    if len(written) > _LONGEST_SIMPLE_KEY:
        return f"? {written}{indent}:"
    written += ":"
    if len(text) <= _MEMO_LENGTH:
        if len(_keys) >= _MEMO_ENTRIES:
            _keys.clear()
        _keys[text] = written
    return written
