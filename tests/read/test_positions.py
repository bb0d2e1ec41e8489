"""A span covers exactly the value or key that it is for: replacing the text there replaces just that."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from read.yaml_texts import soups, written
from servewright.diagnostics.model import Document, Path, Source, Span, Where
from servewright.read.documents import read_documents
from servewright.read.positions import document_nodes, locate, text_of

slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)

MARKER = "@@ marker @@"


def offsets(text: str, span: Span) -> tuple[int, int]:
    """A span as indices, counted as an editor does: only CR and LF break lines, a byte order mark has no column."""
    starts = [1 if text.startswith("\ufeff") else 0]
    for found in re.finditer(r"\r\n|\r|\n", text):
        starts.append(found.end())
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1


def read(text: str) -> Document:
    documents, findings = read_documents(Source("a.yaml", text))
    assert not findings, findings
    return documents[-1]


def spanned(where: Where) -> str:
    text = where.document.source.text
    start, end = offsets(text, locate(where))
    return text[start:end]


def paths(value: object, path: Path = ()) -> list[Path]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in below for found in paths(item, (*path, key)))]


def replaced(data: Any, path: Path, on: str) -> Any:
    data = copy.deepcopy(data)
    parent = data
    for step in path[:-1]:
        parent = parent[step]
    if on == "key":
        entries = [(MARKER if key == path[-1] else key, value) for key, value in parent.items()]
        parent.clear()
        parent.update(entries)
    else:
        parent[path[-1]] = MARKER
    return data


@slow
@given(
    written(), st.sampled_from(["", "\ufeff", "# é 😀\n", "a: [1]\n---\n", "x: y: z\n---\n"]), st.booleans(), st.data()
)
def test_replacing_a_span_replaces_just_that(
    pair: tuple[dict[str, Any], str], before: str, crlf: bool, draw: st.DataObject
) -> None:
    text = before + pair[1]
    if crlf:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    documents, findings = read_documents(Source("a.yaml", text))
    assume(documents and len(findings) == before.count("z"))
    document = documents[-1]
    candidates = [path for path in paths(document.data) if path]
    assume(candidates)
    path = draw.draw(st.sampled_from(candidates))
    on = draw.draw(st.sampled_from(["value", "key"])) if isinstance(path[-1], str) else "value"
    where = Where(document, path, "key" if on == "key" else "value")
    start, end = offsets(text, locate(where))
    # A list may start in its key's column, another value may not: hence the blank.
    marker = f'"{MARKER}"' if on == "key" else f' "{MARKER}"'
    again, _ = read_documents(Source("a.yaml", text[:start] + marker + text[end:]))
    assert again and again[-1].data == replaced(document.data, path, on), text[start:end]
    assert text_of(where) == text[start:end]


@given(written())
def test_a_span_has_nothing_around_it(pair: tuple[dict[str, Any], str]) -> None:
    documents, findings = read_documents(Source("a.yaml", pair[1]))
    assume(documents and not findings)
    for path in paths(documents[0].data):
        for on in ("value", "key"):
            found = text_of(Where(documents[0], path, on))  # type: ignore[arg-type]
            if found[:1] not in ("|", ">"):
                assert found == found.strip(" \t\r\n")


@given(soups)
def test_documents_are_counted_alike(text: str) -> None:
    documents, _ = read_documents(Source("a.yaml", text))
    nodes = document_nodes(text)
    for document in documents:
        entries = nodes[document.index].entries or []
        assert [entry.key for entry in entries] == list(document.data)


@given(soups, st.lists(st.sampled_from(["a", "b", "d", 0, 1, -1, "é"]), max_size=4), st.integers(0, 3))
def test_every_place_is_somewhere_in_the_file(text: str, path: list[str | int], index: int) -> None:
    document = Document(Source("a.yaml", text), index, {})
    for on in ("value", "key"):
        start, end = offsets(text, locate(Where(document, tuple(path), on)))  # type: ignore[arg-type]
        assert 0 <= start <= end <= len(text)


TEXT = """\
# comment
a: multi word   # comment
b:
  - x
  - {k: 'v w', l: [1, 2.50]}
  # comment
c: |
  first
  second

# comment
d: plain over
   two lines   # comment
e: &anchor
  f: 1
g: *anchor
h:
i: "é😀" # comment
"""


@pytest.mark.parametrize(
    ("path", "on", "expected"),
    [
        (("a",), "value", "multi word"),
        (("a",), "key", "a"),
        (("b",), "key", "b"),
        (("b",), "value", "- x\n  - {k: 'v w', l: [1, 2.50]}"),
        (("b", 0), "value", "x"),
        (("b", 0), "key", "x"),
        (("b", 1), "value", "{k: 'v w', l: [1, 2.50]}"),
        (("b", 1, "k"), "value", "'v w'"),
        (("b", 1, "l"), "value", "[1, 2.50]"),
        (("b", 1, "l", 1), "value", "2.50"),
        (("c",), "value", "|\n  first\n  second"),
        (("d",), "value", "plain over\n   two lines"),
        (("e", "f"), "value", "1"),
        (("g",), "value", "*anchor"),
        (("g", "f"), "value", "*anchor"),
        (("h",), "value", ""),
        (("i",), "value", '"é😀"'),
        # What is not there is shown at its nearest ancestor: the key, or the first line of what has none.
        (("b", 1, "missing"), "value", "{k: 'v w', l: [1, 2.50]}"),
        (("e", "missing", "deeper"), "value", "e"),
        (("missing",), "value", "a: multi word   # comment"),
        (("a", "below a scalar"), "value", "a"),
        (("b", 7), "value", "b"),
    ],
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["", "\ufeff", "---\nx: [\n---\n"])
def test_spans(path: Path, on: str, expected: str, line_break: str, before: str) -> None:
    text = (before + TEXT).replace("\n", line_break)
    documents, _ = read_documents(Source("a.yaml", text))
    where = Where(documents[-1], path, "key" if on == "key" else "value")
    assert spanned(where) == expected.replace("\n", line_break)


def test_lines_and_columns_count_from_one_in_code_points() -> None:
    document = read('\ufeff"é😀": 1\nb: x\n')
    assert locate(Where(document, ("é😀",))) == Span("a.yaml", 1, 7, 1, 8)
    assert locate(Where(document, ("b",))) == Span("a.yaml", 2, 4, 2, 5)


def test_an_item_of_a_list_is_found_from_its_own_document() -> None:
    outer = read("kind: List\nitems:\n- kind: A\n- kind: B\n  name: m\n")
    inner = Document(outer.source, outer.index, {"kind": "B", "name": "m"}, ("items", 1))
    assert spanned(Where(inner, ("name",))) == "m"
    assert spanned(Where(inner, (), "key")) == "kind: B\n  name: m"
    assert spanned(Where(inner, ("missing",))) == "kind: B"


def test_what_is_skipped_behind_a_too_deep_place_is_not_counted() -> None:
    text = f"a: {'[' * 70}{']' * 70}\n...\nb: 1\n---\nc: 2\n"
    [document], _ = read_documents(Source("a.yaml", text))
    assert document.data == {"c": 2}
    assert spanned(Where(document, ("c",))) == "2"
