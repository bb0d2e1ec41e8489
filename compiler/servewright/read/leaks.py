"""Credentials in a file, each at the scalar or comment that holds it: the close look behind a first suspicion."""

from __future__ import annotations

import re
from bisect import bisect_right

from servewright.diagnostics.model import Finding, Path, Source
from servewright.read.credentials import Match, argument_pair, find_credentials
from servewright.read.events import DOCUMENT_LINE
from servewright.read.positions import document_nodes, scalars, span_between
from servewright.read.refusals import credential, dotted
from servewright.record import NamedTuple


class _Scalar(NamedTuple):
    start: int
    end: int
    path: Path
    is_key: bool
    value: str


class _Suspects(NamedTuple):
    """What was found in one document: credentials, and arguments that may be followed by one."""

    matches: list[Match]
    pairs: list[Match]


def leaks(source: Source, escapes: bool) -> list[Finding]:
    """A finding for every value, key and stretch of other text (comments, broken documents) with a credential.

    ``escapes`` says that values written with escapes are to be searched too: the text does not show what they spell.
    """
    text = source.text
    found: dict[tuple[int, int], Finding] = {}
    boundaries = [0, *(line.start() for line in re.finditer(DOCUMENT_LINE, text) if line.start()), len(text)]
    # Only documents with something in them are parsed once more: an export may be large, and all of it harmless.
    suspects: dict[int, _Suspects] = {number: _Suspects([], []) for number in range(len(boundaries) - 1) if escapes}
    for match in find_credentials(text):
        suspects.setdefault(bisect_right(boundaries, match.start) - 1, _Suspects([], [])).matches.append(match)
    name, regex = argument_pair()
    for found_pair in regex.finditer(text):
        match = Match(name, *found_pair.span())
        suspects.setdefault(bisect_right(boundaries, match.start) - 1, _Suspects([], [])).pairs.append(match)
    for number, (matches, pairs) in sorted(suspects.items()):
        here = _Places(text, boundaries[number], boundaries[number + 1])
        leaking: list[tuple[Match, _Scalar | None]] = []
        if escapes:
            leaking += [(match, place) for place in here.places for match in _spelled(text, place)]
        leaking += [(match, here.of(match)) for match in matches if here.holds(match)]
        leaking += [(pair, here.of(pair)) for pair in pairs if here.holds_pair(pair)]
        for match, place in leaking:
            at = (match.start, match.end) if place is None else (place.start, place.end)
            field = None if place is None or place.is_key else dotted(place.path)
            found.setdefault(at, credential(span_between(source, *at), match.name, field))
    return list(found.values())


def _spelled(text: str, place: _Scalar) -> list[Match]:
    """The credentials of a value that is written with escapes."""
    written = text[place.start : place.end]
    return find_credentials(place.value) if '"' in written and "\\" in written else []


class _Places:
    """The scalars of one document, by where they are in the text."""

    def __init__(self, text: str, start: int, end: int) -> None:
        places = (
            _Scalar(start + first, start + last, path, is_key, value)
            for root in document_nodes(text[start:end])
            for path, is_key, value, first, last in scalars(root)
        )
        self.places = sorted(places, key=lambda place: (place.start, place.end))
        self.starts = [place.start for place in self.places]

    def at(self, index: int) -> _Scalar | None:
        """The scalar that ``index`` is in; None in comments, and where the document is broken."""
        number = bisect_right(self.starts, index) - 1
        return self.places[number] if number >= 0 and index < self.places[number].end else None

    def of(self, match: Match) -> _Scalar | None:
        """The scalar that a match is reported at: of a key with its value, the value."""
        return self.at(match.end - 1) or self.at(match.start)

    def holds(self, match: Match) -> bool:
        """Whether a match is within one scalar or outside all, or is `"auth": "…"` in YAML's own braces."""
        first, last = self.at(match.start), self.at(match.end - 1)
        if first is None or last is None or first is last:
            return first is last
        return first.path == last.path

    def holds_pair(self, pair: Match) -> bool:
        """Whether an argument and its value are two items of one list."""
        first, last = self.at(pair.start), self.at(pair.end - 1)
        return first is not None and last is not None and _are_neighbours(first.path, last.path)


def _are_neighbours(first: Path, second: Path) -> bool:
    """Whether two scalars, one right behind the other, are items of one list."""
    if not first or not second or first[:-1] != second[:-1]:
        return False
    return isinstance(first[-1], int) and isinstance(second[-1], int) and first != second
