"""``servewright render``: compile, check, write."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.schedules import jobs_option, schedule_of
from servewright.cli.session import counts, exit_code, finding_options, involving, open_session, print_findings, select
from servewright.parts.run import compile_parts
from servewright.write import update
from servewright.write.files import Tree

DESCRIPTION = """
Compile and check the specs, and write the tree.

PATH writes the files of these deployments and connections only, and deletes nothing.
With any error nothing is written at all.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or folder of deployments and connections")
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
    jobs_option(parser)
    finding_options(parser)


def run(options: argparse.Namespace) -> int:
    """Render; the exit code."""
    session = open_session(options.directory, "text" if options.stdout else options.format)
    tree = Tree()
    outcome = compile_parts(session.repository, tree.take, schedule=schedule_of(options))
    selected = select(session, options.paths)
    diagnostics = involving((*outcome.diagnostics, *tree.diagnostics(outcome)), selected, session)
    numbers: dict[str, int] = {}
    if not any(item.severity == "error" for item in diagnostics) and outcome.project is not None:
        chosen = None if selected is None else tree.selected(selected)
        if options.stdout:
            sys.stdout.write(tree.stream(selected))
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
