"""``servewright validate``: compile and check, write nothing."""

from __future__ import annotations

import argparse

from servewright.cli.session import counts, exit_code, finding_options, involving, open_session, print_findings, select
from servewright.compilation import compile_each
from servewright.write.files import Tree

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
    tree = Tree(texts=False)
    outcome = compile_each(session.repository, tree.take)
    found = (*outcome.diagnostics, *tree.diagnostics(outcome))
    diagnostics = involving(found, select(session, options.paths), session)
    print_findings(diagnostics, counts(diagnostics, outcome.deployments, tree.objects), session, options.format)
    return exit_code(diagnostics, outcome, options.fail_on)
