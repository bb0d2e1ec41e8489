"""Reading what may be of any type: a value of another type looks empty, because the schema reports it."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.diagnostics.model import Path
from servewright.hints import Any


def mapping(value: Any) -> dict[Any, Any]:
    """``value`` if it is a mapping."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """``value`` if it is a list."""
    return value if isinstance(value, list) else []


def entries(owner: dict[Any, Any], field: str, path: Path) -> Iterator[tuple[dict[Any, Any], Path]]:
    """The mappings in the list ``field`` of ``owner``, each with its path."""
    for index, item in enumerate(items(owner.get(field))):
        if isinstance(item, dict):
            yield item, (*path, field, index)


def text(value: Any) -> str:
    """``value`` if it is a string."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """``value`` if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
