"""Go's regular expressions (RE2) in terms of Python's ``re``.

Both agree on what CRDs use, but for some details: ``$`` is the very end of the text (Python's also matches before a
last newline), ``\\d``, ``\\w``, ``\\s`` and ``\\b`` know ASCII only, ``\\s`` does not match a vertical tab, ``\\z`` is
spelt ``\\Z``, and ``{,3}`` is literal text. What cannot be said in Python is refused by an exception, so that a new
schema is noticed and never misjudged.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from servewright.hints import Final
from servewright.model.quantity import parse

_PARTS: Final = r"\\[pPQEC]|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?[^:P)]*[:)]|\{,|."
_UNTRANSLATED: Final = r"\\[pPQEC]|\(\?|\[.*(?:\[:|\\[pPsS])"
_SPELT: Final = {"$": r"\Z", r"\z": r"\Z", r"\s": "[\\t\\n\\f\\r ]", r"\S": "[^\\t\\n\\f\\r ]", "{,": r"\{,"}

# Without any of these, and with `$` at the end alone, Go and Python agree, and nothing has to be taken apart.
_DIFFERENT: Final = (r"\p", r"\P", r"\Q", r"\E", r"\C", r"\z", r"\s", r"\S", "(?", "[:", "{,", r"\$")

# That of quantities in all schemas (k8s.io/apimachinery, by controller-gen), which takes long to compile.
QUANTITY: Final = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)

_known: dict[str, re.Pattern[str]] = {}


class UntranslatablePatternError(ValueError):
    """A pattern with a construct that Python's ``re`` would read in another way."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The Python pattern whose ``search`` finds what Go's ``MatchString`` does; compiled once per process."""
    found = _known.get(pattern)
    if found is None:
        found = _known[pattern] = re.compile(translated(pattern), re.ASCII)
    return found


def matcher(pattern: str) -> Callable[[str], object]:
    """What is true of the texts that ``pattern`` matches, and false of others."""
    if pattern != QUANTITY:
        return compiled(pattern).search
    # All that are read as quantities match, and nearly nothing else comes here.
    return lambda text: parse(text) is not None or compiled(pattern).search(text)


def translated(pattern: str) -> str:
    """``pattern`` in Python's syntax, to be compiled with ``re.ASCII``."""
    if pattern.find("$") in (-1, len(pattern) - 1) and not any(part in pattern for part in _DIFFERENT):
        return pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    parts = re.findall(_PARTS, pattern, re.DOTALL)
    for part in parts:
        if len(part) > 1 and part != "(?:" and re.match(_UNTRANSLATED, part, re.DOTALL):
            raise UntranslatablePatternError(f"no translation for `{part}` in the pattern `{pattern}`")
    return "".join(_SPELT.get(part, part) for part in parts)
