"""``servewright render``: compile, check, write."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.session import counts, exit_code, finding_options, involving, open_session, print_findings, select
from servewright.write import update
from servewright.write.files import selected_files, stream_of, tree_of

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
    finding_options(parser)


def run(options: argparse.Namespace) -> int:
    """Render; the exit code."""
    session = open_session(options.directory, "text" if options.stdout else options.format)
    compilation = session.compilation
    selected = select(session, options.paths)
    files, found = tree_of(compilation)
    diagnostics = involving((*compilation.diagnostics, *found), selected, session)
    numbers: dict[str, int] = {}
    if not any(item.severity == "error" for item in diagnostics) and compilation.project is not None:
        chosen = None if selected is None else selected_files(compilation, selected)
        if options.stdout:
            sys.stdout.write(stream_of(compilation, selected))
        elif options.check:
            diagnostics += update.check(session.root, compilation.project, files, chosen)
        else:
            more, numbers = update.update(
                session.root, compilation.project, files, chosen, allow_deletions=options.allow_deletions
            )
            diagnostics += more
    summary = counts(diagnostics, compilation, **numbers)
    print_findings(diagnostics, summary, session, options.format, objects_on_stdout=options.stdout)
    return exit_code(diagnostics, compilation, options.fail_on)
