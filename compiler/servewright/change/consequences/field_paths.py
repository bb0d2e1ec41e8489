"""Fields of objects as a comparison gives them: in words, and as places in an object."""

from __future__ import annotations

from servewright.change.model import FieldPath, Item
from servewright.diagnostics.field_path import show
from servewright.diagnostics.model import Path
from servewright.hints import Any


def words(path: FieldPath) -> str:
    """The path as people write it: entries of lists by their names, and no further than a list without names."""
    text = ""
    for step in path:
        if isinstance(step, Item):
            text += f"[{step.value}]"
        elif isinstance(step, int):
            break
        else:
            shown = show((step,))
            text += f".{shown}" if text and not shown.startswith("[") else shown
    return text


def place_in(body: Any, path: FieldPath) -> Path:
    """``path`` with the index of each entry in ``body``, as far as ``body`` has it."""
    found: list[str | int] = []
    for step in path:
        if isinstance(step, Item):
            entries = body if isinstance(body, list) else ()
            index = next((at for at, entry in enumerate(entries) if _is(entry, step)), None)
            if index is None:
                break
            step = index
        found.append(step)
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            body = None
    return tuple(found)


def value_below(body: Any, path: FieldPath) -> Any:
    """The value at ``path`` of ``body``; None where there is none."""
    for step in path:
        if isinstance(step, Item):
            body = next((entry for entry in body if _is(entry, step)), None) if isinstance(body, list) else None
        elif isinstance(body, dict):
            body = body.get(step)
        elif isinstance(body, list) and isinstance(step, int) and step < len(body):
            body = body[step]
        else:
            return None
    return body


def _is(entry: Any, item: Item) -> bool:
    return isinstance(entry, dict) and entry.get(item.key) == item.value
