"""Paths into documents and objects: the value there, and the path as text."""

from __future__ import annotations

from servewright.diagnostics.model import Path
from servewright.hints import Any

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def value_at(body: Any, path: Path) -> Any:
    """The value at a path that exists."""
    for step in path:
        body = body[step]
    return body


def exists(body: Any, path: Path) -> bool:
    """Whether there is something at ``path``."""
    for step in path:
        held = step in body if isinstance(body, dict) else isinstance(body, list) and step in range(len(body))
        if not held:
            return False
        body = body[step]
    return True


def show(path: Path) -> str:
    """The path as people write it: ``spec.args[0]``, ``metadata.annotations['a.b/c']``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step and _PLAIN.issuperset(step):
            text += f".{step}" if text else step
        else:
            quote = '"' if "'" in step else "'"
            text += f"[{quote}{step}{quote}]"
    return text
