"""Parts made by several processes of this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context

from servewright.diagnostics.model import Source
from servewright.parts.chunks import Made, Submit, Surroundings, Workshop, in_chunks
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule

_workshop: Workshop | None = None


def by_processes(jobs: int) -> Schedule:
    """The schedule of ``jobs`` processes, which end with it."""

    def schedule(order: Order) -> Iterator[Part]:
        pool: ProcessPoolExecutor | None = None

        def submit(surroundings: Surroundings, texts: bool) -> Submit:
            nonlocal pool
            # Started when the first chunk is sent. A copy of this process has the package loaded already.
            method = "fork" if "fork" in get_all_start_methods() else "spawn"
            try:
                pool = ProcessPoolExecutor(jobs, get_context(method), _set_up, (surroundings, texts))
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
    def send(chunk: Sequence[Source]) -> Future[Made]:
        return pool.submit(_make, tuple(chunk))

    return send


def _set_up(surroundings: Surroundings, texts: bool) -> None:
    global _workshop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one ends the others
    _workshop = Workshop(surroundings, texts)


def _make(chunk: tuple[Source, ...]) -> Made:
    assert _workshop is not None
    return _workshop.make(chunk)


def available() -> int:
    """How many processors this process may use: those of the machine, of its mask, and of its control group."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        count = os.cpu_count() or 1
    return max(1, min(count, _quota("/sys/fs/cgroup/cpu.max") or count))


def _quota(path: str) -> int | None:
    """Processors that the control group (version 2) grants, rounded up; None without a limit."""
    try:
        with open(path, encoding="ascii") as file:
            quota, period = file.read().split()
        return None if quota == "max" else -(-int(quota) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None
