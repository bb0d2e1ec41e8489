"""The line of an input file that a diagnostic is about, as it may be shown.

Quoting a file is where a tool gives secrets away, so this module shows nothing of a Secret, nothing that looks like a
credential and no character that would act on the terminal; and it keeps the carets under the right place while tabs,
wide characters, escapes and redactions change how long the line is.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from servewright.diagnostics.codes import CREDENTIAL, SECRET_WITH_VALUES
from servewright.diagnostics.escape import REDACTED, visible
from servewright.diagnostics.model import Diagnostic, Source, Span
from servewright.diagnostics.sensitive import broken_value_spans, credential_spans_in_file, merged, named_value_spans
from servewright.record import NamedTuple

# How much of a line is shown, and how much of it before the caret when it does not fit.
_COLUMNS = 120
_BEFORE = 40
# Only this many code points around the caret are looked at: a line may be a whole minified export.
_REACH = 400
_CUT = "…"
_TAB = "    "

_LINE_BREAK = re.compile(r"\r\n|\n|\r")  # what the lines of spans are counted by
_BOUNDARY = re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
# Read from the text, since the document may be too broken to be parsed. Rather a frame too few than a value shown.
# A misspelt kind is still meant: `secret`, or anything that has the field which only Secrets have.
_SECRET = re.compile(r"""\bkind["']?\s*+:\s*+[^\n]{0,60}?\bsecret(?:list|s)?\b|\bstringdata["']?\s*+:""", re.IGNORECASE)


class Frame(NamedTuple):
    """One line of a file as shown, and where its carets are, in terminal columns."""

    text: str
    indent: int
    carets: int


class _Cell(NamedTuple):
    """What is shown for the code points ``start`` to ``end`` of a file, and how many terminal columns it takes."""

    shown: str
    width: int
    start: int
    end: int


class Excerpts:
    """The input files that diagnostics point into, each split into lines and searched for secrets once."""

    def __init__(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._files: dict[str, _File] = {}
        self._secrets: dict[str, list[Span]] = {}
        self._credentials: dict[str, list[Span]] = {}
        by_code = {SECRET_WITH_VALUES.code: self._secrets, CREDENTIAL.code: self._credentials}
        for diagnostic in diagnostics:
            if diagnostic.span and diagnostic.code in by_code:
                by_code[diagnostic.code].setdefault(diagnostic.span.file, []).append(diagnostic.span)

    def frame(self, diagnostic: Diagnostic) -> Frame | None:
        """Return the first line of the diagnostic's span, or None where nothing may or can be shown."""
        span = diagnostic.span
        if span is None or diagnostic.code in (CREDENTIAL.code, SECRET_WITH_VALUES.code):
            return None
        if span.file not in self._files:
            source = self._sources.get(span.file)
            if source is None:
                return None
            path = span.file
            self._files[path] = _File(source.text, self._secrets.get(path, []), self._credentials.get(path, []))
        return self._files[span.file].frame(span)


class _File:
    """The text of one input file with what of it must not be shown. Offsets and lines count from 0."""

    def __init__(self, text: str, secrets: list[Span], credentials: list[Span]) -> None:
        # Imported here: few runs quote anything.
        from servewright.diagnostics.secret_places import secret_places

        # A byte order mark is no part of the first line: the parser's columns do not count it.
        self._text = text.removeprefix("\ufeff")
        breaks = [(match.start(), match.end()) for match in _LINE_BREAK.finditer(self._text)]
        self._starts = [0, *(end for _, end in breaks)]
        self._ends = [*(start for start, _ in breaks), len(self._text)]
        self._documents = [0, *(match.start() for match in _BOUNDARY.finditer(self._text))]
        self._closed = {self._document(self._offset(span.line, 1)) for span in secrets}
        self._open: set[int] = set()
        reported = [
            (self._offset(span.line, span.column), self._offset(span.end_line, span.end_column)) for span in credentials
        ]
        places, self._broken = secret_places(self._text)
        self._hidden = merged([*reported, *places, *credential_spans_in_file(self._text)])

    def frame(self, span: Span) -> Frame | None:
        """Return the line where ``span`` starts, with carets to the end of the span or of the line."""
        if not 1 <= span.line <= len(self._starts) or self._is_secret(self._starts[span.line - 1]):
            return None
        line_end = self._ends[span.line - 1]
        start = self._offset(span.line, span.column)
        if span.end_line == span.line:
            end = self._offset(span.line, span.end_column)
        else:
            end = len(self._text[start:line_end].rstrip()) + start
        line_start = self._starts[span.line - 1]
        left = max(line_start, start - _REACH)
        right = min(line_end, start + _REACH)
        around = max(line_start, left - _REACH), min(line_end, right + _REACH)
        named = named_value_spans(self._text, *around)
        if any(first <= start <= last for first, last in self._broken):
            named += broken_value_spans(self._text, *around)
        near = [span for span in named if span[0] < right and left < span[1]]
        hidden = merged([*self._hidden_between(left, right), *near])
        cut = (left > line_start, right < line_end)
        return _window(self._cells(left, right, hidden), start, max(end, start + 1), cut)

    def _hidden_between(self, left: int, right: int) -> list[tuple[int, int]]:
        first = bisect_right(self._hidden, left, key=lambda span: span[1])
        last = bisect_left(self._hidden, right, key=lambda span: span[0])
        return self._hidden[first:last]

    def _offset(self, line: int, column: int) -> int:
        """Return the offset of a position, taken into the file, and into the line, if it is outside."""
        index = min(max(line, 1), len(self._starts)) - 1
        return min(max(self._starts[index] + column - 1, self._starts[index]), self._ends[index])

    def _document(self, offset: int) -> int:
        return bisect_right(self._documents, offset) - 1

    def _is_secret(self, offset: int) -> bool:
        """Tell whether the document at ``offset`` was refused as a Secret with values, or says it is a Secret."""
        index = self._document(offset)
        if index not in self._closed and index not in self._open:
            start = self._documents[index]
            end = self._documents[index + 1] if index + 1 < len(self._documents) else len(self._text)
            (self._closed if _SECRET.search(self._text, start, end) else self._open).add(index)
        return index in self._closed

    def _cells(self, left: int, right: int, hidden: list[tuple[int, int]]) -> list[_Cell]:
        cells: list[_Cell] = []
        at = left
        for start, end in hidden:
            cells += (_shown(self._text[index], index) for index in range(at, start))
            cells.append(_Cell(REDACTED, len(REDACTED), start, end))
            at = end
        cells += (_shown(self._text[index], index) for index in range(at, right))
        return cells


def _shown(character: str, index: int) -> _Cell:
    if " " <= character <= "~":
        return _Cell(character, 1, index, index + 1)
    shown = _TAB if character == "\t" else visible(character)
    return _Cell(shown, len(shown) if shown.isascii() else _width(character), index, index + 1)


def _width(character: str) -> int:
    """Return how many columns a terminal gives to a character that is not ASCII."""
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _window(cells: list[_Cell], start: int, end: int, cut: tuple[bool, bool]) -> Frame:
    """Lay out ``cells`` in at most ``_COLUMNS``, with carets under those between the offsets ``start`` and ``end``.

    ``cut`` tells whether the line goes on before and after the cells.
    """
    before = sum(cell.width for cell in cells if cell.end <= start)
    until = sum(cell.width for cell in cells if cell.start < end)
    total = sum(cell.width for cell in cells)
    skip = 0
    if not (cut[0] or cut[1]) and total <= _COLUMNS:
        kept = cells
    else:
        if until >= _COLUMNS:
            skip = max(0, min(before - _BEFORE, total - _COLUMNS + 1))
        kept, skip = _from_column(cells, skip)
    lead = _CUT if cut[0] or len(kept) < len(cells) else ""
    text, shown = lead, len(lead)
    for number, cell in enumerate(kept):
        is_last = number == len(kept) - 1 and not cut[1]
        if shown + cell.width > _COLUMNS - (not is_last):
            text, shown = text + _CUT, shown + 1
            break
        text, shown = text + cell.shown, shown + cell.width
    else:
        text = text + _CUT if cut[1] else text
    indent = before - skip + len(lead)
    carets = min(max(until - before, 1), max(shown - indent, 1))
    return Frame(text.rstrip(), indent, carets)


def _from_column(cells: list[_Cell], column: int) -> tuple[list[_Cell], int]:
    """Return the cells that start at ``column`` or later, and the column at which the first of them starts."""
    at = 0
    for number, cell in enumerate(cells):
        if at >= column:
            return cells[number:], at
        at += cell.width
    return [], at
