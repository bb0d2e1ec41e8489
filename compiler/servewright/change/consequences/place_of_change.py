"""The line of the head that is responsible for a field that differs."""

from __future__ import annotations

from typing import Any

from servewright.change.consequences.field_paths import place_in, value_below
from servewright.change.model import DeploymentChange, FieldPath
from servewright.check.placing import place
from servewright.diagnostics.field_path import exists
from servewright.diagnostics.model import Path, Where
from servewright.lower.fields import Object
from servewright.lower.origins import trace


def place_of_change(edit: DeploymentChange, item: Object, field: FieldPath) -> Where:
    """The place of ``field`` of ``item``, an object of the head; of one that is gone, what is around where it was."""
    before, after = edit.before, edit.after
    assert after is not None
    changes = (change for change in (*edit.objects, edit.runtime) if change is not None)
    old = next((change.before for change in changes if change.identity == item.identity), None)
    if old is not None and before is not None and value_below(item.body, field) is None:
        origin = trace(old, place_in(old.body, field), before.decisions).origin
        if origin.path[:1] == ("spec",):
            inside = exists(after.document.data, origin.path)
            return Where(after.document, origin.path, "value" if inside else "key")
    path = place_in(item.body, field)
    if old is not None:
        path = _deeper(path, value_below(old.body, field), value_below(item.body, field))
    return place(item, path, after.document, after.decisions)


def _deeper(path: Path, before: Any, after: Any) -> Path:
    """``path``, extended by the first entry that differs where it is a list."""
    if not isinstance(after, list) or not after:
        return path
    old = before if isinstance(before, list) else []
    differing = (at for at, entry in enumerate(after) if at >= len(old) or entry != old[at])
    return (*path, next(differing, len(after) - 1))
