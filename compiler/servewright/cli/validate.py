"""``servewright validate``: compile and check, write nothing."""

from __future__ import annotations

import argparse

from servewright.cli.schedules import jobs_option, schedule_of
from servewright.cli.session import counts, exit_code, finding_options, involving, open_session, print_findings, select
from servewright.compilation import Compilation, Outcome, compile_repository
from servewright.diagnostics.finish import in_order
from servewright.parts.run import compile_parts, writer_for
from servewright.write.files import Tree

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
    jobs_option(parser)
    finding_options(parser)


def run(options: argparse.Namespace) -> int:
    """Validate; the exit code."""
    session = open_session(options.directory, options.format)
    selected = select(session, options.paths)
    asked = options.kubeconform != "off"
    tree = Tree()
    outcome: Outcome | Compilation
    numbers: dict[str, int] = {}
    if asked:
        from servewright.second_opinion.of_compilation import ask_kubeconform

        outcome = compile_repository(session.repository)
        writer = writer_for(texts=True)
        for unit in outcome.units:
            tree.take(writer.part_of(unit))
        more, numbers = ask_kubeconform(outcome, tree.files(), required=options.kubeconform == "require")
    else:
        outcome, more = compile_parts(session.repository, tree.take, texts=False, schedule=schedule_of(options)), ()
    found = in_order((*outcome.diagnostics, *tree.diagnostics(outcome), *more))
    diagnostics = involving(found, selected, session)
    summary = counts(diagnostics, outcome.deployments, tree.objects, **numbers)
    print_findings(diagnostics, summary, session, options.format)
    return exit_code(diagnostics, outcome, options.fail_on)
