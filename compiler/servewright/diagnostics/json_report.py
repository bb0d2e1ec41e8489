"""Diagnostics for machines: one JSON document, versioned; its keys and their order are a contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from servewright.diagnostics.escape import redact, visible_json
from servewright.diagnostics.model import Diagnostic, Related

VERSION = 1


def render(diagnostics: Sequence[Diagnostic], summary: Mapping[str, int]) -> str:
    """Return the report: diagnostics in the order given, ``summary`` as it is, a line break at the end.

    Absent values are null. Texts that look like a credential are redacted; characters that would act on a terminal
    are written as JSON escapes, so that a reader gets them back but a log does not obey them.
    """
    report = {
        "version": VERSION,
        "diagnostics": [as_dict(diagnostic) for diagnostic in diagnostics],
        "summary": dict(summary),
    }
    return visible_json(json.dumps(report, ensure_ascii=False, indent=2)) + "\n"


def as_dict(diagnostic: Diagnostic) -> dict[str, object]:
    """A diagnostic with the keys of the report."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "slug": diagnostic.slug,
        "severity": diagnostic.severity,
        "message": redact(diagnostic.message),
        "help": _redacted(diagnostic.help),
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "endLine": span.end_line if span else None,
        "endColumn": span.end_column if span else None,
        "object": _redacted(diagnostic.object),
        "field": _redacted(diagnostic.field),
        "related": [_related(related) for related in diagnostic.related],
    }


def _related(related: Related) -> dict[str, object]:
    span = related.span
    return {
        "message": redact(related.message),
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
    }


def _redacted(text: str | None) -> str | None:
    return None if text is None else redact(text)
