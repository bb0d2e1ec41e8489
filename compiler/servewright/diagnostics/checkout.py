"""Where files are in the checkout: what GitHub, GitLab and Jenkins show is relative to the root of the Git repository.

A Project may be in a folder of it, and everything else in servewright counts paths from the Project.
"""

from __future__ import annotations

from collections.abc import Sequence

from servewright.diagnostics.model import Diagnostic, Span
from servewright.model.project import FILE


def in_checkout(diagnostics: Sequence[Diagnostic], folder: str, *, everywhere: bool = False) -> list[Diagnostic]:
    """The diagnostics with the paths that their files have from the root of the Git repository.

    ``folder`` is where the Project is in it, "" at the root. With ``everywhere``, those of the whole run get a place
    too, at the top of servewright.yaml: some readers throw away what has none.
    """
    prefix = f"{folder}/" if folder else ""
    whole_run = Span(f"{prefix}{FILE}", 1, 1, 1, 1) if everywhere else None

    def moved(span: Span | None) -> Span | None:
        return span._replace(file=prefix + span.file) if span else None

    return [
        item._replace(
            span=moved(item.span) or whole_run,
            related=tuple(note._replace(span=moved(note.span)) for note in item.related),
        )
        for item in diagnostics
    ]
