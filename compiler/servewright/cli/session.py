"""What the commands share: finding the repository, selecting inputs, printing findings, the exit code."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

from servewright.cli.progress import watched
from servewright.diagnostics import codes
from servewright.diagnostics.codes import is_consequence
from servewright.diagnostics.formats import MACHINE_FORMATS
from servewright.diagnostics.model import Diagnostic
from servewright.diagnostics.summary import summary_line
from servewright.hints import TYPE_CHECKING, NoReturn, TextIO
from servewright.model.project import FILE
from servewright.read.files import find_root, folder_in_checkout
from servewright.read.from_disk import read_repository
from servewright.read.usage import UsageError
from servewright.record import NamedTuple
from servewright.repository import Repository

if TYPE_CHECKING:
    from servewright.compilation import Compilation, Outcome

FAILED, USAGE, NOTHING = 1, 2, 3


class Session(NamedTuple):
    """A repository on disk, read."""

    directory: str
    root: str
    repository: Repository
    start: float = 0.0  # of the clock that print_findings looks at


def read_session(directory: str) -> Session:
    """Read the repository that ``directory`` is in."""
    start = time.monotonic()
    root = find_root(directory)
    if root is None:
        raise UsageError(
            codes.PROJECT_INVALID,
            f"there is no {FILE} in `{os.path.abspath(directory)}` or above it",
            "make a repository with `servewright init`, or write one at the root of yours:\n"
            "      apiVersion: servewright.dev/v1alpha1\n      kind: Project\n      metadata: {name: my-models}",
        )
    return Session(directory, root, read_repository(root), start)


def open_session(directory: str, output_format: str = "text") -> Session:
    """The same; exits with 2 when there is none, with a document for machines, which expect one in any case."""
    try:
        return read_session(directory)
    except UsageError as error:
        if output_format in MACHINE_FORMATS:
            summary = {"errors": 1, "warnings": 0, "infos": 0, "deployments": 0, "objects": 0}
            sys.stdout.write(_report([error.finding()], summary, directory, output_format))
            sys.exit(USAGE)
        fail(error.message, error.hint)


def _report(diagnostics: Sequence[Diagnostic], summary: Mapping[str, int], root: str, output_format: str) -> str:
    """The findings of the project in ``root`` in a format for machines."""
    form = MACHINE_FORMATS[output_format]
    if form.in_checkout:
        from servewright.diagnostics.checkout import in_checkout

        diagnostics = in_checkout(diagnostics, folder_in_checkout(root), everywhere=form.everywhere)
    return form.render(diagnostics, summary)


def fail(message: str, hint: str) -> NoReturn:
    """Print a usage error and exit with 2."""
    sys.stderr.write(f"error: {message}\n  = help: {hint}\n")
    sys.exit(USAGE)


def select(session: Session, paths: Sequence[str]) -> frozenset[str] | None:
    """The input files that PATH… names (relative to the working directory, or --directory); None for all."""
    if not paths:
        return None
    inputs = [source.path for source in session.repository.deployments]
    selected: set[str] = set()
    for path in paths:
        relative = os.path.relpath(
            os.path.realpath(os.path.join(session.directory, path)), os.path.realpath(session.root)
        ).replace(os.sep, "/")
        found = [name for name in inputs if name == relative or name.startswith(f"{relative}/") or relative == "."]
        if not found:
            fail(
                f"`{path}` holds no ModelDeployment or Connection of this repository",
                "name a file or folder of the deployments folder",
            )
        selected.update(found)
    return frozenset(selected)


def namespace_option(parser: argparse.ArgumentParser) -> None:
    """--namespace, a selection as PATH is one."""
    parser.add_argument(
        "--namespace", metavar="NS,…", default="", help="only what belongs to these namespaces, separated by commas"
    )


def involving(
    diagnostics: Sequence[Diagnostic], selected: frozenset[str] | None, session: Session
) -> tuple[Diagnostic, ...]:
    """The findings of a selection: in its files, pointing there, of the whole run, and errors of the catalog.

    A catalog that cannot be read in full may decide otherwise for any deployment.
    """
    if selected is None:
        return tuple(diagnostics)
    project = session.repository.project
    files = selected | ({project.path} if project else set())
    catalog = {source.path for source in session.repository.catalog}
    return tuple(
        item
        for item in diagnostics
        if item.span is None
        or item.span.file in files
        or (item.severity == "error" and item.span.file in catalog)
        or any(note.span is not None and note.span.file in files for note in item.related)
        or not files.isdisjoint(item.about)
    )


def counts(diagnostics: Sequence[Diagnostic], deployments: int, objects: int, **more: int) -> dict[str, int]:
    """The summary that every format carries."""
    numbers = {
        f"{severity}s": sum(item.severity == severity for item in diagnostics)
        for severity in ("error", "warning", "info")
    }
    return {**numbers, "deployments": deployments, "objects": objects, **more}


def print_findings(
    diagnostics: Sequence[Diagnostic],
    summary: Mapping[str, int],
    session: Session,
    output_format: str,
    *,
    objects_on_stdout: bool = False,
) -> None:
    """Print findings: text on stderr; machine formats on stdout, unless objects go there."""
    if output_format in MACHINE_FORMATS:
        report = _report(diagnostics, summary, session.root, output_format)
        (sys.stderr if objects_on_stdout else sys.stdout).write(report)
        return
    text = ""
    if diagnostics:
        from servewright.diagnostics.text import render_text

        text = render_text(diagnostics, session.repository.sources, color=_use_color(), width=_width(sys.stderr))
    line = summary_line(
        summary["errors"], summary["warnings"], summary["infos"], summary["deployments"], summary["objects"]
    )
    # Logs of two runs can be compared: the time is for who waited for it.
    taken = f" ({time.monotonic() - session.start:.2f} s)" if watched() else ""
    sys.stderr.write(f"{text}{line}{_files(summary)}{taken}\n")


def _files(summary: Mapping[str, int]) -> str:
    """What a render did, or what kubeconform said, when there was either."""
    if "kubeconform" in summary:
        return f"; kubeconform accepts {summary['kubeconform']}"
    if "written" not in summary:
        return ""
    total = summary["written"] + summary["unchanged"]
    return (
        f"; {total} files: {summary['written']} written, {summary['unchanged']} unchanged, {summary['deleted']} deleted"
    )


def _width(stream: TextIO) -> int | None:
    """The columns of the terminal that ``stream`` is; None of a file or a pipe, and where nobody knows."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None if stream.isatty() else None
    except (OSError, ValueError):
        return None


def _use_color() -> bool:
    return use_color(sys.stderr)


def use_color(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal that wants colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def exit_code(
    diagnostics: Sequence[Diagnostic], outcome: Outcome | Compilation, fail_on: str, *, may_be_empty: bool = False
) -> int:
    """The exit code that these findings mean; ``may_be_empty``: that there is no input is fine unless they say so."""
    if (
        outcome.context is None
        or broken_project(diagnostics)
        or any(item.slug == "lock-conflict" for item in diagnostics)
    ):
        return USAGE
    if failing([item for item in diagnostics if item.slug != "no-objects"], fail_on):
        return FAILED
    nothing = any(item.slug == "no-objects" for item in diagnostics)
    if outcome.inputs == 0 and (nothing or not may_be_empty):
        return NOTHING
    return FAILED if nothing else 0


def broken_project(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether an error of servewright.yaml itself is among findings, with places as they are in the Project."""
    return any(
        item.severity == "error" and item.span is not None and item.span.file == FILE and not is_consequence(item.code)
        for item in diagnostics
    )


def failing(diagnostics: Iterable[Diagnostic], fail_on: str) -> bool:
    """Whether one of the findings is as severe as ``fail_on``, or more."""
    severities = ("error", "warning") if fail_on == "warning" else ("error",)
    return any(item.severity in severities for item in diagnostics)


def format_option(parser: argparse.ArgumentParser, machine_formats: Iterable[str] = ("json",)) -> None:
    """--format; an answer that is no list of findings is text or JSON."""
    choices = ("text", *machine_formats)
    parser.add_argument("--format", choices=choices, default="text", help="how to answer (default: text)")


def finding_options(parser: argparse.ArgumentParser) -> None:
    """--format and --fail-on, as every command that reports findings has them."""
    format_option(parser, MACHINE_FORMATS)
    fail_on_option(parser)


def fail_on_option(parser: argparse.ArgumentParser) -> None:
    """--fail-on."""
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning"),
        default="error",
        help="the least severity that makes the exit code 1 (default: error)",
    )
