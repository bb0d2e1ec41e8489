"""What a person at a terminal sees while a run goes on. Nobody else sees a byte of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

from servewright.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.parts.part import Part
    from servewright.parts.run import Order, Schedule

_QUIET = 1.0  # seconds before there is anything to see
_EVERY = 0.1  # seconds between two looks of the bar
_WIDTH = 24  # characters of the bar
_ERASE = "\r\x1b[K"


def in_ci() -> bool:
    """Whether this is continuous integration, as the services that do it say."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def watched() -> bool:
    """Whether somebody looks at stderr: a terminal that can move its cursor, and not one that keeps a log."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not in_ci()


def note(text: str) -> None:
    """Say something in between, in a line of its own."""
    sys.stderr.write(f"{_ERASE if watched() else ''}note: {text}\n")


def with_progress(schedule: Schedule) -> Schedule:
    """The schedule with a bar for who waits; the schedule itself where nobody looks."""
    if not watched():
        return schedule

    def shown(order: Order) -> Iterator[Part]:
        bar = _Bar(len(order.sources))
        try:
            for part in schedule(order):
                bar.step()
                yield part
        finally:
            bar.erase()

    return shown


class _Bar:
    """One line on stderr, which is gone in the end."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._start = time.monotonic()
        self._next = self._start + _QUIET
        self._drawn = False

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if (now := time.monotonic()) >= self._next:
            self._next = now + _EVERY
            self._draw(now - self._start)

    def erase(self) -> None:
        """Leave the line as it was found."""
        if self._drawn:
            self._write(_ERASE)

    def _draw(self, seconds: float) -> None:
        full = _WIDTH * self._done // self._total
        bar = "━" * full + "╌" * (_WIDTH - full)
        line = f"{bar} {self._done:,} of {self._total:,} files, {self._done / seconds:,.0f}/s"
        self._drawn = True
        self._write(f"{_ERASE}{line[: _columns() - 1]}")  # a line that is wrapped could not be erased

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
