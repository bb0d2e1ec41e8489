"""How the work of a command is spread: what --jobs says."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule, one_by_one

_WORTH_IT = 1000  # files: below, to start processes takes longer than they save


def jobs_option(parser: argparse.ArgumentParser) -> None:
    """--jobs."""
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default="auto",
        metavar="N",
        help="how many processes compile; auto (default): one, or all processors when there is enough to do",
    )


def schedule_of(options: argparse.Namespace) -> Schedule:
    """The schedule that the options ask for."""
    if options.jobs == "auto":
        return _automatic
    return one_by_one if options.jobs == 1 else _processes(options.jobs)


def _jobs(text: str) -> int | str:
    if text == "auto":
        return text
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 512:
        raise argparse.ArgumentTypeError(f"`{text}` is neither a number from 1 to 512 nor `auto`")
    return int(text)


def _automatic(order: Order) -> Iterator[Part]:
    if len(order.sources) < _WORTH_IT:
        return one_by_one(order)
    from servewright.parts.processes import available

    jobs = available()
    return one_by_one(order) if jobs == 1 else _processes(jobs)(order)


def _processes(jobs: int) -> Schedule:
    from servewright.parts.processes import by_processes  # which loads what Python has for processes: 20 ms

    return by_processes(jobs)
