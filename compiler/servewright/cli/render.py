"""``servewright render``: compile, check, write."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

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
    namespace_option,
    open_session,
    print_findings,
    select,
)
from servewright.cli.shards import print_shard, shard_option
from servewright.diagnostics.model import Diagnostic
from servewright.hints import TYPE_CHECKING
from servewright.write.files import EVERYTHING, Selection, Tree, nothing_selected

if TYPE_CHECKING:
    from servewright.cache.memory import Memory
    from servewright.cache.replay import Said
    from servewright.parts.run import Schedule

DESCRIPTION = """
Compile and check the specs, and write the tree.

PATH writes the files of these deployments and connections only, and deletes nothing.
With any error nothing is written at all.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or folder of deployments and connections")
    namespace_option(parser)
    jobs_options(parser)
    cache_option(parser)
    instead = instead_options(parser)
    shard_option(instead)
    instead.add_argument(
        "--watch", action="store_true", help="render again whenever an input is saved (needs servewright[watch])"
    )
    writing_options(parser)


def selection_of(options: argparse.Namespace, session: Session) -> Selection:
    """What PATH and --namespace select together."""
    namespaces = frozenset(filter(None, options.namespace.split(","))) or None
    return Selection(select(session, options.paths), namespaces)


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
        "--allow-deletions",
        action="store_true",
        help="also remove the folder of a namespace that has nothing left; or empty the tree, if nothing is left at all",
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
    selection = selection_of(options, session)
    memory = None
    if not options.check and not options.stdout and options.shard is None:  # what is checked is checked from scratch
        everything = selection == EVERYTHING
        # What --allow-deletions would remove, the last run may have left without a word.
        whole = everything and not options.allow_deletions
        memory = memory_of(options, session, "render", everything=everything, whole=whole, tree=True)
    if memory is not None and (said := memory.said()) is not None:
        return _unchanged(said, session, options)
    if options.shard is not None:
        return print_shard(options, session, selection == EVERYTHING, schedule_of(options))
    return render(options, session, selection, schedule_of(options), memory)


def render(
    options: argparse.Namespace,
    session: Session,
    selection: Selection,
    schedule: Schedule,
    memory: Memory | None = None,
) -> int:
    """Write, check or print the tree whose parts ``schedule`` makes; the exit code."""
    from servewright.parts.run import compile_parts  # not before it is known that something has changed
    from servewright.write import update

    tree = Tree()
    if memory is None:
        outcome = compile_parts(session.repository, tree.take, schedule=schedule)
    else:
        outcome = memory.compile(tree, schedule)
    # Of a whole tree, the disk says whether it may have become empty.
    may_be_empty = selection == EVERYTHING and not options.stdout
    found = (*outcome.diagnostics, *tree.diagnostics(outcome, may_be_empty=may_be_empty))
    diagnostics = concerning(found, selection, tree, session)
    numbers: dict[str, int] = {}
    as_found = False
    if not any(item.severity == "error" for item in diagnostics) and outcome.project is not None:
        refuse_empty(selection, tree)
        chosen = None if selection == EVERYTHING else tree.selected(selection)
        if options.stdout:
            text = tree.stream(selection)
            sys.stdout.write(text)
            diagnostics += () if text else nothing_selected(outcome)
        elif options.check:
            diagnostics += update.check(session.root, outcome.project, tree.files(), chosen, digests=tree.digests())
        else:
            seen = memory.seen if memory is not None else {}
            more, numbers = update.update(
                session.root,
                outcome.project,
                tree.files(),
                chosen,
                allow_deletions=options.allow_deletions,
                digests=tree.digests(),
                seen=seen,
                settled=tree.settled,
            )
            as_found, diagnostics = not more, diagnostics + more
    summary = counts(diagnostics, outcome.deployments, tree.objects, **numbers)
    if memory is not None and as_found:
        memory.keep(diagnostics, summary)
    print_findings(diagnostics, summary, session, options.format, objects_on_stdout=options.stdout)
    return exit_code(diagnostics, outcome, options.fail_on, may_be_empty=may_be_empty)


def _unchanged(said: Said, session: Session, options: argparse.Namespace) -> int:
    """Say what the last run said: inputs and output are as it left them."""
    total = said.summary["written"] + said.summary["unchanged"]
    summary = {**said.summary, "written": 0, "unchanged": total, "deleted": 0}
    print_findings(said.diagnostics, summary, session, options.format)
    return FAILED if failing(said.diagnostics, options.fail_on) else 0


def concerning(
    diagnostics: Sequence[Diagnostic], selection: Selection, tree: Tree, session: Session
) -> tuple[Diagnostic, ...]:
    """The findings of a selection. Of one by namespace all errors: what has an error may belong to any namespace, and
    what is left out of the output is deleted from the cluster.
    """
    inputs, namespaces = selection
    if namespaces is None:
        return involving(diagnostics, inputs, session)
    files = tree.inputs_of(namespaces)
    kept = set(map(id, involving(diagnostics, files if inputs is None else files & inputs, session)))
    return tuple(item for item in diagnostics if item.severity == "error" or id(item) in kept)


def refuse_empty(selection: Selection, tree: Tree) -> None:
    """A namespace that nothing belongs to is a typing error, or would be emptied without anybody having said so."""
    for namespace in sorted(selection.namespaces or ()):
        inputs = tree.inputs_of((namespace,))
        if not inputs or (selection.inputs is not None and inputs.isdisjoint(selection.inputs)):
            from servewright.diagnostics.escape import visible
            from servewright.diagnostics.short import short

            called = visible(short(namespace, 80))
            fail(f"nothing that is selected belongs to the namespace `{called}`", "name a namespace of the deployments")
