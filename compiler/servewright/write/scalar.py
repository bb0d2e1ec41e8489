"""How one string is written in YAML so that every reader takes it for that string.

Three families of readers matter: YAML 1.1 (PyYAML), YAML 1.2 (ruamel.yaml) and Go's (sigs.k8s.io/yaml, which
Kubernetes, Argo CD and Flux use). They disagree about ``on``, ``y``, ``08``, ``1e3``, ``0o7``, ``12:30`` and more, so
a string is left plain only if it matches an allow-list that none of them reads as anything else. The property tests
hold all three readers to it. People review the output, so the allow-list is as wide as that proof goes.

The character classes are spelled out, not taken from Python's Unicode tables: those differ between Python versions,
and the same inputs must give the same bytes everywhere.
"""

from __future__ import annotations

import re
from functools import cache

# Safe inside a plain scalar in block context (we write no flow collections). Not here: `#` (a comment after a space),
# `:` and the space (allowed below when something harmless follows), backslash and backquote (they mislead reviewers).
_INNER = r"A-Za-z0-9_./@=,+%~$(){}\[\]'\"?&;*!^<>|\-"
# Not possessive: Python before 3.11.5 takes a wrong turn in a possessive group with branches (gh-106052).
# Its loops are over runs of characters, which is a third of the time of one over branches; each run ends at what cannot
# be in it, so there is but one way to match, and nothing to try again.
_WORDS = re.compile(rf"(?:[A-Za-z/]|--?[A-Za-z])[{_INNER}]*(?:(?::+|[ ])[{_INNER}]+)*")
# Quantities, percentages and durations, the only plain scalars that start with a digit. `E` is missing on purpose.
_MEASURE = re.compile(r"(?:0|[1-9][0-9]*)(?:[KMGTP]i|[mkMGTP%])|(?:[0-9]+[hms]){1,3}")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
# Words that at least one reader, or an older version of it, takes for a boolean, null or float; in any case.
_RESERVED = frozenset(["true", "false", "yes", "no", "on", "off", "y", "n", "null", "inf", "infinity", "nan"])

_CONTROL = r"\x00-\x1f\x7f"
_ESCAPED = re.compile(rf'[{_CONTROL}"\\]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# A block literal keeps its lines as they are, so a line must neither end in a space (invisible, and lost in many
# editors) nor hold anything that needs an escape; a first line that is empty or indented would need an indicator.
_LITERAL = rf"(?![ \n])(?:[^{_CONTROL}]*(?<![ \u3000])\n)*[^{_CONTROL}]*(?<![ \u3000\n])\n?"


@cache
def _letter() -> re.Pattern[str]:
    """Letters whose look nobody doubts: Latin, Greek, Cyrillic, kana, Han, Hangul; they may stand plain as ASCII's do.

    Compiled when first needed, as is the next one: large character classes would cost every start 8 ms.
    """
    return re.compile("[\u00c0-\u024f\u0391-\u03c9\u0400-\u04ff\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]")


@cache
def _unseen() -> re.Pattern[str]:
    """What is never written raw, so that reviewers see what is there.

    Controls, line breaks other than ``\\n``, everything invisible or direction-changing, spaces that look like the
    usual one, surrogates, private use and non-characters, and variation selectors.
    """
    return re.compile(
        f'[{_CONTROL}"\\\\\x80-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f'
        "\u205f-\u206f\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
        "\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U0010ffff]"
    )


def quote(text: str) -> str:
    """Return ``text`` as a double-quoted scalar on one line; ValueError for what UTF-8 cannot hold."""
    return f'"{(_ESCAPED if text.isascii() else _unseen()).sub(_escape, text)}"'


def value(text: str) -> str:
    """Return ``text`` as a scalar on one line: plain where every reader agrees, else double-quoted."""
    if _WORDS.fullmatch(text if text.isascii() else _letter().sub("a", text)):
        return text if text.lstrip("-").lower() not in _RESERVED else quote(text)
    return text if _MEASURE.fullmatch(text) else quote(text)


def key(text: str) -> str:
    """Return ``text`` as a mapping key on one line; stricter than values, because keys are seldom prose."""
    return text if _KEY.fullmatch(text) and text.lower() not in _RESERVED else quote(text)


def literal(text: str) -> tuple[str, list[str]] | None:
    """Return the header and the lines of a block literal for ``text``, or None where it must be quoted.

    Text that ends in several line ends is quoted too: ``|+`` would end the file in blank lines.
    """
    if "\n" not in text or not re.fullmatch(_LITERAL, text):
        return None
    if not text.isascii() and any(char not in '\n"\\' for char in _unseen().findall(text)):
        return None
    return ("|", text[:-1].split("\n")) if text[-1] == "\n" else ("|-", text.split("\n"))


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    short = _SHORT.get(char)
    if short is not None:
        return short
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:  # no reader but Python's own accepts it, not even as an escape
        raise ValueError("a lone surrogate cannot be written in YAML")
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
