"""``servewright explain``: the decisions for one deployment, the origin of a field, or a diagnostic's page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from servewright.cli.session import (
    FAILED,
    USAGE,
    Session,
    counts,
    fail,
    format_option,
    open_session,
    print_findings,
)
from servewright.compilation import Compilation, compile_repository
from servewright.diagnostics import codes
from servewright.diagnostics.escape import visible
from servewright.diagnostics.model import Diagnostic, Rule
from servewright.explain.as_json import render_json
from servewright.explain.code_page import code_page, find_rule, looks_like_code, near_rule, render_code
from servewright.explain.explanation import explain
from servewright.explain.explanation_text import render_text
from servewright.explain.field_text import render_fields
from servewright.explain.fields import FieldAnswer, explain_fields
from servewright.explain.refusal import Refusal
from servewright.explain.search import Found, concerning, find
from servewright.read.files import find_root

DESCRIPTION = """
Show what was decided for a deployment and why, or what a code means.

NAME is a deployment: its hardware, runtime, strategy and access with the reasons, the objects it becomes, how to call
it and how to watch it.

FIELD is a field of the object it becomes, like spec.predictor.minReplicas,
metadata.annotations['openshift.io/display-name'] or ServingRuntime:spec.containers[0].image: its value, and where that
comes from.

CODE is a diagnostic's code or name, like SW204 or runtime-ambiguous.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("name", metavar="[NAMESPACE/]NAME|CODE", help="a deployment, or a code")
    parser.add_argument("fields", nargs="*", metavar="FIELD", help="fields of the object that it becomes")
    format_option(parser)


def run(options: argparse.Namespace) -> int:
    """Explain; the exit code."""
    directory, name, format = options.directory, options.name, options.format
    rule = find_rule(name)
    if rule is not None and (name == rule.code or find_root(directory) is None):
        return _show_code(rule, format)
    session = open_session(directory)
    compilation = compile_repository(session.repository)
    if compilation.context is None:
        _print(compilation.diagnostics, session, compilation, format)
        return USAGE
    found = find(name, session.repository, compilation)
    if isinstance(found, Refusal):
        if rule is not None:
            return _show_code(rule, format)
        if looks_like_code(name):
            fail(f"there is no code `{name}`", "every finding shows its own, like `SW204`")
        near = None if found.help.startswith("did you mean") else near_rule(name)
        fail(visible(found.message), f"did you mean the code `{near}`?" if near else visible(found.help))
    return _show_deployment(found, options.fields, session, compilation, format)


def _show_code(rule: Rule, format: str) -> int:
    page = code_page(rule)
    sys.stdout.write(render_json(page) if format == "json" else render_code(page))
    return 0


def _show_deployment(
    found: Found, fields: Sequence[str], session: Session, compilation: Compilation, format: str
) -> int:
    diagnostics = concerning(compilation.diagnostics, found.where)
    if found.key not in compilation.decisions:
        _print(diagnostics or compilation.diagnostics, session, compilation, format)
        return FAILED
    if fields:
        answers: list[FieldAnswer] = []
        for field in fields:
            answer = explain_fields(field, found.key, compilation)
            if isinstance(answer, Refusal):
                fail(visible(answer.message), visible(answer.help))
            else:
                answers += answer
        document = {"namespace": found.key[0], "name": found.key[1], "fields": answers}
        sys.stdout.write(render_json(document) if format == "json" else render_fields(answers))
    else:
        explanation = explain(found.key, compilation)
        sys.stdout.write(render_json(explanation) if format == "json" else render_text(explanation))
    # What the explanation itself warns of is not said twice.
    rest = [item for item in diagnostics if item.severity != "info" and item.code != codes.EXPOSED_WITHOUT_AUTH.code]
    if rest:
        _print(rest, session, compilation, "text")
    return FAILED if any(item.severity == "error" for item in rest) else 0


def _print(diagnostics: Sequence[Diagnostic], session: Session, compilation: Compilation, format: str) -> None:
    summary = counts(diagnostics, compilation.deployments, len(compilation.objects))
    print_findings(diagnostics, summary, session, format)
