"""``servewright validate``: compile and check, write nothing."""

from __future__ import annotations

import argparse

from servewright.cli.session import counts, exit_code, finding_options, involving, open_session, print_findings, select
from servewright.write.files import tree_of

DESCRIPTION = """
Compile and check the specs; write nothing.

PATH selects deployments and connections: everything is read and cross-checked, and what involves the selection is
reported.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or folder of deployments and connections")
    finding_options(parser)


def run(options: argparse.Namespace) -> int:
    """Validate; the exit code."""
    session = open_session(options.directory, options.format)
    _, found = tree_of(session.compilation)
    diagnostics = involving((*session.compilation.diagnostics, *found), select(session, options.paths), session)
    print_findings(diagnostics, counts(diagnostics, session.compilation), session, options.format)
    return exit_code(diagnostics, session.compilation, options.fail_on)
