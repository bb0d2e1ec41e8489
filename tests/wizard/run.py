"""Compiles a repository given as ``{path: text}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright import Repository, compile_repository
from wizard.forms import Files, Json

if TYPE_CHECKING:
    from servewright import Compilation
    from servewright.diagnostics.model import Diagnostic


def compile_files(files: Files) -> Compilation:
    return compile_repository(Repository.of(files))


def errors(compilation: Compilation) -> list[Diagnostic]:
    return [diagnostic for diagnostic in compilation.diagnostics if diagnostic.severity == "error"]


def objects(compilation: Compilation) -> dict[tuple[str, str], Json]:
    """The emitted objects by kind and name."""
    bodies = [item.body for item in compilation.objects]
    return {(body["kind"], body["metadata"]["name"]): body for body in bodies}
