"""Parts made elsewhere: files go out in chunks, parts come back in the order of the files."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from threading import Lock

from servewright import __version__
from servewright.compilation import compile_file, prepare
from servewright.diagnostics.model import Source
from servewright.hints import Protocol
from servewright.parts.codec import Codec, Packed
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule, ScheduleError, one_by_one, writer_for
from servewright.record import NamedTuple
from servewright.repository import Repository

SIZE = 125  # files of a chunk: enough to make sending it cheap, few enough that processes end together
AHEAD = 16  # chunks under way: what comes back too early has to wait in memory


class Surroundings(NamedTuple):
    """What every chunk is compiled against: Project, catalog, and the files that may hold a connection."""

    project: Source | None
    catalog: tuple[Source, ...]
    connections: tuple[Source, ...]

    @classmethod
    def of(cls, order: Order) -> Surroundings:
        """Those of an order."""
        return cls(order.repository.project, order.repository.catalog, order.prepared.holding)


class Workshop:
    """Makes the parts of chunks, one chunk after the other; what they share is made once."""

    def __init__(self, surroundings: Surroundings, texts: bool) -> None:
        project, catalog, connections = surroundings
        self._repository = Repository(project, catalog, connections)
        self._prepared = prepare(self._repository)
        self._writer = writer_for(texts)
        self._catalog = {source.path: source for source in (*catalog, *((project,) if project else ()))}

    def make(self, chunk: Sequence[Source]) -> Packed:
        """The parts of these files."""
        early = {source.path: source for source in self._repository.deployments}
        sources = {**self._catalog, **early, **{source.path: source for source in chunk}}
        codec = Codec(sources, self._prepared.context)
        return codec.pack(self._writer.part(source, compile_file(source, self._prepared)) for source in chunk)


class Pending(Protocol):
    """A chunk that is being made elsewhere, as a Future of the standard's kind."""

    def result(self) -> Packed:
        """Wait for it. BrokenExecutor or CancelledError: it will not come, and no other will."""


Submit = Callable[[Sequence[Source]], Pending]


def in_chunks(submit: Callable[[Surroundings, bool], Submit], size: int = SIZE, ahead: int = AHEAD) -> Schedule:
    """The schedule that has chunks made by what ``submit`` gives for an order's surroundings.

    Up to ``ahead`` chunks are under way, the first ones as soon as it is called. What nobody makes elsewhere is made in
    this process.
    """

    def schedule(order: Order) -> Iterator[Part]:
        try:
            send = submit(Surroundings.of(order), order.texts)
        except BrokenExecutor:
            return one_by_one(order)
        codec = Codec(order.repository.sources, order.prepared.context)
        waiting: deque[tuple[Sequence[Source], Pending | None]] = deque()
        chunks = iter([order.sources[at : at + size] for at in range(0, len(order.sources), size)])
        broken = False

        def fill() -> None:
            nonlocal broken
            while len(waiting) < ahead and (chunk := next(chunks, None)) is not None:
                future = None
                if not broken:
                    try:
                        future = send(chunk)
                    except BrokenExecutor:
                        broken = True
                waiting.append((chunk, future))

        def parts() -> Iterator[Part]:
            nonlocal broken
            while waiting:
                chunk, future = waiting.popleft()
                made = None
                try:
                    made = future.result() if future is not None else None
                except (BrokenExecutor, CancelledError):
                    broken = True  # a worker was killed: what it had is made here, and so is the rest
                fill()
                yield from one_by_one(order._replace(sources=chunk)) if made is None else codec.unpack(made)

        fill()
        return parts()

    return schedule


def by_executor(executor: Executor, size: int = SIZE) -> Schedule:
    """The schedule that any executor of the standard's kind carries out; each chunk takes its surroundings along."""

    def submit(surroundings: Surroundings, texts: bool) -> Submit:
        packed = pickle.dumps(surroundings)

        def send(chunk: Sequence[Source]) -> Pending:
            return _Asked(executor.submit(pickle.loads, call_of(packed, texts, chunk), buffers=[packed]))

        return send

    return in_chunks(submit, size)


class _Asked(NamedTuple):
    """A chunk that an executor has."""

    future: Future[Answer]

    def result(self) -> Packed:
        """Wait for it."""
        return made_of(self.future.result())


# The fields of ``Packed``, or the version of a servewright that is another.
Answer = tuple[list[bytes], list[str], list[str]] | str


def call_of(packed: bytes, texts: bool, chunk: Sequence[Source]) -> bytes:
    """What makes the parts of a chunk when it is unpickled, given ``buffers=[packed]``, the surroundings.

    So what goes through an executor, and comes back, is bytes and plain values, and the function that it calls is
    Python's own. Whatever passes it on needs no servewright, and a worker without it answers with an error, where some
    executors end a worker that is sent what it does not know.
    """
    return pickle.dumps(_Call(packed, texts, chunk), 5, buffer_callback=lambda buffer: None)


def made_of(answer: Answer) -> Packed:
    """The parts; ScheduleError if there are none, because the worker's servewright is another."""
    if isinstance(answer, str):
        raise other_version(answer)
    return Packed(*answer)


def other_version(theirs: str) -> ScheduleError:
    """The error that a worker has another servewright: what it makes must not come between."""
    return ScheduleError(
        f"a worker has servewright {theirs}, and this is {__version__}",
        "install the same version for the workers and here",
    )


class _Call:
    def __init__(self, packed: bytes, texts: bool, chunk: Sequence[Source]) -> None:
        self._arguments = __version__, pickle.PickleBuffer(packed), texts, tuple(chunk)

    def __reduce__(self) -> tuple[object, ...]:
        return make_chunk, self._arguments


_lock = Lock()  # a workshop makes one chunk at a time, and some executors call from several threads
_workshops: dict[tuple[bytes, bool], Workshop] = {}


def make_chunk(version: str, packed: bytes, texts: bool, chunk: tuple[Source, ...]) -> Answer:
    """The parts of a chunk, in whatever process this is called; the last surroundings are remembered."""
    if version != __version__:
        return __version__
    packed = bytes(packed)  # it may have become another kind of buffer on its way
    with _lock:
        workshop = _workshops.get((packed, texts))
        if workshop is None:
            _workshops.clear()
            workshop = _workshops[packed, texts] = Workshop(pickle.loads(packed), texts)  # noqa: S301 - of our caller
        made = workshop.make(chunk)
    return made.plain, made.texts, made.digests
