"""``servewright plan``: what each namespace needs, beside its quotas."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.session import (
    USAGE,
    Session,
    counts,
    exit_code,
    fail,
    format_option,
    involving,
    open_session,
    print_findings,
)
from servewright.compilation import Outcome, compile_each
from servewright.diagnostics.escape import visible
from servewright.diagnostics.model import Diagnostic
from servewright.explain.as_json import render_json
from servewright.explain.capacity_plan import Collector, plan_of
from servewright.explain.capacity_plan_text import render_plan
from servewright.read.inputs import MODEL_DEPLOYMENT

DESCRIPTION = """
Show what the deployments of each namespace need, while nothing changes and while changes roll out, beside its quotas.

Errors, and what does not fit, are reported on stderr as `validate` does; any error makes the exit code 1.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("namespaces", nargs="*", metavar="NAMESPACE", help="only these namespaces")
    format_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print the plan; the exit code."""
    session = open_session(options.directory, options.format)
    collector = Collector()
    outcome = compile_each(session.repository, collector.take)
    if outcome.context is None:
        print_findings(outcome.diagnostics, counts(outcome.diagnostics, 0, 0), session, options.format)
        return USAGE
    _refuse_unknown(options.namespaces, collector, session, outcome)
    plan = plan_of(collector.summaries, outcome.context, options.namespaces)
    sys.stdout.write(render_json(plan) if options.format == "json" else render_plan(plan))
    found = [item for item in collector.summaries if not options.namespaces or item.namespace in options.namespaces]
    selected = frozenset(item.where.document.source.path for item in found) if options.namespaces else None
    diagnostics = involving(_of_interest(outcome), selected, session)
    if diagnostics:
        deployments = sum(item.kind == MODEL_DEPLOYMENT for item in found)
        print_findings(diagnostics, counts(diagnostics, deployments, 0), session, "text")
    return exit_code(diagnostics, outcome, "error")


def _refuse_unknown(namespaces: list[str], collector: Collector, session: Session, outcome: Outcome) -> None:
    known = {item.namespace for item in collector.summaries}
    for namespace in namespaces:
        if namespace not in known:
            from servewright.diagnostics.suggest import did_you_mean

            near = did_you_mean(namespace, known)
            if outcome.project is not None and namespace in _rendered(session, outcome.project.spec.output):
                fail(
                    f"no deployment is in the namespace `{visible(namespace)}` any more, so it needs nothing",
                    "its folder is still rendered: what was in it runs until that is rendered again, merged and pruned",
                )
            hint = f"did you mean `{near}`?" if near else "leave the namespaces out to see all that have deployments"
            fail(f"no deployment is in a namespace `{visible(namespace)}`", hint)


def _rendered(session: Session, output: str) -> set[str]:
    """The namespaces that the lock knows."""
    from servewright.write import disk, lock

    content = disk.read(f"{session.root}/{lock.FILE}")
    entries, _ = lock.parse_lock(content.decode(errors="replace") if isinstance(content, bytes) else "")
    below = [path.removeprefix(f"{output}/") for path in entries if path.startswith(f"{output}/")]
    return {path.partition("/")[0] for path in below}


def _of_interest(outcome: Outcome) -> list[Diagnostic]:
    """Errors, since what they concern may be missing from the plan; and warnings about capacity."""
    return [
        item
        for item in outcome.diagnostics
        if item.severity == "error" or (item.severity == "warning" and item.code.startswith("SW7"))
    ]
