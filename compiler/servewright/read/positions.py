"""Where a value or key of a document is in its file: worked out only for what is reported.

A clean run keeps no positions. To locate something, the file's text is parsed once more (and kept for a few files),
through the same :class:`~servewright.read.events.Events` as the first time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from servewright.diagnostics.model import Path, Source, Span, Where
from servewright.read.events import MAX_DEPTH, Events, text_start, without_forbidden
from servewright.record import NamedTuple

_LINE_BREAK = re.compile(r"\r\n|\n|\r")


class Node:
    """A value in the text: ``start`` and ``end`` are indices, ``value`` is a scalar's text, before it is resolved.

    ``entries`` holds a collection's children in order, repeated keys included.
    """

    __slots__ = ("end", "entries", "start", "value")

    def __init__(self, start: int, end: int, value: str | None = None, entries: list[Entry] | None = None) -> None:
        self.start = start
        self.end = end
        self.value = value
        self.entries = entries


class Entry(NamedTuple):
    """A child of a collection: ``key`` is its name, or its number in a sequence; None for a key that is no scalar."""

    key: str | int | None
    key_start: int
    key_end: int
    node: Node


def locate(where: Where) -> Span:
    """The span of the value (or key) at ``where``; where there is none, of the nearest ancestor that exists.

    An ancestor is shown by its key (or, having none, by its first line): its value may be most of the file.
    """
    start, end = _extent(where)
    return span_between(where.document.source, start, end)


def text_of(where: Where) -> str:
    """The text at ``where`` as it is written in the file, quotes and all. It may be secret: show it with care."""
    start, end = _extent(where)
    return where.document.source.text[start:end]


def span_between(source: Source, start: int, end: int) -> Span:
    """The span of ``source.text[start:end]``."""
    line, column = _line_and_column(source.text, start)
    end_line, end_column = _line_and_column(source.text, end)
    return Span(source.path, line, column, end_line, end_column)


def end_of_line(text: str, index: int) -> int:
    """The index of the end of the line that ``index`` is on, its line break excluded."""
    found = _LINE_BREAK.search(text, index)
    return len(text) if found is None else found.start()


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    starts = _line_starts(text)
    line = bisect_right(starts, index)
    return line, index - starts[line - 1] + 1


@lru_cache(maxsize=16)
def _line_starts(text: str) -> list[int]:
    """Where lines begin, for editors: they break lines at CR and LF only, and do not count a byte order mark."""
    return [text_start(text), *(found.end() for found in _LINE_BREAK.finditer(text))]


def _extent(where: Where) -> tuple[int, int]:
    document = where.document
    text = document.source.text
    roots = document_nodes(text)
    if document.index >= len(roots):  # a Document that was not read from this text
        return 0, end_of_line(text, 0)
    node = roots[document.index]
    entry: Entry | None = None
    for step in (*document.at, *where.path):
        found = _child(node, step)
        if found is None:
            return _ancestor_extent(text, node, entry)
        if found.node.entries is None and found.node.value is None:  # an alias: what it stands for is elsewhere
            return _found_extent(found, found.node, where.on)
        entry, node = found, found.node
    return _found_extent(entry, node, where.on)


def _child(node: Node, step: str | int) -> Entry | None:
    entries = node.entries or []
    if isinstance(step, int):
        return entries[step] if 0 <= step < len(entries) and entries[step].key == step else None
    return next((entry for entry in entries if entry.key == step), None)


def _found_extent(entry: Entry | None, node: Node, on: str) -> tuple[int, int]:
    if on == "key" and entry is not None and isinstance(entry.key, str):
        return entry.key_start, entry.key_end
    return node.start, node.end


def _ancestor_extent(text: str, node: Node, entry: Entry | None) -> tuple[int, int]:
    if entry is not None and isinstance(entry.key, str):
        return entry.key_start, entry.key_end
    return node.start, min(node.end, end_of_line(text, node.start))


def scalars(node: Node) -> Iterator[tuple[Path, bool, str, int, int]]:
    """Every scalar below ``node``: its path, whether it is a key, its text, and where it starts and ends."""
    pending: list[tuple[Path, Node]] = [((), node)]
    while pending:
        path, node = pending.pop()
        if node.value is not None:
            yield path, False, node.value, node.start, node.end
        for entry in node.entries or ():
            below = path if entry.key is None else (*path, entry.key)
            if isinstance(entry.key, str):
                yield below, True, entry.key, entry.key_start, entry.key_end
            pending.append((below, entry.node))


@lru_cache(maxsize=8)
def document_nodes(text: str) -> list[Node]:
    """The root node of every document of ``text``, broken ones as far as they go."""
    clean = without_forbidden(text)
    events = Events(clean)
    roots: list[Node] = []
    while True:
        try:
            index = _read_documents(events, clean, roots)
        except yaml.YAMLError as error:
            index = events.error_index(error)
        if index is None or not events.restart(index):
            return roots


def _read_documents(events: Events, text: str, roots: list[Node]) -> int | None:
    """Append documents up to the end of the text (None), or to one that is too deep (where it becomes so)."""
    get, base = events.get, events.base
    open_nodes: list[_Open] = []
    start: int
    while True:
        event = get()
        kind = event.__class__
        start, end = base + event.start_mark.index, base + event.end_mark.index
        if kind is ScalarEvent or kind is AliasEvent:
            if kind is ScalarEvent and event.style and event.style in "|>":
                end = _block_scalar_end(text, start, end)
            _place(roots, open_nodes, Node(start, end, event.value if kind is ScalarEvent else None))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            node = Node(start, len(text), None, [])  # if it is never closed, it goes to the end
            _place(roots, open_nodes, node)
            if len(open_nodes) == MAX_DEPTH:
                return start
            open_nodes.append(_Open(node, kind is MappingStartEvent, bool(event.flow_style)))
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            opened = open_nodes.pop()
            if opened.flow:
                opened.node.end = end
            elif opened.node.entries:  # a block's own end mark is where the next token starts, comments behind us
                last = opened.node.entries[-1]
                opened.node.end = max(last.key_end, last.node.end)
        elif kind is DocumentStartEvent:
            open_nodes.clear()
            roots.append(Node(start, end))  # counted even if it breaks before its first value
        elif kind is StreamEndEvent:
            return None


class _Open:
    """A collection that is being read; ``key`` is the mapping key whose value is awaited."""

    __slots__ = ("flow", "key", "mapping", "node")

    def __init__(self, node: Node, mapping: bool, flow: bool) -> None:
        self.node = node
        self.mapping = mapping
        self.flow = flow
        self.key: tuple[str | None, int, int] | None = None


def _place(roots: list[Node], open_nodes: list[_Open], node: Node) -> None:
    """Make ``node`` the next key or value of the innermost open collection, or the root."""
    if not open_nodes:
        roots[-1] = node
        return
    parent = open_nodes[-1]
    entries = parent.node.entries
    assert entries is not None
    if not parent.mapping:
        entries.append(Entry(len(entries), node.start, node.start, node))
    elif parent.key is None:
        parent.key = (node.value, node.start, node.end)
    else:
        entries.append(Entry(*parent.key, node))
        parent.key = None


def _block_scalar_end(text: str, start: int, end: int) -> int:
    """Where the last line of a block scalar with something on it ends: libyaml's mark is some lines further."""
    kept = text[start:end].rstrip(" \t\r\n")
    return end_of_line(text, start + len(kept))


def first_of(text: str, key_start: int) -> tuple[int, int] | None:
    """Where the key that starts at ``key_start`` was given first in its mapping."""
    pending = document_nodes(text).copy()
    while pending:
        node = pending.pop()
        entries = (node.entries or []) if node.start <= key_start <= node.end else []
        again = next((entry for entry in entries if entry.key_start == key_start and isinstance(entry.key, str)), None)
        if again is not None:
            return next((entry.key_start, entry.key_end) for entry in entries if entry.key == again.key)
        pending += [entry.node for entry in entries]
    return None
