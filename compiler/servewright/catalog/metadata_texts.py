"""Labels and annotations of catalog documents: a cluster has texts only, and what is none would be left out."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.diagnostics.short import short
from servewright.hints import Any

_FIELDS = (("labels", "label"), ("annotations", "annotation"))


def check_metadata_texts(data: dict[str, Any], problems: Problems) -> None:
    """Report values that are no texts, of ``data`` itself and of the object that a Template holds."""
    _check(data, (), problems)
    objects = data.get("objects")
    if isinstance(objects, list) and objects and isinstance(objects[0], dict):
        _check(objects[0], ("objects", 0), problems)


def _check(body: dict[str, Any], at: Path, problems: Problems) -> None:
    metadata = body.get("metadata")
    for field, word in _FIELDS:
        table = metadata.get(field) if isinstance(metadata, dict) else None
        for key, value in table.items() if isinstance(table, dict) else ():
            # Go reads a null as an empty text.
            if value is not None and not isinstance(value, str):
                problems.add(
                    codes.CATALOG_MALFORMED,
                    f"the value of the {word} `{short(key, 80)}` is not a text",
                    (*at, "metadata", field, key),
                    help="write it in quotes: a cluster holds texts there and nothing else",
                )
