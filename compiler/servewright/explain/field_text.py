"""Explained fields for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from servewright.explain.fields import FieldAnswer, FieldOrigin, Written
from servewright.explain.terminal import printable, prose, verbatim
from servewright.write.emit import emit


def render_fields(answers: Sequence[FieldAnswer]) -> str:
    """Each field with its value as YAML, and its origin or origins."""
    lines: list[str] = []
    for answer in answers:
        kind, namespace, name = answer.object.split("/", 2)
        lines += [""] if lines else []
        lines.append(f"{kind} {namespace}/{name}")
        lines += verbatim(f"{answer.path or 'the whole object'}{emit([{'x': answer.value}])[1:-1]}")
        for origin in answer.origins:
            lines += _origin(origin, several=len(answer.origins) > 1)
    return printable(lines)


def _origin(origin: FieldOrigin, *, several: bool) -> list[str]:
    lines = prose(f"{origin.path}: {origin.why}" if several else f"from: {origin.why}", 2, 2)
    indent = 4
    if origin.written is not None:
        lines.append(f"{' ' * indent}{place(origin.written)}")
    elif origin.field is not None:
        lines += prose(f"`{origin.field}` is not written: {origin.default}", indent)
    if origin.defined is not None:
        lines.append(f"{' ' * indent}{place(origin.defined)}")
    return lines


def place(written: Written) -> str:
    """``file:line:column``, as editors open it."""
    return f"{written.file}:{written.line}:{written.column}"
