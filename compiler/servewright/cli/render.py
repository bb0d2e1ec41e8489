"""``servewright render``: compile, check, write."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from servewright.cli.schedules import cache_option, jobs_options, memory_of, schedule_of
from servewright.cli.session import (
    FAILED,
    Session,
    counts,
    exit_code,
    fail,
    failing,
    finding_options,
    involving,
    open_session,
    print_findings,
    select,
)
from servewright.parts.run import Order, Schedule, compile_parts
from servewright.write import update
from servewright.write.files import Tree

if TYPE_CHECKING:
    from servewright.cache.memory import Memory
    from servewright.cache.replay import Said
    from servewright.parts.shards import Shard

DESCRIPTION = """
Compile and check the specs, and write the tree.

PATH writes the files of these deployments and connections only, and deletes nothing.
With any error nothing is written at all.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or folder of deployments and connections")
    jobs_options(parser)
    cache_option(parser)
    instead = instead_options(parser)
    instead.add_argument(
        "--shard",
        type=_shard,
        metavar="K/N",
        help="compile every N-th file only, from the K-th on, and print what `servewright merge` takes",
    )
    instead.add_argument(
        "--watch", action="store_true", help="render again whenever an input is saved (needs servewright[watch])"
    )
    writing_options(parser)


def instead_options(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """--check and --stdout: what to do with the tree instead of writing it."""
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit with 1 if a file is wrong, missing or no longer produced",
    )
    instead.add_argument(
        "--stdout", action="store_true", help="print one YAML stream instead of writing; findings go to stderr"
    )
    return instead


def writing_options(parser: argparse.ArgumentParser) -> None:
    """Options of commands that write the tree."""
    parser.add_argument(
        "--allow-deletions", action="store_true", help="also remove the folder of a namespace that has nothing left"
    )
    finding_options(parser)


def run(options: argparse.Namespace) -> int:
    """Render; the exit code."""
    session = open_session(options.directory, "text" if options.stdout else options.format)
    if options.watch:
        from servewright.cli.watch import watch

        return watch(session, lambda session: _run(options, session))
    return _run(options, session)


def _run(options: argparse.Namespace, session: Session) -> int:
    selected = select(session, options.paths)
    memory = None
    if not options.check and not options.stdout and options.shard is None:  # what is checked is checked from scratch
        memory = memory_of(options, session, "render", whole=selected is None, tree=True)
    if memory is not None and (said := memory.said()) is not None:
        return _unchanged(said, session, options)
    if options.shard is not None:
        return _print_shard(options, session)
    return render(options, session, selected, schedule_of(options, memory), memory)


def render(
    options: argparse.Namespace,
    session: Session,
    selected: frozenset[str] | None,
    schedule: Schedule,
    memory: Memory | None = None,
) -> int:
    """Write, check or print the tree whose parts ``schedule`` makes; the exit code."""
    tree = Tree()
    outcome = compile_parts(session.repository, tree.take, schedule=schedule)
    diagnostics = involving((*outcome.diagnostics, *tree.diagnostics(outcome)), selected, session)
    numbers: dict[str, int] = {}
    as_found = False
    if not any(item.severity == "error" for item in diagnostics) and outcome.project is not None:
        chosen = None if selected is None else tree.selected(selected)
        if options.stdout:
            sys.stdout.write(tree.stream(selected))
        elif options.check:
            diagnostics += update.check(session.root, outcome.project, tree.files(), chosen)
        else:
            seen = memory.seen if memory is not None else {}
            deletions = options.allow_deletions
            more, numbers = update.update(
                session.root, outcome.project, tree.files(), chosen, allow_deletions=deletions, seen=seen
            )
            as_found, diagnostics = not more, diagnostics + more
    summary = counts(diagnostics, outcome.deployments, tree.objects, **numbers)
    if memory is not None and as_found:
        memory.keep(diagnostics, summary)
    print_findings(diagnostics, summary, session, options.format, objects_on_stdout=options.stdout)
    return exit_code(diagnostics, outcome, options.fail_on)


def _print_shard(options: argparse.Namespace, session: Session) -> int:
    """Print a shard; what is wrong is said when shards are merged."""
    if options.paths:
        fail("a shard is of the whole repository", "leave PATH out")
    from servewright.compilation import prepare
    from servewright.parts.shards import pack

    repository = session.repository
    order = Order(repository, prepare(repository), repository.deployments, True)
    sys.stdout.write(pack(options.shard, order, schedule_of(options)))
    files = len(options.shard.of(repository.deployments))
    sys.stderr.write(f"shard {options.shard}: {files} of {len(repository.deployments)} files\n")
    return 0


def _shard(text: str) -> Shard:
    number, slash, total = text.partition("/")
    if not (slash and number.isdecimal() and total.isdecimal() and text.isascii() and 1 <= int(number) <= int(total)):
        raise argparse.ArgumentTypeError(f"`{text}` is no shard: write K/N, like 1/4")
    from servewright.parts.shards import Shard

    return Shard(int(number), int(total))


def _unchanged(said: Said, session: Session, options: argparse.Namespace) -> int:
    """Say what the last run said: inputs and output are as it left them."""
    total = said.summary["written"] + said.summary["unchanged"]
    summary = {**said.summary, "written": 0, "unchanged": total, "deleted": 0}
    print_findings(said.diagnostics, summary, session, options.format)
    return FAILED if failing(said.diagnostics, options.fail_on) else 0
