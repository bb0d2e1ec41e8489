"""Parts made elsewhere: files go out in chunks, parts come back in the order of the files."""
# No `from __future__ import annotations` beside records: NamedTuple would compile the text of each annotation.

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future

from servewright.compilation import compile_file, prepare
from servewright.diagnostics.model import Source
from servewright.parts.codec import Codec
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule, one_by_one, writer_for
from servewright.record import NamedTuple
from servewright.repository import Repository

SIZE = 125  # files of a chunk: enough to make sending it cheap, few enough that processes end together
_AHEAD = 16  # chunks under way: what comes back too early has to wait in memory


class Made(NamedTuple):
    """The parts of a chunk: what ``Codec`` makes of them as JSON, and the texts of their files."""

    plain: bytes
    texts: list[str]


class Surroundings(NamedTuple):
    """What every chunk is compiled against: Project, catalog, and the files that may hold a connection."""

    project: Source | None
    catalog: tuple[Source, ...]
    connections: tuple[Source, ...]

    @classmethod
    def of(cls, order: Order) -> "Surroundings":
        """Those of an order."""
        repository, early = order.repository, order.prepared.early
        return cls(repository.project, repository.catalog, tuple(s for s in repository.deployments if s.path in early))


class Workshop:
    """Makes the parts of chunks, one chunk after the other; what they share is made once."""

    def __init__(self, surroundings: Surroundings, texts: bool) -> None:
        project, catalog, connections = surroundings
        self._repository = Repository(project, catalog, connections)
        self._prepared = prepare(self._repository)
        self._writer = writer_for(texts)
        self._catalog = {source.path: source for source in (*catalog, *((project,) if project else ()))}

    def make(self, chunk: Sequence[Source]) -> Made:
        """The parts of these files."""
        early = {source.path: source for source in self._repository.deployments}
        sources = {**self._catalog, **early, **{source.path: source for source in chunk}}
        codec = Codec(sources, self._prepared.context)
        texts: list[str] = []
        plain = []
        for source in chunk:
            part = self._writer.part(source, compile_file(source, self._prepared))
            plain.append(codec.encode(part))
            texts += (item.text for item in part.written)
        return Made(json.dumps(plain, separators=(",", ":"), check_circular=False).encode(), texts)


Submit = Callable[[Sequence[Source]], "Future[Made]"]


def in_chunks(submit: Callable[[Surroundings, bool], Submit], size: int = SIZE) -> Schedule:
    """The schedule that has chunks made by what ``submit`` gives for an order's surroundings."""

    def schedule(order: Order) -> Iterator[Part]:
        try:
            send = submit(Surroundings.of(order), order.texts)
        except BrokenExecutor:
            yield from one_by_one(order)
            return
        every = {source.path: source for source in (*order.repository.catalog, *order.repository.deployments)}
        if order.repository.project is not None:
            every[order.repository.project.path] = order.repository.project
        codec = Codec(every, order.prepared.context)
        waiting: deque[tuple[Sequence[Source], Future[Made] | None]] = deque()
        chunks = iter([order.sources[at : at + size] for at in range(0, len(order.sources), size)])
        broken = False

        def fill() -> None:
            nonlocal broken
            while len(waiting) < _AHEAD and (chunk := next(chunks, None)) is not None:
                future = None
                if not broken:
                    try:
                        future = send(chunk)
                    except BrokenExecutor:
                        broken = True
                waiting.append((chunk, future))

        fill()
        while waiting:
            chunk, future = waiting.popleft()
            made = None
            try:
                made = future.result() if future is not None else None
            except BrokenExecutor:  # a worker was killed: what it had is made here, and so is the rest
                broken = True
            fill()
            yield from one_by_one(order._replace(sources=chunk)) if made is None else _parts(made, codec)

    return schedule


def _parts(made: Made, codec: Codec) -> Iterator[Part]:
    at = 0
    for plain in json.loads(made.plain):
        end = at + len(plain[1])
        yield codec.decode(plain, made.texts[at:end])
        at = end


def by_executor(executor: Executor, size: int = SIZE) -> Schedule:
    """The schedule that any executor of the standard's kind carries out; each chunk takes its surroundings along."""

    def submit(surroundings: Surroundings, texts: bool) -> Submit:
        return lambda chunk: executor.submit(make_chunk, surroundings, texts, tuple(chunk))

    return in_chunks(submit, size)


_workshops: dict[tuple[Surroundings, bool], Workshop] = {}


def make_chunk(surroundings: Surroundings, texts: bool, chunk: tuple[Source, ...]) -> Made:
    """The parts of a chunk, in whatever process this is called; the last surroundings are remembered."""
    workshop = _workshops.get((surroundings, texts))
    if workshop is None:
        _workshops.clear()
        workshop = _workshops[surroundings, texts] = Workshop(surroundings, texts)
    return workshop.make(chunk)
