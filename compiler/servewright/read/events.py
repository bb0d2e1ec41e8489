"""The YAML events of a text, going on behind a broken document.

The builder of documents and the finder of positions both read through :class:`Events`, so they split a text into the
same documents and count them alike.
"""

from __future__ import annotations

import re
from functools import cache

import yaml

from servewright.hints import Any

Event = Any  # of yaml.events; libyaml's binding has no type stubs for what it hands out

MAX_DEPTH = 64
# Going on copies the rest of the text, so a large file of nothing but errors would take quadratic time.
_MAX_RESTARTS = 50

_BYTE_ORDER_MARK = "\ufeff"
# Such a line starts a document wherever it is: a quote or a block that it stands in ends, or is an error.
# A pattern for `re`, compiled when it is needed: behind an error.
DOCUMENT_LINE = r"(?:^|(?<=[\r\n]))---(?=[ \t\r\n]|\Z)"


@cache  # compiled when needed: few files need it, and it takes as long as reading fifty
def forbidden_pattern(ascii_only: bool = False) -> re.Pattern[str]:
    """A character that no input may hold.

    Readers refuse control characters; U+0085, U+2028 and U+2029 are a line break to some of them and none to others
    (behind one, a comment of one reader is a key of another); a byte order mark is fine as the first character only.
    """
    if ascii_only:
        return re.compile(r"[^\t\n\r -~]")
    return re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def has_forbidden(text: str) -> bool:
    """Whether ``text`` holds a character that no input may hold."""
    # Nothing that Python calls printable is forbidden, and asking that is much cheaper than the pattern.
    if text.replace("\n", "").isprintable():
        return False
    return forbidden_pattern(text.isascii()).search(text, text_start(text)) is not None


def text_start(text: str) -> int:
    """Where the YAML begins: behind a byte order mark, if there is one."""
    return 1 if text.startswith(_BYTE_ORDER_MARK) else 0


def without_forbidden(text: str) -> str:
    """``text`` with harmless characters in place of forbidden ones; every other character keeps its index."""
    if not has_forbidden(text):
        return text
    start = text_start(text)
    return text[:start] + forbidden_pattern().sub("\ufffd", text[start:])


def pure_parser(text: str) -> Any:
    """PyYAML's own parser, twenty times slower, for systems without libyaml."""

    class PureParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
        def __init__(self) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)

    return PureParser()


# What makes a parser of a text; it has ``get_event``.
new_parser: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else pure_parser  # type: ignore[attr-defined]


class Events:
    """Hands out the events of ``text``, which must be free of forbidden characters.

    ``get`` returns the next event or raises ``yaml.YAMLError``; an event's marks count from ``base``. After an error,
    or to leave a document, ``restart`` goes on with a later one.
    """

    __slots__ = ("base", "gave_up", "get", "restarts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.restarts = 0
        self.gave_up = False
        self._open(text_start(text))

    def _open(self, base: int) -> None:
        self.base = base
        self.get: Any = new_parser(self.text[base:] if base else self.text).get_event

    def restart(self, index: int) -> bool:
        """Go on at the first ``---`` line at or behind ``index``; False if there is none, or after too many errors."""
        line = re.compile(DOCUMENT_LINE).search(self.text, max(index, self.base + 1))
        if line is None:
            return False
        self.restarts += 1
        if self.restarts > _MAX_RESTARTS:
            self.gave_up = True
            return False
        self._open(line.start())
        return True

    def error_index(self, error: yaml.YAMLError) -> int:
        """Where in the text ``error`` was noticed."""
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        return self.base if mark is None else min(self.base + mark.index, len(self.text))
