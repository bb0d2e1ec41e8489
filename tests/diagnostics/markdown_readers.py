"""Markdown as others read it: GitHub's own parser, with what it adds to CommonMark, and markdown-it.

What GitHub does to HTML afterwards (names that notify, references to issues) is in :func:`notifying`.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

_VOID = {"br", "hr", "img"}
_CODE = {"code", "pre", "a"}


class Seen(NamedTuple):
    """What a page shows: its elements in order, the text of each kind of place, and the elements' attributes."""

    tags: list[str]
    attributes: list[tuple[str, str, str | None]]
    words: list[str]
    code: list[str]

    @property
    def text(self) -> str:
        return "".join(self.words) + "".join(self.code)


def github(text: str) -> Seen:
    """What GitHub makes of a text."""
    options = Options.CMARK_OPT_UNSAFE  # raw HTML stays: it is what is looked at
    return _seen(cmarkgfm.github_flavored_markdown_to_html(text, options))


def markdown_it(text: str) -> Seen:
    """What a reader of CommonMark with tables makes of it."""
    return _seen(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def notifying(seen: Seen) -> list[str]:
    """What GitHub would turn into mentions, references and links in the words of a page."""
    return [
        match[0]
        for text in seen.words
        for match in re.finditer(
            r"(?<!\w)@\w[\w/-]*|(?<!&)#\d+|https?://\w\S*|www\.\w\S*|[\w.]@\w+", text, re.IGNORECASE
        )
    ]


def _seen(html: str) -> Seen:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [], f"{reader.open} are not closed in {html}"
    return reader.seen


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen = Seen([], [], [], [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.tags.append(tag)
        self.seen.attributes.extend((tag, *attribute) for attribute in attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.seen.tags.append(f"<!--{data}-->")

    def handle_data(self, data: str) -> None:
        (self.seen.code if _CODE & set(self.open) else self.seen.words).append(data)
