"""Copies of this process that do a share of its work.

A copy starts with all that this process knows, so only numbers go to it. All take turns: the numbers of what is to be
done are in one pipe, and whoever reads the next one does it. So each has something to do until the end, however fast it
is. What a copy did not report, because it failed or was killed, is done here.
"""

from __future__ import annotations

import fcntl
import gc
import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from warnings import catch_warnings, simplefilter

MOST = 2048  # numbers: so they take a page, which every pipe holds
_NUMBER = 2  # bytes of a number
_HEAD = 8  # bytes before a result: its number, and its length
_READ = 64 * 1024  # larger buffers are mapped and unmapped for each call, which takes longer than reading
_PIPE = 1024 * 1024  # as much as Linux gives everybody: a copy goes on while nobody reads what it made


class Crew:
    """Up to ``copies`` copies of this process, which do what is numbered from 0 to ``count`` - 1 (``MOST`` at most).

    ``act`` does it there, and what it returns comes back. ``take`` says what is next for this process. Where processes
    or descriptors cannot be had, there are fewer copies, or none.
    """

    def __init__(self, copies: int, count: int, act: Callable[[int], bytes]) -> None:
        self._act = act
        self._copies: list[_Copy] = []
        self._alone = iter(range(count))
        try:
            self._numbers, end = os.pipe()
        except OSError:
            self._numbers = -1
            return
        os.write(end, b"".join(number.to_bytes(_NUMBER, "little") for number in range(count)))
        os.close(end)
        with suppress(OSError):
            while len(self._copies) < min(copies, count):
                self._copies.append(_Copy(self, self._copies))

    def take(self) -> int | None:
        """The next that nobody does yet; None if there is none."""
        if self._numbers < 0:
            return next(self._alone, None)
        number = os.read(self._numbers, _NUMBER)
        return int.from_bytes(number, "little") if number else None

    def results(self, *, wait: bool) -> dict[int, bytes]:
        """What copies have done since the last call. ``wait`` until there is something, or they have all ended."""
        found: dict[int, bytes] = {}
        while ready := self._ready(None if wait and not found else 0):
            for copy in ready:
                found.update(copy.read())
        return found

    def _ready(self, milliseconds: int | None) -> list[_Copy]:
        """The copies that there is something to read of, after this time at most (None: as long as it takes)."""
        alive = {copy.descriptor: copy for copy in self._copies if copy.alive}
        if not alive:
            return []
        poll = select.poll()
        for descriptor in alive:
            poll.register(descriptor, select.POLLIN)
        return [alive[descriptor] for descriptor, _ in poll.poll(milliseconds)]

    def dismiss(self) -> None:
        """End the copies, whatever they are at."""
        for copy in self._copies:
            copy.end()
        if self._numbers >= 0:
            os.close(self._numbers)

    def work(self, end: int) -> None:
        """What a copy does."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one ends the others
        gc.disable()  # to look for cycles is to touch, and so to copy, all memory
        with suppress(OSError, AttributeError):  # not every system has it
            fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, _PIPE)
        while (number := self.take()) is not None:
            made = self._act(number)
            rest = memoryview(number.to_bytes(_NUMBER, "little") + len(made).to_bytes(_HEAD - _NUMBER, "little") + made)
            while rest:
                rest = rest[os.write(end, rest) :]


class _Copy:
    """A copy of this process; ``others`` were started before. OSError as it comes."""

    def __init__(self, crew: Crew, others: list[_Copy]) -> None:
        self.alive = True
        self.descriptor, end = os.pipe()
        self._come = bytearray()
        try:
            with catch_warnings():  # of other threads, which may hold a lock; a copy asks for none
                simplefilter("ignore", DeprecationWarning)
                self._process = os.fork()
        except OSError:
            os.close(self.descriptor)
            os.close(end)
            raise
        if self._process == 0:
            try:
                for copy in (*others, self):
                    os.close(copy.descriptor)  # so that a copy ends when nobody is left who reads what it does
                crew.work(end)
            finally:
                os._exit(0)  # what went wrong here will do so in the first process, which does what does not come
        os.close(end)

    def read(self) -> Iterator[tuple[int, bytes]]:
        """Read what there is; the number and the result of each that is complete."""
        content = os.read(self.descriptor, _READ)
        self.alive = bool(content)
        come = self._come
        come += content
        while len(come) >= _HEAD:
            number, length = int.from_bytes(come[:_NUMBER], "little"), int.from_bytes(come[_NUMBER:_HEAD], "little")
            if len(come) < _HEAD + length:
                break
            yield number, bytes(come[_HEAD : _HEAD + length])
            del come[: _HEAD + length]

    def end(self) -> None:
        """Kill it, if it has not ended."""
        os.close(self.descriptor)
        with suppress(OSError):  # whoever started this process may have it ignore the end of others; then it is gone
            if self.alive:  # else the number may be another's by now
                os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
