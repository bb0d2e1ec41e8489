"""Parts made by processes that Python starts, where a process cannot be copied."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_context

from servewright.diagnostics.model import Source
from servewright.parts.chunks import Submit, Surroundings, Workshop, in_chunks
from servewright.parts.codec import Packed
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule

_workshop: Workshop | None = None


def by_pool(jobs: int) -> Schedule:
    """The schedule of ``jobs`` processes, which end with it."""

    def schedule(order: Order) -> Iterator[Part]:
        pool: ProcessPoolExecutor | None = None

        def submit(surroundings: Surroundings, texts: bool) -> Submit:
            nonlocal pool
            try:
                pool = ProcessPoolExecutor(jobs, get_context("spawn"), _set_up, (surroundings, texts))
            except (OSError, ImportError, NotImplementedError) as error:  # a container without semaphores
                raise BrokenExecutor from error
            return _sender(pool)

        try:
            yield from in_chunks(submit)(order)
        finally:
            if pool is not None:
                pool.shutdown(cancel_futures=True)

    return schedule


def _sender(pool: ProcessPoolExecutor) -> Submit:
    def send(chunk: Sequence[Source]) -> Future[Packed]:
        return pool.submit(_make, tuple(chunk))

    return send


def _set_up(surroundings: Surroundings, texts: bool) -> None:
    global _workshop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one ends the others
    _workshop = Workshop(surroundings, texts)


def _make(chunk: tuple[Source, ...]) -> Packed:
    assert _workshop is not None
    return _workshop.make(chunk)
