"""Diagnostics as SARIF 2.1.0, for code scanning.

Columns are code points, as ours are, and ends are exclusive in both. GitHub's limits are kept: 25,000 results, 10 MB
(``SARIF support for code scanning``), the worst first; what is left out is counted in a notification. Only the rules
that were met are described, by their pages.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from servewright import __version__
from servewright.diagnostics.codes import BY_CODE
from servewright.diagnostics.escape import redact, visible, visible_json
from servewright.diagnostics.model import Diagnostic, Related, Span
from servewright.diagnostics.pages import PageError, load, render_page
from servewright.diagnostics.ranking import counted, rank
from servewright.diagnostics.rule_docs import document
from servewright.hints import Any

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
MOST_BYTES = 10_000_000  # GitHub means the file as it is uploaded, compressed; what depends on no compression is less
_OTHERS = 1_000_000  # of them, for everything but the results
_END = "[]}]}"  # how a log without results ends
_FINGERPRINT = "servewright/v1"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ROOT = "%SRCROOT%"
_VALUE = re.compile(r"`([^`]*)`")
_NUMBER = re.compile(r"\d+")


def render(diagnostics: Sequence[Diagnostic], summary: Mapping[str, int]) -> str:
    """The log: one run, compact JSON with a line for each result."""
    codes = sorted({item.code for item in diagnostics})
    results = [_text(result) for result in _results(diagnostics, {code: index for index, code in enumerate(codes)})]
    kept = _that_fit(diagnostics, results)
    run = {
        "tool": {
            "driver": {
                "name": "servewright",
                "version": __version__,
                "rules": [_rule(code, diagnostics) for code in codes],
            }
        },
        "invocations": [_invocation([item for index, item in enumerate(diagnostics) if index not in kept])],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the Git repository."}}},
        "properties": {"summary": dict(summary)},
        "results": [],
    }
    log = _text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
    lines = ",\n".join(result for index, result in enumerate(results) if index in kept)
    return f"{log.removesuffix(_END)}[\n{lines}\n]{_END[2:]}\n" if lines else f"{log}\n"


def _text(value: Any) -> str:
    return visible_json(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _that_fit(diagnostics: Sequence[Diagnostic], results: Sequence[str]) -> set[int]:
    """The positions of the results that are within the limits, the worst first."""
    room = MOST_BYTES - _OTHERS
    kept: set[int] = set()
    for index in sorted(range(len(results)), key=lambda index: rank(diagnostics[index]))[:MOST_RESULTS]:
        room -= len(results[index].encode()) + 2
        if room < 0:
            break
        kept.add(index)
    return kept


def _invocation(left_out: Sequence[Diagnostic]) -> dict[str, Any]:
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{counted(left_out)} more do not fit into this log; the text and JSON formats have all of them"
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
    }


def _rule(code: str, diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    rule = BY_CODE.get(code)
    if rule is None:  # not one of ours, in a test or from another program
        item = next(item for item in diagnostics if item.code == code)
        return {"id": code, "name": item.slug}
    described: dict[str, Any] = {
        "id": code,
        "name": rule.slug,
        "shortDescription": {"text": rule.title},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }
    try:
        page = load(code)
    except PageError:
        return described
    described["fullDescription"] = {"text": " ".join(page.why.partition("\n\n")[0].split())}
    described["help"] = {"text": render_page(code), "markdown": document(page)}
    return described


def _results(diagnostics: Sequence[Diagnostic], rules: Mapping[str, int]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    results = []
    for item in diagnostics:
        key = _identity(item)
        seen[key] += 1
        results.append(
            {
                "ruleId": item.code,
                "ruleIndex": rules[item.code],
                "level": _LEVELS[item.severity],
                "message": {"text": _message(item)},
                **_locations(item),
                "partialFingerprints": {_FINGERPRINT: f"{key}:{seen[key]}"},
            }
        )
    return results


def _identity(item: Diagnostic) -> str:
    """What a diagnostic is about, not where that stands or how it is worded.

    Lines, positions in lists and amounts change with every edit. The values that the message quotes are what tells two
    diagnostics of one code and field apart; a counter does the rest.
    """
    values = _VALUE.findall(redact(item.message))
    file = item.span.file if item.span else ""
    parts = (item.code, file, item.object or "", re.sub(r"\[\d+\]", "[]", item.field or ""), *map(_unnumbered, values))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _unnumbered(value: str) -> str:
    return _NUMBER.sub("0", value)


def _message(item: Diagnostic) -> str:
    """Message, help and what has no place, a line each."""
    lines = [item.message]
    lines += [f"note: {note.message}" for note in item.related if note.span is None]
    lines += [f"help: {item.help}"] if item.help is not None else []
    return "\n".join(map(_words, lines))


def _words(text: str) -> str:
    """A text as SARIF reads it: ``[title](target)`` would be a link."""
    return visible(redact(text)).replace("](", "] (")


def _locations(item: Diagnostic) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if item.span:
        location["physicalLocation"] = _place(item.span)
    if item.object is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(redact(item.object)), "kind": "object"}]
    found: dict[str, Any] = {"locations": [location]} if location else {}
    related = [note for note in item.related if note.span]
    if related:
        found["relatedLocations"] = [_related(number, note) for number, note in enumerate(related, 1)]
    if item.field is not None:
        found["properties"] = {"field": visible(redact(item.field))}
    return found


def _related(number: int, note: Related) -> dict[str, Any]:
    assert note.span
    return {"id": number, "physicalLocation": _place(note.span), "message": {"text": _words(note.message)}}


def _place(span: Span) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": quote(span.file, safe="/", errors="replace"), "uriBaseId": _ROOT},
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }
