"""Parts made by this process and by copies of it, as plain data that comes back through pipes."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence

from servewright.compilation import compile_file
from servewright.copies import MOST, Crew
from servewright.diagnostics.model import Source
from servewright.parts.codec import Codec, Packed
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule, writer_for

_SIZE = 16  # files of a chunk: some milliseconds, so that all processes end together


def by_copies(jobs: int, size: int = _SIZE) -> Schedule:
    """The schedule of this process and ``jobs`` - 1 copies, which end with it; ``size`` is the least of a chunk."""

    def schedule(order: Order) -> Iterator[Part]:
        step = max(size, -(-len(order.sources) // MOST))
        bench = _Bench(order, order.sources, step)
        crew = Crew(min(jobs, len(bench.chunks)) - 1, len(bench.chunks), bench.packed)
        try:
            yield from _in_order(bench, crew)
        finally:
            crew.dismiss()

    return schedule


def _in_order(bench: _Bench, crew: Crew) -> Iterator[Part]:
    """The parts of all chunks, of which some are made here."""
    made: dict[int, list[Part]] = {}  # here, too early
    come: dict[int, bytes] = {}  # from copies; parts take more memory, so they are made of it when it is their turn
    for number in range(len(bench.chunks)):
        while number not in made and number not in come:
            taken = crew.take()
            come.update(more := crew.results(wait=taken is None))
            if taken is None and not more:
                taken = number  # lost with a copy that was killed
            if taken == number:
                yield from bench.parts(number)
                made[number] = []
            elif taken is not None:
                made[taken] = list(bench.parts(taken))
        yield from made.pop(number) if number in made else bench.read(come.pop(number))


class Meanwhile:
    """The first parts of an order, of ``most`` files at most, which a copy of this process makes until ``stop``."""

    def __init__(self, order: Order, most: int, size: int = _SIZE) -> None:
        self._order = order
        self._size = size
        self._bench = _Bench(order, order.sources[:most], size)
        self._begun = len(self._bench.chunks)
        self._crew = Crew(1, self._begun, self._bench.packed)

    def stop(self) -> Order:
        """The order of what was not begun."""
        while (number := self._crew.take()) is not None:
            self._begun = min(self._begun, number)
        return self._order._replace(sources=self._order.sources[self._begun * self._size :])

    def parts(self) -> Iterator[Part]:
        """The parts that were begun."""
        come: dict[int, bytes] = {}
        for number in range(self._begun):
            while number not in come and (more := self._crew.results(wait=True)):
                come.update(more)
            yield from self._bench.read(come.pop(number)) if number in come else self._bench.parts(number)

    def dismiss(self) -> None:
        """End the copy, whatever it is at."""
        self._crew.dismiss()


class _Bench:
    """Where the parts of chunks are made, and packed if they have to be sent."""

    def __init__(self, order: Order, sources: Sequence[Source], size: int) -> None:
        self.chunks = [sources[at : at + size] for at in range(0, len(sources), size)]
        self._prepared = order.prepared
        self._codec = Codec(order.repository.sources, order.prepared.context)
        self._writer = writer_for(order.texts)

    def parts(self, number: int) -> Iterator[Part]:
        """Make the parts of a chunk."""
        for source in self.chunks[number]:
            yield self._writer.part(source, compile_file(source, self._prepared))

    def packed(self, number: int) -> bytes:
        """The parts of a chunk, to be sent."""
        return marshal.dumps(tuple(self._codec.pack(self.parts(number))))

    def read(self, packed: bytes) -> Iterator[Part]:
        """The parts that a copy of this process packed."""
        return self._codec.unpack(Packed(*marshal.loads(packed)))  # noqa: S302 - of our own
