"""``servewright catalog list``: what can be chosen."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.session import FAILED, USAGE, counts, format_option, open_session, print_findings
from servewright.compilation import compile_repository
from servewright.explain.as_json import render_json
from servewright.explain.choices import choices_of
from servewright.explain.choices_text import render_choices

DESCRIPTION = """
List hardware profiles, runtime templates, connections, LLM configs, runtimes and formats.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--namespace", metavar="NS", help="only what deployments of this project can choose")
    format_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print the list; the exit code."""
    session = open_session(options.directory)
    compilation = compile_repository(session.repository)
    if compilation.context is None:
        findings = compilation.diagnostics
        print_findings(
            findings, counts(findings, compilation.deployments, len(compilation.objects)), session, options.format
        )
        return USAGE
    choices = choices_of(compilation.context, options.namespace)
    sys.stdout.write(render_json(choices) if options.format == "json" else render_choices(choices))
    # A catalog document with an error is not in the list: that must not go unnoticed.
    files = {source.path for source in session.repository.catalog}
    broken = [
        item for item in compilation.diagnostics if item.severity == "error" and item.span and item.span.file in files
    ]
    if broken:
        print_findings(broken, counts(broken, compilation.deployments, len(compilation.objects)), session, "text")
        return FAILED
    return 0
