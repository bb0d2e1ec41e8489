"""``servewright validate``: compile and check, write nothing."""

from __future__ import annotations

import argparse

from servewright.cli.schedules import cache_option, jobs_options, memory_of, schedule_of
from servewright.cli.session import (
    FAILED,
    Session,
    counts,
    exit_code,
    failing,
    finding_options,
    involving,
    open_session,
    print_findings,
    select,
)
from servewright.compilation import compile_repository
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
    jobs_options(parser)
    cache_option(parser)
    finding_options(parser)


def run(options: argparse.Namespace) -> int:
    """Validate; the exit code."""
    session = open_session(options.directory, options.format)
    selected = select(session, options.paths)
    if options.kubeconform != "off":
        return _with_second_opinion(options, session, selected)
    memory = memory_of(options, session, "validate", whole=selected is None, tree=False)
    if memory is not None and (said := memory.said()) is not None:
        print_findings(said.diagnostics, said.summary, session, options.format)
        return FAILED if failing(said.diagnostics, options.fail_on) else 0
    tree = Tree()
    schedule = schedule_of(options, memory)
    outcome = compile_parts(session.repository, tree.take, texts=False, schedule=schedule)
    diagnostics = involving((*outcome.diagnostics, *tree.diagnostics(outcome)), selected, session)
    summary = counts(diagnostics, outcome.deployments, tree.objects)
    code = exit_code(diagnostics, outcome, options.fail_on)
    if memory is not None and code == (FAILED if failing(diagnostics, options.fail_on) else 0):
        memory.keep(diagnostics, summary)  # what is wrong is in the deployments, not in the Project
    print_findings(diagnostics, summary, session, options.format)
    return code


def _with_second_opinion(options: argparse.Namespace, session: Session, selected: frozenset[str] | None) -> int:
    """Validate, and ask kubeconform about the files."""
    from servewright.second_opinion.of_compilation import ask_kubeconform

    compilation = compile_repository(session.repository)
    tree, writer = Tree(), writer_for(texts=True)
    for unit in compilation.units:
        tree.take(writer.part_of(unit))
    more, numbers = ask_kubeconform(compilation, tree.files(), required=options.kubeconform == "require")
    found = in_order((*compilation.diagnostics, *tree.diagnostics(compilation), *more))
    diagnostics = involving(found, selected, session)
    print_findings(
        diagnostics, counts(diagnostics, compilation.deployments, tree.objects, **numbers), session, options.format
    )
    return exit_code(diagnostics, compilation, options.fail_on)
