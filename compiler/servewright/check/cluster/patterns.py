"""Go's regular expressions (RE2) in terms of Python's ``re``.

Both agree on what CRDs use, but for some details: ``$`` is the very end of the text (Python's also matches before a
last newline), ``\\d``, ``\\w``, ``\\s`` and ``\\b`` know ASCII only, ``\\s`` does not match a vertical tab, ``\\z`` is
spelt ``\\Z``, and ``{,3}`` is literal text. What cannot be said in Python is refused by an exception, so that a new
schema is noticed and never misjudged.
"""

from __future__ import annotations

import re

from servewright.hints import Final

_PARTS: Final = r"\\[pPQEC]|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?[^:P)]*[:)]|\{,|."
_UNTRANSLATED: Final = r"\\[pPQEC]|\(\?|\[.*(?:\[:|\\[pPsS])"
_SPELT: Final = {"$": r"\Z", r"\z": r"\Z", r"\s": "[\\t\\n\\f\\r ]", r"\S": "[^\\t\\n\\f\\r ]", "{,": r"\{,"}

_known: dict[str, re.Pattern[str]] = {}


class UntranslatablePatternError(ValueError):
    """A pattern with a construct that Python's ``re`` would read in another way."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The Python pattern whose ``search`` finds what Go's ``MatchString`` does; compiled once per process."""
    found = _known.get(pattern)
    if found is None:
        found = _known[pattern] = re.compile(translated(pattern), re.ASCII)
    return found


def translated(pattern: str) -> str:
    """``pattern`` in Python's syntax, to be compiled with ``re.ASCII``."""
    parts = re.findall(_PARTS, pattern, re.DOTALL)
    for part in parts:
        if len(part) > 1 and part != "(?:" and re.match(_UNTRANSLATED, part, re.DOTALL):
            raise UntranslatablePatternError(f"no translation for `{part}` in the pattern `{pattern}`")
    return "".join(_SPELT.get(part, part) for part in parts)
