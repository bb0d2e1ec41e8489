"""Diagnostics as Markdown, for a comment or ``$GITHUB_STEP_SUMMARY``: folded, errors first, never too long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from servewright.diagnostics.markup import code, html_code, html_prose, prose
from servewright.diagnostics.model import Diagnostic, Severity, Span
from servewright.diagnostics.ranking import counted, worst_first
from servewright.diagnostics.summary import line_of

LIMIT = 60_000  # bytes; a comment on GitHub holds 65,536 characters
_RESERVED = 400  # for the line about what was left out
MARKS: dict[Severity, str] = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}
CALM = "✅"
_MOST_NOTES = 20


def render(diagnostics: Sequence[Diagnostic], summary: Mapping[str, int]) -> str:
    """The report: a headline, and each diagnostic with its details folded, as many as fit."""
    mark = MARKS["error"] if summary.get("errors") else MARKS["warning"] if summary.get("warnings") else CALM
    between = ": " if mark == CALM else " "
    text = f"### {mark} servewright{between}{line_of(summary)}\n"
    ranked = worst_first(diagnostics)
    room = LIMIT - _RESERVED - len(text.encode())
    for index, item in enumerate(ranked):
        section = f"\n{folded(item)}"
        room -= len(section.encode())
        if room < 0:
            return f"{text}\n… and {counted(ranked[index:])} more; the text and JSON formats have all of them.\n"
        text += section
    return text


def folded(diagnostic: Diagnostic) -> str:
    """One diagnostic: what is wrong and where, and behind it what to write instead."""
    place = f" · {html_code(_at(diagnostic.span))}" if diagnostic.span else ""
    head = (
        f"{MARKS[diagnostic.severity]} <b>{diagnostic.code}</b> {diagnostic.slug}{place}"
        f"<br>{html_prose(diagnostic.message)}"
    )
    lines = details(diagnostic)
    if not lines:
        return f"<p>{head}</p>\n"
    return "\n".join(["<details>", f"<summary>{head}</summary>", "", *lines, "", "</details>", ""])


def details(diagnostic: Diagnostic) -> list[str]:
    """A list of everything but the message: help, other places, object and field."""
    lines = [f"- **Help:** {prose(diagnostic.help)}"] if diagnostic.help is not None else []
    for note in diagnostic.related[:_MOST_NOTES]:
        place = f"{code(_at(note.span))}: " if note.span else ""
        lines.append(f"- **Note:** {place}{prose(note.message)}")
    if len(diagnostic.related) > _MOST_NOTES:
        lines.append(f"- **Note:** … and {len(diagnostic.related) - _MOST_NOTES} more")
    if diagnostic.object is not None:
        field = f", field {code(diagnostic.field)}" if diagnostic.field is not None else ""
        lines.append(f"- **Object:** {code(diagnostic.object)}{field}")
    return lines


def _at(span: Span) -> str:
    return f"{span.file}:{span.line}:{span.column}"
