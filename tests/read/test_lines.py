"""Lines are read as libyaml's events are, or not at all: one text never has two meanings."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from read.yaml_texts import WORDS, soups
from servewright.diagnostics.model import Document, Source
from servewright.read import lines
from servewright.read.builder import build_documents
from servewright.read.lines import read_lines

TESTS = Path(__file__).parents[1]

# All that lines are read for, in few characters.
SPEC = """\
# a comment
a: b c
m: # below

  x/y: "2" # it's
  z.z:
    q: 'd: #'
  f: {k: "v, w", l: [1, -x, u://h:1/p], m: {}}
g:
- --n=0.5 é
- h: $(V)

  i:
  - [n m, true]
  j: null
- k:
"""

LINES = [
    *("a: b", "b:", "c: 1", "- a", "- a: b", "- b:", "  c: d", "a: {b: c, d: [e, f]}", "- [a, {b: 1}]", "a: []", "- {}", "# c", "", "a: 'b'"),
    *('b: "c: d"', "a: b # c", "a: b#c", "a: --b", "- --a=1", "--- ", "---", "...", "a: |", "  b", "- - a", "-", "- ", "a : b", "? a", "a:b"),
    *('"a": b', "a: &x b", "c: *x", "a: !t b", "a: b: c", "a: b:", "a: 'b", "a: [b", "  ]", "a: yes", "a: {b: 1, b: 2}", "no: a", "1: a", "a: b \\", "\ta: b", "é: a"),
]  # fmt: skip


def by_events(text: str, *, catalog: bool = False) -> list[Document] | None:
    """The documents that libyaml's events give; None if anything is reported."""
    documents, findings, escapes = build_documents(Source("a.yaml", text), catalog=catalog)
    return None if findings or escapes else documents


def by_lines(text: str) -> list[Document] | None:
    found = read_lines(text)
    return None if found is None else [Document(Source("a.yaml", text), *item) for item in enumerate(found)]


def exactly(documents: list[Document] | None) -> str:
    """With the types of all values, and the order of keys."""
    return repr(None if documents is None else [(document.index, document.data) for document in documents])


def agree(text: str) -> bool:
    """Whether the text was read, and so as by libyaml; False if it was declined."""
    documents = by_lines(text)
    if documents is not None:
        assert exactly(documents) == exactly(by_events(text)) == exactly(by_events(text, catalog=True)), text
    return documents is not None


def test_every_single_edit_is_read_alike_or_declined() -> None:
    """At each place of a text: whatever YAML gives a meaning to, instead of what is there or before it."""
    tokens = [
        *("", "\n", " ", "  ", "\n  ", "- ", "-", ":", ": ", "#", " #", '"', "'", "{", "}", "[", "]", ",", ", ", "x", "1", ".", "?", "? ", "!"),
        *("&", "*", "|", ">", "%", "@", "`", "~", "=", "<<", "\\", "\t", "\r", "\0", "\x7f", "\x85", "\xa0", "\u2028", "\ufeff", "\ud800", "\n---\n"),
        *("\n...\n", "---", "...", "a: b", "- a", "{a: b}", "[a]", '"a"', "yes", "0x1", "\U0001f600"),
    ]  # fmt: skip
    assert agree(SPEC)
    read = total = 0
    for place in range(len(SPEC) + 1):
        for token in tokens:
            for behind in (place, place + 1):
                total += 1
                read += agree(SPEC[:place] + token + SPEC[behind:])
    assert total * 0.2 < read < total * 0.8  # both happen a lot


@settings(max_examples=1500)
@given(
    st.lists(st.builds(lambda depth, line: " " * depth + line, st.integers(0, 4), st.sampled_from(LINES)), max_size=7)
)
def test_lines_in_any_order_are_read_alike_or_declined(texts: list[str]) -> None:
    agree("\n".join(texts))


def test_every_shape_of_few_lines_is_read_alike_or_declined() -> None:
    texts = [" " * depth + line for depth in range(3) for line in ("b:", "c: d", "- e", "- f:")]
    read = [agree("\n".join(["a:", *shape])) for shape in product(texts, repeat=4)]
    assert 150 < sum(read) < len(read) / 4


@settings(max_examples=400)
@given(soups)
def test_soups_are_read_alike_or_declined(text: str) -> None:
    agree(text)


@pytest.mark.parametrize(
    "form", ["{}: a\n", "a: {}\n", "- {}", "a:\n- {}\n", "a:\n- {}: b\n", "a: [x, {}]\n", "a: {{b: {}}}\n", "{}"]
)
def test_all_words_are_read_alike_or_declined(form: str) -> None:
    for word in WORDS:
        agree(form.format(word))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a: b\n---\nc: d\n---\ne: f", 3),
        ("---\na: b\n", 1),
        ("# c\n---\na: b\n", 1),
        ("\n\n---\na: b\n", 1),
        ("---\n# c\n---\na: b\n", 0),
        ("a: b\n---\n# c\n", 0),
        ("---\n", 0),
        ("# c\n", 0),
        ("a: b\n---", 0),
        ("", 0),
    ],
)
def test_documents_are_counted_alike(text: str, count: int) -> None:
    assert agree(text) == bool(count)
    assert len(read_lines(text) or ()) == count


def specs() -> list[Path]:
    folders = [TESTS.parent / "examples", *(TESTS / "golden").glob("*/repo")]
    return sorted(path for folder in folders for path in folder.rglob("*.yaml") if "rendered" not in path.parts)


def test_most_specs_are_read_by_lines() -> None:
    """Those of the golden repositories were written to be unusual, and some are broken."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in specs()]
    assert sum(agree(text) for text in texts) > 0.75 * len(texts)


@pytest.mark.parametrize("text", ["a: [x, z]\n", "a: {b: c}\n", "a: {b: [c]}\n", "a: [{b: c}]\n", "a: {b: {c: d}}\n"])
def test_no_two_documents_share_a_part(text: str) -> None:
    """What one run does to its documents is nothing to the next, though lines are remembered."""

    def spoil(value: object) -> None:
        parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        for part in parts:
            spoil(part)
        if isinstance(value, dict):
            value["spoilt"] = True
        elif isinstance(value, list):
            value.append("spoilt")

    for _ in range(3):
        documents = by_lines(text)
        assert exactly(documents) == exactly(by_events(text))
        assert documents is not None
        spoil(documents[0].data)


def test_lines_are_not_remembered_without_end() -> None:
    for number in range(10_000):
        read_lines(f"a: {number}\n")
    assert len(lines._known) <= lines._KNOWN_ENTRIES
    read_lines("a: " + "x" * 100_000)
    assert sum(map(len, lines._known)) <= lines._KNOWN_ENTRIES * lines._KNOWN_LENGTH


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 500_000,
        "a: " + "[[], " * 200_000,
        "a: [" + "b, " * 300_000 + "]",
        "a: " + " " * 900_000 + "\t",
        "a: " + "b: " * 300_000,
        "a: " + "b #" * 300_000,
        "a: [" + "b:c " * 250_000,
        "a:" * 400_000,
        "- " * 400_000,
        "\n".join(" " * depth + "a:" for depth in range(1000)),
        "a:\n" + "- a:\n  " * 100_000,
    ],
    ids=range(11),
)
def test_hostile_texts_cost_no_more_than_their_length(text: str) -> None:
    """Each would take minutes, or the whole stack, of a reader that goes back or calls itself."""
    agree(text)
