"""Parts made by the workers of a Dask cluster.

All goes by value: the workers need servewright, and no file of the repository. Dask itself gives what a lost worker had
to another one; what it gives up on is made in this process.
"""

from __future__ import annotations

import asyncio
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from contextlib import closing, suppress
from pkgutil import resolve_name

from servewright import __version__
from servewright.diagnostics.model import Source
from servewright.hints import Any
from servewright.parts.chunks import (
    AHEAD,
    SIZE,
    Answer,
    Submit,
    Surroundings,
    call_of,
    in_chunks,
    made_of,
    other_version,
)
from servewright.parts.codec import Packed
from servewright.parts.copies import Meanwhile
from servewright.parts.part import Part
from servewright.parts.processes import COPIES, worth
from servewright.parts.run import Order, Schedule, ScheduleError

CONNECT = 5  # seconds to find the scheduler
PATIENCE = 10  # seconds without any worker until it is all made here; a nanny takes three to replace one
_LOOK = 1  # seconds between looks at who is there, while a result does not come
_MEANWHILE = 2000  # files, at most, that are compiled here before there is a connection
_PER_THREAD = 2  # chunks under way, so that none waits for the next
_MOST = 400  # files of a chunk: of three times the usual, scheduler and workers have 7 % less to do in all
_TURNS = 10  # chunks of a thread, at least, before they get larger, so that all threads end together
_FAILURES = (Exception, asyncio.CancelledError)  # what Dask raises comes from everywhere


def by_dask(address: str, say: Callable[[str], None], size: int = SIZE) -> Schedule:
    """The schedule of the cluster whose scheduler is at ``address`` (HOST:PORT).

    ``size`` is the least of a chunk. ``say`` is told in a line if the cluster is given up. ScheduleError if there is no such scheduler, or a worker has
    another servewright. Where there is nothing to make, nobody is asked.
    """

    def schedule(order: Order) -> Iterator[Part]:
        if not order.sources:
            return
        # While Dask is loaded and connects, which takes a quarter of a second, a copy of this process compiles.
        first = Meanwhile(order, _MEANWHILE if COPIES and worth(len(order.sources)) > 1 else 0)
        try:
            with closing(_Cluster(address, say)) as cluster:
                rest = first.stop()
                others = in_chunks(cluster.submit, *cluster.chunks(len(rest.sources), size))(rest)
                yield from first.parts()
                yield from others
        finally:
            first.dismiss()

    return schedule


class _Cluster:
    """A connection to a scheduler, as long as it is of use."""

    def __init__(self, address: str, say: Callable[[str], None]) -> None:
        self._say = say
        self._lost = False
        self._client, self._settings = _connect(address)
        self._executor = self._client.get_executor(pure=False)  # never another run's results
        self._seen = time.monotonic()  # when there last was a worker

    def chunks(self, files: int, least: int) -> tuple[int, int]:
        """How many files make a chunk, and how many chunks under way keep all workers busy."""
        threads = sum(self._workers().values())
        size = max(least, min(_MOST, files // (max(threads, 1) * _TURNS)))
        return size, max(_PER_THREAD * threads, AHEAD * least // size)

    def submit(self, surroundings: Surroundings, texts: bool) -> Submit:
        """What sends chunks; the surroundings are sent once, to every worker."""
        packed_here = pickle.dumps(surroundings)
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
            [packed] = self._client.scatter([packed_here], broadcast=True, hash=False)
        except _FAILURES as problem:
            reason = "it has no workers" if isinstance(problem, TimeoutError) else type(problem).__name__
            self._give_up(reason)

        def send(chunk: Sequence[Source]) -> _Pending:
            if self._lost:
                raise BrokenExecutor
            try:
                call = call_of(packed_here, texts, chunk)
                return _Pending(self._executor.submit(pickle.loads, call, buffers=[packed]), self)
            except _FAILURES as problem:  # there is nothing in this that depends on the chunk
                self._give_up(type(problem).__name__)
                raise BrokenExecutor from problem

        return send

    def wait(self, future: Future[Answer]) -> Packed:
        """What the cluster makes of a chunk; BrokenExecutor if that will not come."""
        while not self._lost:
            if not wait([future], _LOOK).done:
                self._look()
                continue
            self._seen = time.monotonic()
            try:
                answer = future.result()
            except _FAILURES as problem:
                if isinstance(problem, (ImportError, AttributeError)):  # it does not know what to call
                    self._compare()
                self._give_up(type(problem).__name__)
            else:
                return made_of(answer)
        raise BrokenExecutor

    def close(self) -> None:
        """Leave; what is still under way is of no use any more."""
        with suppress(*_FAILURES):
            self._client.close(timeout=1)
        self._settings.__exit__(None, None, None)

    def _look(self) -> None:
        """Give up when there has been no worker for a while: Dask itself would wait for ever."""
        if self._workers():
            self._seen = time.monotonic()
        if time.monotonic() - self._seen > PATIENCE:
            self._give_up("it has no workers any more")

    def _compare(self) -> None:
        """ScheduleError if a worker has no servewright, or another one."""
        for worker in self._workers():
            # A function of the standard library, which is there whatever servewright they have.
            question = self._executor.submit(resolve_name, "servewright:__version__", workers=[worker])
            try:
                theirs = question.result(CONNECT)
            except (ImportError, AttributeError):
                raise ScheduleError(
                    "a worker of the Dask cluster has no servewright",
                    f"install servewright {__version__} where the workers run",
                ) from None
            except _FAILURES:
                continue  # it is gone
            if theirs != __version__:
                raise other_version(theirs)

    def _workers(self) -> dict[str, int]:
        """Each worker with the number of its threads; none if the scheduler does not say."""
        with suppress(*_FAILURES):
            return dict(self._client.nthreads())
        return {}

    def _give_up(self, reason: str) -> None:
        if not self._lost:
            self._lost = True
            self._say(f"the Dask cluster is given up ({reason}): what is left is compiled here")


class _Pending:
    """A chunk that a cluster makes."""

    def __init__(self, future: Future[Answer], cluster: _Cluster) -> None:
        self._future = future
        self._cluster = cluster

    def result(self) -> Packed:
        """Wait for it."""
        return self._cluster.wait(self._future)


def _connect(address: str) -> tuple[Any, Any]:
    """A client of the scheduler, and settings to leave behind with it; ScheduleError says why there is none."""
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise ScheduleError(
            "`--executor` needs Dask distributed, which is not installed", "run `pip install 'servewright[dask]'`"
        ) from None
    hint = "start one with `dask scheduler`, or correct the address"
    host, _, port = address.rpartition(":")
    try:  # a plain connection first: Dask tries again and again, and does not say why
        socket.create_connection((host.strip("[]"), int(port)), CONNECT).close()
    except (OSError, UnicodeError) as problem:
        reason = "it does not answer" if isinstance(problem, TimeoutError) else getattr(problem, "strerror", None)
        raise ScheduleError(
            f"there is no Dask scheduler at {address}: {(reason or 'no such host').lower()}", hint
        ) from None
    connect: Any = Client  # its constructor has no types
    settings: Any = dask.config.set({"distributed.comm.timeouts.connect": CONNECT})
    clients: list[Any] = []

    def call() -> None:
        with suppress(*_FAILURES):
            clients.append(connect(f"tcp://{address}", timeout=CONNECT, set_as_default=False))

    # In a thread: for the greeting of something that never says a word, Dask waits for ever.
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(2 * CONNECT)
    if not clients:
        settings.__exit__(None, None, None)
        raise ScheduleError(f"what answers at {address} is no Dask scheduler", hint)
    return clients[0], settings
