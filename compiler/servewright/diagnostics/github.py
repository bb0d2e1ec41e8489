"""Diagnostics as GitHub's workflow commands, which become annotations on the lines of a pull request.

How a command is read: ``ActionCommand.cs`` of actions/runner. Ten of a kind are kept of each step, the others are
dropped without a word; here they are counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from servewright.diagnostics.escape import redact, visible
from servewright.diagnostics.model import Diagnostic, Span
from servewright.diagnostics.ranking import SEVERITIES, counted
from servewright.diagnostics.summary import line_of

LIMIT = 10  # of each command in a step
_LONGEST = 4_000  # of a message, in code points; GitHub keeps 64 kB
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_ENDS_VALUE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_ENDS_PROPERTY = {**_ENDS_VALUE, ":": "%3A", ",": "%2C"}


def render(diagnostics: Sequence[Diagnostic], summary: Mapping[str, int]) -> str:
    """The annotations, errors first, and a last line for whoever reads the log."""
    return f"{commands(diagnostics)}{line_of(summary)}\n"


def commands(diagnostics: Sequence[Diagnostic]) -> str:
    """A command per diagnostic, a line each; where GitHub would drop some, a notice that counts them is the last."""
    by_severity = [[item for item in diagnostics if item.severity == severity] for severity in SEVERITIES]
    too_many = any(len(items) > LIMIT for items in by_severity)
    limits = (LIMIT, LIMIT, LIMIT - too_many)  # the notice about the rest is one of the ten
    shown = [item for items, limit in zip(by_severity, limits, strict=True) for item in items[:limit]]
    rest = [item for items, limit in zip(by_severity, limits, strict=True) for item in items[limit:]]
    lines = [_command(item) for item in shown]
    if rest:
        message = f"{counted(rest)} more: GitHub shows {LIMIT} of a kind for a step; the text and JSON formats have all"
        lines.append(f"::notice title=servewright::{_escaped(message, _ENDS_VALUE)}")
    return "".join(f"{line}\n" for line in lines)


def _command(diagnostic: Diagnostic) -> str:
    properties = {**_place(diagnostic.span), "title": f"{diagnostic.code} {diagnostic.slug}"}
    given = ",".join(f"{key}={_escaped(visible(value), _ENDS_PROPERTY)}" for key, value in properties.items())
    lines = [diagnostic.message]
    lines += [f"note: {_at(note.span, ': ')}{note.message}" for note in diagnostic.related]
    lines += [f"help: {diagnostic.help}"] if diagnostic.help is not None else []
    # The log shows nothing but the message.
    lines += [f"--> {_at(diagnostic.span)}"] if diagnostic.span else []
    text = "\n".join(visible(redact(line)).rstrip() for line in lines)
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    return f"::{_COMMANDS[diagnostic.severity]} {given}::{_escaped(text, _ENDS_VALUE)}"


def _place(span: Span | None) -> dict[str, str]:
    if span is None:
        return {}
    # An end before the first column is the end of the line above; columns of several lines are refused.
    last = span.end_line - (span.end_column == 1 and span.end_line > span.line)
    place = {"file": span.file, "line": str(span.line), "endLine": str(last)}
    if last == span.line and span.end_line == span.line:
        place |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column))}
    return place


def _at(span: Span | None, after: str = "") -> str:
    return f"{span.file}:{span.line}:{span.column}{after}" if span else ""


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
