"""``servewright validate``: compile and check, write nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from servewright.cli.schedules import cache_option, jobs_options, memory_of, schedule_of
from servewright.cli.session import (
    FAILED,
    Session,
    counts,
    exit_code,
    failing,
    finding_options,
    involving,
    namespace_option,
    open_session,
    print_findings,
    select,
)
from servewright.diagnostics.finish import in_order
from servewright.diagnostics.model import Diagnostic
from servewright.write.files import Tree

DESCRIPTION = """
Compile and check the specs; write nothing.

PATH and --namespace select deployments and connections: everything is read and cross-checked, and what involves the
selection is reported.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or folder of deployments and connections")
    namespace_option(parser)
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
    whole = selected is None and not options.namespace
    memory = memory_of(options, session, "validate", everything=whole, whole=whole, tree=False)
    if memory is not None and (said := memory.said()) is not None:
        print_findings(said.diagnostics, said.summary, session, options.format)
        return FAILED if failing(said.diagnostics, options.fail_on) else 0
    from servewright.parts.run import compile_parts  # not before it is known that something has changed

    tree = Tree()
    if memory is None:
        outcome = compile_parts(session.repository, tree.take, texts=False, schedule=schedule_of(options))
    else:
        outcome = memory.compile(tree, schedule_of(options))
    diagnostics = _selected((*outcome.diagnostics, *tree.diagnostics(outcome)), options, session, tree, selected)
    summary = counts(diagnostics, outcome.deployments, tree.objects)
    code = exit_code(diagnostics, outcome, options.fail_on)
    if memory is not None and code == (FAILED if failing(diagnostics, options.fail_on) else 0):
        memory.keep(diagnostics, summary)  # what is wrong is in the deployments, not in the Project
    print_findings(diagnostics, summary, session, options.format)
    return code


def _selected(
    found: Sequence[Diagnostic],
    options: argparse.Namespace,
    session: Session,
    tree: Tree,
    selected: frozenset[str] | None,
) -> tuple[Diagnostic, ...]:
    """The findings that PATH and --namespace ask for."""
    if not options.namespace:
        return involving(found, selected, session)
    from servewright.cli.render import concerning, refuse_empty, selection_of

    selection = selection_of(options, session)
    diagnostics = concerning(found, selection, tree, session)
    if not any(item.severity == "error" for item in diagnostics):
        refuse_empty(selection, tree)
    return diagnostics


def _with_second_opinion(options: argparse.Namespace, session: Session, selected: frozenset[str] | None) -> int:
    """Validate, and ask kubeconform about the files."""
    from servewright.compilation import compile_repository
    from servewright.parts.run import writer_for
    from servewright.second_opinion.of_compilation import ask_kubeconform

    compilation = compile_repository(session.repository)
    tree, writer = Tree(), writer_for(texts=True)
    for unit in compilation.units:
        tree.take(writer.part_of(unit))
    more, numbers = ask_kubeconform(compilation, tree.files(), required=options.kubeconform == "require")
    found = in_order((*compilation.diagnostics, *tree.diagnostics(compilation), *more))
    diagnostics = _selected(found, options, session, tree, selected)
    print_findings(
        diagnostics, counts(diagnostics, compilation.deployments, tree.objects, **numbers), session, options.format
    )
    return exit_code(diagnostics, compilation, options.fail_on)
