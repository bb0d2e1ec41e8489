"""A run over all parts of a repository, in this process or wherever a schedule has them made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from servewright.check.rules import COPIES
from servewright.compilation import Conclusion, Outcome, Prepared, compile_file, prepare
from servewright.diagnostics.model import Source
from servewright.parts.part import Part, Writer, nothing
from servewright.record import NamedTuple
from servewright.repository import Repository


class Order(NamedTuple):
    """What is to be made: the part of each file of ``sources``, with the ``texts`` of its files or without."""

    repository: Repository
    prepared: Prepared
    sources: Sequence[Source]
    texts: bool


class ScheduleError(Exception):
    """Parts that cannot be made as was asked; the message says why, ``hint`` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint)  # both, so that it survives being sent from process to process
        self.hint = hint

    def __str__(self) -> str:
        return str(self.args[0])


# Makes the parts of an order, in its order.
Schedule = Callable[[Order], Iterator[Part]]


def compile_parts(
    repository: Repository, take: Callable[[Part], None], *, texts: bool = True, schedule: Schedule | None = None
) -> Outcome:
    """Compile a repository part by part, giving ``take`` each, and cross-check them at the end.

    What is taken and found is the same, in the same order, whatever the ``schedule`` (default: one after the other,
    in this process). Of what was taken only summaries and findings are kept.
    """
    prepared = prepare(repository)
    conclusion = Conclusion(prepared)
    for part in (schedule or one_by_one)(Order(repository, prepared, repository.deployments, texts)):
        take(part)
        conclusion.add(part.summaries, part.findings, part.waiving, part.deployments)
    return conclusion.outcome()


def one_by_one(order: Order) -> Iterator[Part]:
    """The schedule of one process."""
    writer = writer_for(order.texts)
    for source in order.sources:
        yield writer.part(source, compile_file(source, order.prepared))


def writer_for(texts: bool) -> Writer:
    """What gives parts their texts, or none."""
    if not texts:
        return Writer(nothing)
    from servewright.write.emit import Emitter

    return Writer(Emitter(COPIES).emit)
