"""Parts made by this process and by copies of it.

A copy starts with all that was read and prepared, so only numbers of chunks go to it, and plain data comes back. All
take turns: the numbers are in one pipe, and whoever reads the next makes that chunk. So each has something to do until
the end, however fast it is, and nobody waits for what another could do.
"""

from __future__ import annotations

import fcntl
import gc
import json
import marshal
import os
import select
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress

from servewright.compilation import Prepared, compile_file
from servewright.diagnostics.model import Source
from servewright.parts.codec import Codec, Plain
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule, one_by_one, writer_for

_SIZE = 16  # files of a chunk: some milliseconds, so that all processes end together
_NUMBER = 2  # bytes of a chunk's number
_MOST = 2048  # chunks: so their numbers take a page, which every pipe holds
_HEAD = 8  # bytes before the parts of a chunk: its number, and their length
_READ = 64 * 1024  # larger buffers are mapped and unmapped for each call, which takes longer than reading
_PIPE = 1024 * 1024  # as much as Linux gives everybody: a copy goes on while nobody reads what it made


def by_copies(jobs: int, size: int = _SIZE) -> Schedule:
    """The schedule of this process and ``jobs`` - 1 copies, which end with it; ``size`` is the least of a chunk.

    What a copy does not deliver, because it was killed, is made here.
    """

    def schedule(order: Order) -> Iterator[Part]:
        step = max(size, -(-len(order.sources) // _MOST))
        try:
            bench = _Bench(order, [order.sources[at : at + step] for at in range(0, len(order.sources), step)])
        except OSError:  # no more descriptors
            yield from one_by_one(order)
            return
        copies: list[_Copy] = []
        try:
            with suppress(OSError):  # no more processes: those that are there make it all
                while len(copies) < min(jobs, len(bench.chunks)) - 1:
                    copies.append(_Copy(bench, copies))
            yield from _in_order(bench, copies)
        finally:
            for copy in copies:
                copy.end()
            bench.close()

    return schedule


def _in_order(bench: _Bench, copies: Sequence[_Copy]) -> Iterator[Part]:
    """The parts of all chunks, of which some are made here."""
    made: dict[int, list[Part]] = {}  # here, too early
    come: dict[int, bytes] = {}  # from copies; parts take more memory, so they are made of it when it is their turn
    for number in range(len(bench.chunks)):
        while number not in made and number not in come:
            taken = bench.take()
            if taken is None and not any(copy.alive for copy in copies):
                taken = number  # lost with a copy that was killed
            if taken == number:
                yield from bench.parts(number)
                made[number] = []
            elif taken is not None:
                made[taken] = list(bench.parts(taken))
            for copy in _ready(copies, wait=taken is None):
                come.update(copy.chunks())
        yield from made.pop(number) if number in made else bench.read(come.pop(number))


def _ready(copies: Sequence[_Copy], *, wait: bool) -> list[_Copy]:
    """The copies that have something to read."""
    alive = [copy for copy in copies if copy.alive]
    poll = select.poll()
    for copy in alive:
        poll.register(copy.results, select.POLLIN)
    found = {descriptor for descriptor, _ in poll.poll(None if wait and alive else 0)}
    return [copy for copy in alive if copy.results in found]


class _Bench:
    """Where chunks are made, by whoever takes the next number."""

    def __init__(self, order: Order, chunks: Sequence[Sequence[Source]]) -> None:
        self.chunks = chunks
        self._prepared: Prepared = order.prepared
        self._codec = Codec(order.repository.sources, order.prepared.context)
        self._writer = writer_for(order.texts)
        self._numbers, end = os.pipe()
        os.write(end, b"".join(number.to_bytes(_NUMBER, "little") for number in range(len(chunks))))
        os.close(end)

    def take(self) -> int | None:
        """The number of a chunk that nobody makes yet; None if there is none."""
        return int.from_bytes(number, "little") if (number := os.read(self._numbers, _NUMBER)) else None

    def parts(self, number: int) -> Iterator[Part]:
        """Make the parts of a chunk."""
        for source in self.chunks[number]:
            yield self._writer.part(source, compile_file(source, self._prepared))

    def packed(self, number: int) -> bytes:
        """The parts of a chunk, to be sent."""
        plain: list[Plain] = []
        texts: list[str] = []
        for part in self.parts(number):
            plain.append(self._codec.encode(part))
            texts += [item.text for item in part.written]
        try:
            return marshal.dumps((plain, texts))
        except ValueError:  # a number that knows how it was written; to JSON it is one like any other
            return marshal.dumps((json.loads(json.dumps(plain)), texts))

    def read(self, packed: bytes) -> Iterator[Part]:
        """The parts that a copy of this process packed."""
        plain, texts = marshal.loads(packed)  # noqa: S302 - of our own
        at = 0
        for item in plain:
            end = at + len(item[1])
            yield self._codec.decode(item, texts[at:end])
            at = end

    def close(self) -> None:
        """Leave it."""
        os.close(self._numbers)


class _Copy:
    """A copy of this process that makes chunks of ``bench``; ``others`` were started before. OSError as it comes."""

    def __init__(self, bench: _Bench, others: Sequence[_Copy]) -> None:
        self.alive = True
        self.results, end = os.pipe()
        self._come = bytearray()
        try:
            self._process = os.fork()
        except OSError:
            os.close(self.results)
            os.close(end)
            raise
        if self._process == 0:
            try:
                for copy in (*others, self):
                    os.close(copy.results)  # so that a copy ends when nobody is left who reads what it makes
                _make_chunks(bench, end)
            finally:
                os._exit(0)  # what went wrong here will do so in the first process, which makes what does not come
        os.close(end)

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """Read what there is; the number and the parts of each chunk that is complete."""
        content = os.read(self.results, _READ)
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
        os.close(self.results)
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def _make_chunks(bench: _Bench, end: int) -> None:
    """Make chunks in a copy, and write them to ``end``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one ends the others
    gc.disable()  # to look for cycles is to touch, and so to copy, all memory
    with suppress(OSError, AttributeError):  # not everybody has it
        fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, _PIPE)
    while (number := bench.take()) is not None:
        packed = bench.packed(number)
        rest = memoryview(number.to_bytes(_NUMBER, "little") + len(packed).to_bytes(_HEAD - _NUMBER, "little") + packed)
        while rest:
            rest = rest[os.write(end, rest) :]
