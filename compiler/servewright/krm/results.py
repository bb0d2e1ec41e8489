"""Findings as results of a function, and as lines for whoever runs it: there are no files to show lines of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servewright.diagnostics.escape import redact, visible
from servewright.diagnostics.model import Diagnostic
from servewright.diagnostics.short import short
from servewright.krm.inputs import Inputs
from servewright.krm.resource_list import Item
from servewright.read.positions import Node, document_nodes
from servewright.read.refusals import dotted


def results_of(diagnostics: Iterable[Diagnostic], inputs: Inputs) -> list[dict[str, object]]:
    """``results`` of a ResourceList, fields without a value left out."""
    results = []
    for item in diagnostics:
        message = redact(item.message if item.help is None else f"{item.message}: {item.help}")
        result: dict[str, object] = {"message": message, "severity": item.severity}
        about = _item(item, inputs)
        if about is not None:
            result["resourceRef"] = _reference(about)
            if field := _field(item, inputs):
                result["field"] = {"path": field}
            if about.path:
                result["file"] = {"path": redact(about.path), "index": about.position}
        results.append({**result, "tags": {"code": item.code, "slug": item.slug}})
    return results


def lines_of(diagnostics: Iterable[Diagnostic], inputs: Inputs) -> Iterator[str]:
    """Errors and warnings, for a terminal."""
    for item in diagnostics:
        if item.severity == "info":
            continue
        yield _line(f"{item.severity}[{item.code}] {item.slug}: {item.message}")
        if item.span is not None:
            field = _field(item, inputs)
            yield _line(f"  --> {item.span.file}{f': {field}' if field else ''}")
        yield from (_line(f"  = note: {note.message}") for note in item.related)
        if item.help is not None:
            yield _line(f"  = help: {item.help}")


def _line(text: str) -> str:
    return visible(redact(text)).rstrip() + "\n"


def _item(diagnostic: Diagnostic, inputs: Inputs) -> Item | None:
    return inputs.by_file.get(diagnostic.span.file) if diagnostic.span else None


def _reference(item: Item) -> dict[str, object]:
    fields = (("apiVersion", item.api_version), ("kind", item.kind), ("name", item.name), ("namespace", item.namespace))
    return {key: short(value, 253) for key, value in fields if value}


def _field(diagnostic: Diagnostic, inputs: Inputs) -> str:
    """The field that a finding points to: its column in the one line that the item was made for the compiler."""
    span = diagnostic.span
    source = inputs.repository.sources.get(span.file) if span else None
    if span is None or source is None or span.line != 1 or "\n" in source.text:
        return ""
    node: Node | None = document_nodes(source.text)[0]
    path: list[str | int] = []
    at = span.column - 1
    while node is not None and node.start < at:
        inner = next((entry for entry in node.entries or () if entry.key_start <= at <= entry.node.end), None)
        if inner is None or inner.key is None:
            break
        path.append(inner.key)
        node = None if inner.key_start == at and isinstance(inner.key, str) else inner.node
    return dotted(tuple(path))
