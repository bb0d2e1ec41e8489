"""Texts of a hostile repository inside Markdown and HTML, as GitHub and GitLab read them.

A text stays a text: no emphasis, links, images or tags come out of it, it cannot leave its table cell, and it notifies
nobody. Backquotes in our messages stand for code, and are shown as such; whoever writes backquotes into a name decides
no more than what is shown in which font. Each function takes raw text and applies
:mod:`servewright.diagnostics.escape` itself, so a result has no line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from servewright.diagnostics.escape import redact, visible

# Longer texts are cut: a report has a limit, and one value must not fill it.
LONGEST = 2_000

_BACKQUOTES = re.compile(r"`+")
_CODE = re.compile(r"`([^`]+)`")
_HTML = r"""[&<>"']"""
_MARKDOWN = r"""[&<>"`*_~|\\\[\]$]"""
# What is made a link or a notification wherever it stands in a text: @name and mail addresses, #12, URLs, www.
_LINKED = r"@|#(?=\d)|:(?=//)|(?<=www)\."
_in_markdown = re.compile(f"(?P<structure>{_MARKDOWN})|{_LINKED}", re.IGNORECASE)
_in_html = re.compile(f"(?P<structure>{_HTML})|{_LINKED}", re.IGNORECASE)
_html = re.compile(f"(?P<structure>{_HTML})")
_NOTHING = "&#8203;"  # a space without width, which keeps apart what must not be read together


def plain(text: str) -> str:
    """One line that can be shown anywhere, without credentials and characters that act, and not too long."""
    text = redact(text)
    return visible(text if len(text) <= LONGEST else text[:LONGEST] + "…").strip()


def code(text: str) -> str:
    """``text`` as a Markdown code span, for paragraphs, list items and table cells."""
    text = plain(text)
    if not text:
        return '`""`'
    longest = max((len(run) for run in _BACKQUOTES.findall(text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}"


def cell_code(text: str) -> str:
    """``text`` as a code span in a table, where a pipe ends the cell even in code."""
    return code(text).replace("|", "\\|")


def prose(text: str) -> str:
    """A message of ours as Markdown, for where a line has begun already."""
    return _with_code(text, _words, code)


def cell_prose(text: str) -> str:
    """A message of ours in a table."""
    return _with_code(text, _words, cell_code)


def html_code(text: str) -> str:
    """``text`` as code in HTML."""
    return f"<code>{_html.sub(_harmless, plain(text))}</code>"


def html_prose(text: str) -> str:
    """A message of ours in HTML."""
    return _with_code(text, _html_words, html_code)


def _with_code(text: str, words: Callable[[str], str], code_of: Callable[[str], str]) -> str:
    pieces = _CODE.split(plain(text))  # words and code by turns
    return "".join(code_of(piece) if index % 2 else words(piece) for index, piece in enumerate(pieces))


def _words(text: str) -> str:
    return _in_markdown.sub(_harmless, text)


def _html_words(text: str) -> str:
    return _in_html.sub(_harmless, text)


def _harmless(match: re.Match[str]) -> str:
    character = match[0]
    if match["structure"]:
        return _NAMED.get(character) or f"&#{ord(character)};"
    return _NOTHING + character if character == "." else character + _NOTHING


_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
