"""No text becomes markup, links or notifications, wherever in Markdown or HTML it stands, and it can still be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given

from diagnostics.hostile import PIECES, texts
from diagnostics.markdown_readers import Seen, github, markdown_it, notifying
from servewright.diagnostics.markup import cell_code, cell_prose, code, html_code, html_prose, plain, prose

READERS = [github, markdown_it]
PLACES: dict[str, tuple[str, Callable[[str], str], list[str]]] = {
    "code in a paragraph": ("at {}.", code, ["p", "code"]),
    "prose in a list": ("- note: {}", prose, ["ul", "li"]),
    "code in a table": ("| a | b |\n|---|---|\n| x | {} |", cell_code, ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td", "code"]),
    "prose in a table": ("| a | b |\n|---|---|\n| x | {} |", cell_prose, ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]),
    "code in HTML": ("<details>\n<summary>{}</summary>\n</details>", html_code, ["details", "summary", "code"]),
    "prose in HTML": ("<details>\n<summary>{}</summary>\n</details>", html_prose, ["details", "summary"]),
}  # fmt: skip


def shown(seen: Seen) -> str:
    """The letters of a page, without spaces of any width."""
    return re.sub(r"[\s\u200b]+", "", seen.text)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("place", PLACES)
@given(text=texts)
def test_a_text_stays_a_text(place: str, read: Callable[[str], Seen], text: str) -> None:
    stays_a_text(place, read, text)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("place", PLACES)
def test_each_trick_alone_and_in_words(place: str, read: Callable[[str], Seen]) -> None:
    for piece in PIECES:
        for text in (piece, f"a {piece}", f"a {piece} b", f"a{piece}b", f"`{piece}`", piece * 2):
            stays_a_text(place, read, text)


def stays_a_text(place: str, read: Callable[[str], Seen], text: str) -> None:
    frame, write, tags = PLACES[place]
    seen = read(frame.format(write(text)))
    assert [tag for tag in seen.tags if tag != "code"] == [tag for tag in tags if tag != "code"]
    assert seen.attributes == []
    assert notifying(seen) == []
    letters = re.sub(r"[\s`\u200b]+", "", plain(text))
    around = shown(read(frame.format("")))
    assert Counter(shown(seen).replace("`", "")) == Counter(letters + around) or not letters


@pytest.mark.parametrize(
    ("message", "markdown", "html"),
    [
        ("two fit `onnx` 1", "two fit `onnx` 1", "two fit <code>onnx</code> 1"),
        ("`a|b` is *not* <it>", "`a|b` is &#42;not&#42; &lt;it&gt;", "<code>a|b</code> is *not* &lt;it&gt;"),
        ("an `open quote", "an &#96;open quote", "an `open quote"),
        ("see https://x.example", "see https:&#8203;//x.example", "see https:&#8203;//x.example"),
        ("by @a, #1 and #x", "by @&#8203;a, #&#8203;1 and #x", "by @&#8203;a, #&#8203;1 and #x"),
    ],
)
def test_our_messages_read_as_they_were_meant(message: str, markdown: str, html: str) -> None:
    assert prose(message) == markdown
    assert html_prose(message) == html


@pytest.mark.parametrize(
    ("text", "span"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("", '`""`'), ("a``b`c", "```a``b`c```")],
)
def test_backquotes_in_code(text: str, span: str) -> None:
    assert code(text) == span


def test_one_value_cannot_fill_a_report() -> None:
    assert len(code("x" * 1_000_000)) < 3_000
