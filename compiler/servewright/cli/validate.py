"""``servewright validate``: compile and check, write nothing."""

from __future__ import annotations

import argparse

from servewright.cli.session import counts, exit_code, finding_options, involving, open_session, print_findings, select
from servewright.diagnostics.finish import in_order
from servewright.write.files import tree_of

DESCRIPTION = """
Compile and check the specs; write nothing.

PATH selects deployments and connections: everything is read and cross-checked, and what involves the selection is
reported.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or folder of deployments and connections")
    parser.add_argument(
        "--kubeconform",
        choices=("off", "on", "require"),
        default="off",
        help="also ask kubeconform: on when it is installed, require it, or off (default: off)",
    )
    finding_options(parser)


def run(options: argparse.Namespace) -> int:
    """Validate; the exit code."""
    session = open_session(options.directory)
    selected = select(session, options.paths)
    files, found = tree_of(session.compilation)
    found = (*session.compilation.diagnostics, *found)
    numbers: dict[str, int] = {}
    if options.kubeconform != "off":
        from servewright.second_opinion.of_compilation import ask_kubeconform

        more, numbers = ask_kubeconform(session.compilation, files, required=options.kubeconform == "require")
        found = in_order((*found, *more))
    diagnostics = involving(found, selected, session)
    print_findings(diagnostics, counts(diagnostics, session.compilation, **numbers), session, options.format)
    return exit_code(diagnostics, session.compilation, options.fail_on)
