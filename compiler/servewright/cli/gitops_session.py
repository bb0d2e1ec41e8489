"""What ``gitops argocd`` and ``gitops flux`` share: the Project, what is wrong with it, and where there is something to sync."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.session import (
    FAILED,
    USAGE,
    Session,
    counts,
    exit_code,
    open_session,
    print_findings,
)
from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Finding
from servewright.gitops.checks import check
from servewright.gitops.places import Places, output_path, places_of
from servewright.hints import NoReturn
from servewright.model.project import Project
from servewright.parts.run import compile_parts
from servewright.read.documents import read_documents
from servewright.read.inputs import read_project
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.write import disk, lock
from servewright.write.files import Tree


class Ready(NamedTuple):
    """A repository whose Project the engine can work with."""

    session: Session
    project: Project


def open_for(options: argparse.Namespace, engine: str | None) -> Ready:
    """Read the Project; exits with 2 after saying what is wrong with it, for an engine that shall sync the tree."""
    session = open_session(options.directory)
    source = session.repository.project
    if source is None:
        _stop(session, finish(session.repository.findings, None, ()), USAGE)
    project, findings = read_project(source)
    if project is not None and engine:
        documents, _ = read_documents(source)
        findings = [*findings, *check(project, documents[0], engine)]
    errors = _errors(finish(findings, project, ()))
    if errors or project is None:
        _stop(session, errors, USAGE)
    return Ready(session, project)


def compiled_places(ready: Ready) -> tuple[Places, Context]:
    """What the specs give and the lock lists; exits after saying what is wrong with the specs."""
    session, tree = ready.session, Tree()
    outcome = compile_parts(session.repository, tree.take, texts=False)
    content = disk.read(f"{session.root}/{lock.FILE}")
    text = content.decode(errors="replace") if isinstance(content, bytes) else ""
    entries, conflicts = lock.parse_lock(text)
    output = ready.project.spec.output
    listed = [path.removeprefix(f"{output}/") for path in entries if path.startswith(f"{output}/")]
    findings = conflicts
    if isinstance(content, disk.Obstacle):
        findings = [Finding(codes.FOREIGN_FILE, f"`{lock.FILE}` {content.what}", None, "move or delete it")]
    errors = _errors(
        (*outcome.diagnostics, *finish(findings, ready.project, ()), *([] if listed else tree.diagnostics(outcome)))
    )
    if errors or outcome.context is None:
        _stop(session, errors, exit_code(errors, outcome, "error") or FAILED)
    return places_of(output_path(ready.project), tree.files(), listed), outcome.context


def output_of(ready: Ready) -> Places:
    """Where the tree is, for who finds the namespaces in it by itself."""
    return Places(output_path(ready.project), {})


def _errors(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Errors alone: this command is about the engine, and `validate` says the rest."""
    return tuple(item for item in diagnostics if item.severity == "error")


def _stop(session: Session, errors: tuple[Diagnostic, ...], code: int) -> NoReturn:
    print_findings(errors, counts(errors, 0, 0), session, "text")
    sys.exit(code)
