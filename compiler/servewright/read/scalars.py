"""What an unquoted YAML scalar means, where every reader agrees on it.

Three families read these files: YAML 1.1 (PyYAML), YAML 1.2 (ruamel.yaml) and Go's ``sigs.k8s.io/yaml`` (kubectl,
Argo CD, Flux). Text that all of them read as the same null, boolean or number is that value, text that all of them
read as text is text, and anything else is :class:`Ambiguous`: guessing would deploy something else than was reviewed.
"""

from __future__ import annotations

import re

from servewright.hints import Literal
from servewright.record import NamedTuple

Scalar = str | int | float | bool | None
Doubt = Literal["word", "odd-word", "number", "time", "timestamp", "special", "merge", "equals", "unportable"]

# JSON tools, and Go through JSON, hold integers as doubles.
LARGEST_INTEGER = 2**53


class Ambiguous(NamedTuple):
    """An unquoted scalar that readers disagree about; ``doubt`` names the family that it belongs to."""

    text: str
    doubt: Doubt


class PlainFloat(float):
    """A float that remembers how it was written, so that a message can show ``"1.10"`` rather than ``1.1``."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> PlainFloat:
        """The number that ``text`` spells in Python's syntax, which every accepted form is."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]  # pickled between processes as its text
        return (self.text,)


_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Go takes y and n for booleans, PyYAML does not; YAML 1.2 has none of these. `yEs` is text to all three, but nobody
# who writes it means text.
_DOUBTFUL_WORDS = frozenset(("y", "n", "yes", "no", "on", "off"))
_DOUBTFUL_SIGNS: dict[str, Doubt] = {"<<": "merge", "=": "equals"}

# Patterns for `re.fullmatch`: compiled when first used, which most runs never do for most of them.
_INTEGER = r"[-+]?(?:0|[1-9][0-9]*)"
# PyYAML wants a dot, and a sign in the exponent; Go and ruamel.yaml are laxer.
_FLOAT = r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+(?:[eE][-+][0-9]+)?"
# What at least one reader takes for a number once underscores are removed, as readers do.
_NUMBER_SOMEWHERE = (
    r"[-+]?(?:0[bB][-+]?[01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
)
# What is left of text that makes a reader fail because it counts underscores as digits.
_ONLY_UNDERSCORES = r"[-+]?(?:0[box]|\.?(?:[eE][-+]?[0-9]+)?)"
_BASE_60 = r"[-+]?(?:[1-9][0-9]*(?::[0-5]?[0-9])+|[0-9]+(?::[0-5]?[0-9])+\.[0-9]*)"
_TIMESTAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
)
# JSON has no way to write these, so Go's reader fails on them.
_SPECIAL_FLOAT = r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
# Any other character says at once that it is text: `16Gi`, `--port=80`.
_CHARACTERS = frozenset("0123456789+-._:abcdefABCDEFoOxXtTZ \tinIN")
_NUMBER_STARTS = frozenset("+-.0123456789")
_LONGEST_WORD = 5
_IN_NUMBERS = frozenset("0123456789+-.abcdefABCDEFoOxX")
_MOST_SIGNS = 2  # of the number and of its exponent

# Specs repeat the same few keys and words. The memo returns one object for equal text, which also makes later
# dictionary look-ups faster. Bounded in both directions because the library may live in a long-running process.
MEMO: dict[str, Scalar] = {}
_MEMO_ENTRIES = 8192
_MEMO_LENGTH = 48


def resolve_plain(text: str) -> Scalar | Ambiguous:
    """What the unquoted scalar ``text`` is to every reader, or :class:`Ambiguous`.

    Floats come back as :class:`PlainFloat`. Integers beyond ±2^53 are ambiguous (``unportable``), and so are floats
    that overflow.
    """
    value = _resolve(text)
    if isinstance(value, Ambiguous):
        return value
    if len(text) <= _MEMO_LENGTH and len(MEMO) < _MEMO_ENTRIES:
        MEMO[text] = value
    return value


# What Kubernetes' own writer leaves unquoted although some other reader takes it for something else.
_EXPORTED_TEXT = frozenset(("timestamp", "equals", "odd-word"))
_EXPORTED_FLOAT = r"-?[0-9](?:\.[0-9]+)?e[-+][0-9]{2,3}"


def resolve_exported(doubtful: Ambiguous) -> Scalar | Ambiguous:
    """What an unquoted scalar is in an export from a cluster, where every reader that matters is Go's."""
    if doubtful.doubt in _EXPORTED_TEXT:
        return doubtful.text
    return PlainFloat(doubtful.text) if re.fullmatch(_EXPORTED_FLOAT, doubtful.text) else doubtful


def _resolve(text: str) -> Scalar | Ambiguous:
    if text[:1] in _NUMBER_STARTS and text:
        return _resolve_number(text)
    if len(text) > _LONGEST_WORD:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text.lower() in _DOUBTFUL_WORDS:
        return Ambiguous(text, "word" if text in (text.lower(), text.upper(), text.title()) else "odd-word")
    if text in _DOUBTFUL_SIGNS:
        return Ambiguous(text, _DOUBTFUL_SIGNS[text])
    return text


def _resolve_number(text: str) -> Scalar | Ambiguous:
    if not _CHARACTERS.issuperset(text):
        return text
    # Without a sign, what has digits alone needs no pattern.
    if (text[0] != "0" or text == "0") if text.isdecimal() else text[0] in "+-" and re.fullmatch(_INTEGER, text):
        # Length first: int() of thousands of digits is slow, and then refused by Python itself.
        if len(text) > 17 or abs(number := int(text)) > LARGEST_INTEGER:
            return Ambiguous(text, "unportable")
        return number
    if "." in text and re.fullmatch(_FLOAT, text):
        value = PlainFloat(text)
        return Ambiguous(text, "unportable") if value in (float("inf"), float("-inf")) else value
    if "." in text and re.fullmatch(_SPECIAL_FLOAT, text):
        return Ambiguous(text, "special")
    if text[4:5] == "-" and re.fullmatch(_TIMESTAMP, text):
        return Ambiguous(text, "timestamp")
    bare = text.replace("_", "")
    if ":" in bare and re.fullmatch(_BASE_60, bare):
        return Ambiguous(text, "time")
    if bare.count("-") > _MOST_SIGNS or not _IN_NUMBERS.issuperset(bare):
        return text  # such as `1Ti`, or a UID, which every exported object has
    if re.fullmatch(_NUMBER_SOMEWHERE, bare) or (bare != text and re.fullmatch(_ONLY_UNDERSCORES, bare)):
        return Ambiguous(text, "number")
    return text
