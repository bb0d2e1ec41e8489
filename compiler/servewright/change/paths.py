"""Paths of fields that differ, as text: ``spec.template.containers[name=main].args[0]``."""

from __future__ import annotations

from servewright.change.model import FieldPath, Item
from servewright.diagnostics import field_path

# What needs no quotes in a key of a list's item; names, ports and mount paths are of these.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:")


def show(path: FieldPath) -> str:
    """The path as ``explain`` writes it; the item of a list that is a map by its key: ``env[name=HF_HOME]``."""
    text = ""
    plain: list[str | int] = []
    for step in path:
        if isinstance(step, Item):
            text += _joined(text, plain) + f"[{step.key}={_value(step.value)}]"
            plain = []
        else:
            plain.append(step)
    return text + _joined(text, plain)


def _joined(before: str, steps: list[str | int]) -> str:
    text = field_path.show(tuple(steps))
    return f".{text}" if before and text and not text.startswith("[") else text


def _value(value: str | int) -> str:
    text = str(value)
    if text and _PLAIN.issuperset(text):
        return text
    quote = '"' if "'" in text else "'"
    return f"{quote}{text}{quote}"
