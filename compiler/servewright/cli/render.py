"""``servewright render``: compile, check, write."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from servewright.cli.session import (
    Session,
    counts,
    exit_code,
    fail,
    finding_options,
    involving,
    open_session,
    print_findings,
    select,
)
from servewright.compilation import compile_each
from servewright.diagnostics.model import Diagnostic
from servewright.write import update
from servewright.write.files import EVERYTHING, Selection, Tree, nothing_selected

DESCRIPTION = """
Compile and check the specs, and write the tree.

PATH writes the files of these deployments and connections only, and deletes nothing; --namespace those of a namespace.
With any error nothing is written at all.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or folder of deployments and connections")
    parser.add_argument(
        "--namespace", metavar="NS,…", default="", help="only what belongs to these namespaces, separated by commas"
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit with 1 if a file is wrong, missing or no longer produced",
    )
    instead.add_argument(
        "--stdout", action="store_true", help="print one YAML stream instead of writing; findings go to stderr"
    )
    parser.add_argument(
        "--allow-deletions", action="store_true", help="also remove the folder of a namespace that has nothing left"
    )
    finding_options(parser)


def run(options: argparse.Namespace) -> int:
    """Render; the exit code."""
    session = open_session(options.directory, "text" if options.stdout else options.format)
    tree = Tree()
    outcome = compile_each(session.repository, tree.take)
    namespaces = frozenset(filter(None, options.namespace.split(","))) or None
    selection = Selection(select(session, options.paths), namespaces)
    diagnostics = _concerning((*outcome.diagnostics, *tree.diagnostics(outcome)), selection, tree, session)
    numbers: dict[str, int] = {}
    if not any(item.severity == "error" for item in diagnostics) and outcome.project is not None:
        _refuse_empty(selection, tree)
        chosen = None if selection == EVERYTHING else tree.selected(selection)
        if options.stdout:
            text = tree.stream(selection)
            sys.stdout.write(text)
            diagnostics += () if text else nothing_selected(outcome)
        elif options.check:
            diagnostics += update.check(session.root, outcome.project, tree.files(), chosen)
        else:
            more, numbers = update.update(
                session.root, outcome.project, tree.files(), chosen, allow_deletions=options.allow_deletions
            )
            diagnostics += more
    summary = counts(diagnostics, outcome.deployments, tree.objects, **numbers)
    print_findings(diagnostics, summary, session, options.format, objects_on_stdout=options.stdout)
    return exit_code(diagnostics, outcome, options.fail_on)


def _concerning(
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


def _refuse_empty(selection: Selection, tree: Tree) -> None:
    """A namespace that nothing belongs to is a typing error, or would be emptied without anybody having said so."""
    for namespace in sorted(selection.namespaces or ()):
        inputs = tree.inputs_of((namespace,))
        if not inputs or (selection.inputs is not None and inputs.isdisjoint(selection.inputs)):
            from servewright.diagnostics.escape import visible
            from servewright.diagnostics.short import short

            called = visible(short(namespace, 80))
            fail(f"nothing that is selected belongs to the namespace `{called}`", "name a namespace of the deployments")
