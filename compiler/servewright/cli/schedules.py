"""How the work of a command is spread and spared: what --jobs, --executor and --no-cache say."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from servewright.cli.progress import in_ci, note, with_progress
from servewright.cli.session import fail
from servewright.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.cache.memory import Memory
    from servewright.cli.session import Session
    from servewright.parts.part import Part
    from servewright.parts.run import Order, Schedule

_WORTH_REMEMBERING = 100  # files: below, to look for what changed takes as long as to compile


def jobs_options(parser: argparse.ArgumentParser) -> None:
    """--jobs and --executor."""
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument(
        "--jobs",
        type=_jobs,
        default="auto",
        metavar="N",
        help="how many processes compile; auto (default): one, or all processors when there is enough to do",
    )
    workers.add_argument(
        "--executor",
        type=_executor,
        metavar="dask://HOST:PORT",
        help="have the workers of this Dask cluster compile (needs servewright[dask])",
    )


def cache_option(parser: argparse.ArgumentParser) -> None:
    """--no-cache."""
    parser.add_argument("--no-cache", action="store_true", help="compile everything again, and remember nothing of it")


def schedule_of(options: argparse.Namespace) -> Schedule:
    """The schedule that the options ask for; a person who waits sees how far it is."""
    return with_progress(_workers(options))


def _workers(options: argparse.Namespace) -> Schedule:
    if options.executor is not None:
        return _cluster(options.executor)
    return _automatic if options.jobs == "auto" else _processes(options.jobs)


def memory_of(
    options: argparse.Namespace, session: Session, command: str, *, everything: bool, whole: bool, tree: bool
) -> Memory | None:
    """What earlier runs left; None when it is not to be used. The rest is as for :class:`Memory`.

    In continuous integration nothing is trusted but the commit: a clone that is fresh has no cache, one that is not
    may have anybody's.
    """
    repository = session.repository
    if options.no_cache or in_ci() or len(repository.deployments) < _WORTH_REMEMBERING:
        return None
    from servewright.cache.fingerprint import Inputs
    from servewright.cache.memory import Memory
    from servewright.cache.store import open_store

    inputs = Inputs(repository)
    store = open_store(session.root, os.environ) if inputs.usable else None
    if store is None:
        return None
    return Memory(store, session.root, repository, inputs, command, everything=everything, whole=whole, tree=tree)


def _jobs(text: str) -> int | str:
    if text == "auto":
        return text
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 512:
        raise argparse.ArgumentTypeError(f"`{text}` is neither a number from 1 to 512 nor `auto`")
    return int(text)


_ADDRESS = r"dask://((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5}))/?"


def _executor(text: str) -> str:
    """HOST:PORT of a scheduler."""
    import re

    if text.startswith(("tls://", "dask+tls://")):
        raise argparse.ArgumentTypeError(
            "TLS to a Dask scheduler is not supported: write dask://HOST:PORT, in a network that you trust"
        )
    found = re.fullmatch(_ADDRESS, text)
    if found is None or not 1 <= int(found[2]) <= 65535:
        raise argparse.ArgumentTypeError(f"`{text}` is no address of a Dask scheduler: write dask://HOST:PORT")
    return found[1]


def _automatic(order: Order) -> Iterator[Part]:
    from servewright.parts.processes import worth

    return _processes(worth(len(order.sources)))(order)


def _processes(jobs: int) -> Schedule:
    if jobs == 1:
        from servewright.parts.run import one_by_one

        return one_by_one
    from servewright.parts.processes import by_processes

    return by_processes(jobs)


def _cluster(address: str) -> Schedule:
    def schedule(order: Order) -> Iterator[Part]:
        import logging
        import warnings

        from servewright.parts.dask import by_dask
        from servewright.parts.run import ScheduleError

        # What Dask has to say of connections that come and go is for its own users; ours are told how it ends.
        disabled = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield from by_dask(address, note)(order)
        except ScheduleError as problem:
            fail(str(problem), problem.hint)
        finally:
            logging.disable(disabled)

    return schedule
