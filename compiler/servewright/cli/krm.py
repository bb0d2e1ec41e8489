"""``servewright krm``: a function of kustomize and kpt."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.session import exit_code, fail
from servewright.diagnostics.escape import visible
from servewright.diagnostics.finish import finish
from servewright.krm.function import run_function
from servewright.krm.resource_list import Unreadable, read_resource_list
from servewright.krm.results import lines_of

DESCRIPTION = """
Render as a KRM function: read a ResourceList from standard input, print one with what is rendered.

Items that are specs, a Project, or describe the cluster are the inputs; files are neither read nor written.
"""

_LIMIT = 64 << 20  # bytes: some thousands of deployments with the catalog and everything else of a package


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing, since a function is configured by what it reads."""


def run(options: argparse.Namespace) -> int:
    """Run the function; the exit code."""
    if sys.stdin.isatty():
        fail("a ResourceList is read from standard input", "let kustomize or kpt run it: see docs/krm.md")
    raw = sys.stdin.buffer.read(_LIMIT + 1)
    if len(raw) > _LIMIT:
        fail(f"standard input has more than {_LIMIT >> 20} MiB", "give the function a part of the items at a time")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        fail("standard input is not UTF-8", "KRM functions read and write UTF-8")
    resources = read_resource_list(text)
    if isinstance(resources, Unreadable):
        for finding in finish(resources.findings, None, ()):
            if finding.severity == "error" and finding.span is not None:
                sys.stderr.write(visible(f"error[{finding.code}] line {finding.span.line}: {finding.message}") + "\n")
        fail(resources.message, "KRM functions read a ResourceList: see docs/krm.md")
    answer = run_function(resources)
    sys.stdout.write(answer.text)
    sys.stderr.writelines(lines_of(answer.diagnostics, answer.inputs))
    return exit_code(answer.diagnostics, answer.compilation, "error")
