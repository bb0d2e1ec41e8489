"""What of a hostile repository may reach a terminal, a log or a report.

Two questions, asked of every text that did not come from our own source code. Which characters would act instead of
being shown (escape sequences, bidirectional overrides, invisible letters)? Which stretches look like a credential
(:mod:`servewright.diagnostics.sensitive`)? The characters are code point ranges, not the Unicode tables of the running
Python: the same inputs must print the same bytes on every machine.
"""

from __future__ import annotations

import re

from servewright.diagnostics.sensitive import credential_spans

REDACTED = "…redacted…"

_ACTING = "".join(
    (
        # Controls: escape sequences begin with one of these.
        "\\x00-\\x1f\\x7f-\\x9f",
        # Line separators and bidirectional controls: they make a line end, or read in another order than it is.
        "\\u2028-\\u202e\\u2066-\\u2069\\u061c\\u200e\\u200f",
        # Invisible: text that a reviewer cannot see.
        "\\xad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\u3164\\ufeff\\uffa0",
        "\\ufff9-\\ufffb\\U00013430-\\U00013455\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff",
        # Not characters at all: an output stream may refuse them.
        "\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff",
    )
)
_acting = re.compile(f"[{_ACTING}]")


def visible(text: str) -> str:
    r"""Return ``text`` with every character that would act, or not be seen, as an escape such as ``\x1b``.

    Line breaks and tabs are such characters too: split a text into lines first.
    """
    text = _acting.sub(_escape, text)
    # CI systems act on these wherever they stand in a line of a log.
    return text.replace("##[", "#\\x23[").replace("##vso[", "#\\x23vso[") if "##" in text else text


def visible_json(document: str) -> str:
    r"""Return a JSON text whose strings hold the same characters, the acting ones written as ``\u202e``.

    ``document`` is what ``json.dumps(…, ensure_ascii=False)`` wrote; line breaks between its tokens stay.
    """
    document = _acting.sub(_escape_json, document)
    # As in visible(); only strings hold these.
    return document.replace("##[", "#\\u0023[").replace("##vso[", "#\\u0023vso[") if "##" in document else document


def redact(text: str) -> str:
    """Return ``text`` with everything that looks like a credential replaced by ``…redacted…``."""
    pieces: list[str] = []
    done = 0
    for start, end in credential_spans(text):
        pieces += text[done:start], REDACTED
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def _escape(match: re.Match[str]) -> str:
    point = ord(match.group())
    if point in _SHORT:
        return _SHORT[point]
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _escape_json(match: re.Match[str]) -> str:
    point = ord(match.group())
    if point == 0x0A:
        return "\n"
    if point < 0x10000:
        return f"\\u{point:04x}"
    high, low = divmod(point - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


_SHORT = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}
