"""The line of the head that is responsible for a field that differs."""

from __future__ import annotations

from servewright.change.consequences.field_paths import place_in, value_below
from servewright.change.model import DeploymentChange, FieldPath, Version
from servewright.check.placing import place
from servewright.diagnostics.field_path import exists
from servewright.diagnostics.model import Path, Where
from servewright.hints import Any
from servewright.lower.fields import PROFILE, Object, Origin
from servewright.lower.origins import trace, written_rows
from servewright.resolve.runtime_place import runtime_place


def place_of_change(edit: DeploymentChange, item: Object, field: FieldPath) -> Where:
    """The place of ``field`` of ``item``, an object of the head; of one that is gone, what is around where it was."""
    before, after = edit.before, edit.after
    assert after is not None
    changes = (change for change in (*edit.objects, edit.runtime) if change is not None)
    old = next((change.before for change in changes if change.identity == item.identity), None)
    gone = value_below(item.body, field) is None
    if old is not None and before is not None and gone:
        origin = trace(old, _written(old, place_in(old.body, field)), before.decisions).origin
        if (found := _chosen(origin, before, after)) is not None:
            return found
        if origin.path[:1] == ("spec",):
            inside = exists(after.document.data, origin.path)
            return Where(after.document, origin.path, "value" if inside else "key")
    if old is not None and before is not None:
        origin = trace(item, place_in(item.body, field), after.decisions).origin
        found = _chosen(origin, before, after) or _in_settings(origin, old, item, field, before, after)
        if found is not None:
            return found
    path = _written(item, place_in(item.body, field))
    if old is not None:
        path = _deeper(path, value_below(old.body, field), value_below(item.body, field))
    return place(item, path, after.document, after.decisions)


def _written(item: Object, path: Path) -> Path:
    """``path``, or the first thing below it if it was written in parts, as llm-d's prefill is."""
    written = [above for above, _ in written_rows(item)]
    if any(path[: len(above)] == above for above in written):
        return path
    return next((below for below in written if below[: len(path)] == path), path)


def _chosen(origin: Origin, before: Version, after: Version) -> Where | None:
    """The place of the choice in the spec, where that is what changed, and not the catalog's text that it leads to."""
    old, new = before.decisions.runtime, after.decisions.runtime
    if origin.kind == "template" and (old.template, old.scope) != (new.template, new.scope):
        return Where(after.document, *runtime_place(after.document, "template"))
    if origin.path == PROFILE.path and _given(before, PROFILE.path) != _given(after, PROFILE.path):
        return Where(after.document, PROFILE.path, "value" if exists(after.document.data, PROFILE.path) else "key")
    return None


def _given(version: Version, path: Path) -> Any:
    data: Any = version.document.data
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _in_settings(
    origin: Origin, old: Object, new: Object, field: FieldPath, before: Version, after: Version
) -> Where | None:
    """The place in servewright.yaml, of what a built-in template makes of its release and its images."""
    runtime = after.decisions.runtime.runtime
    if origin.kind != "template" or runtime is None or runtime.where is not None or after.settings is None:
        return None
    was, now = before.context.project.spec, after.context.project.spec
    values = [(was.images, value_below(old.body, field)), (now.images, value_below(new.body, field))]
    given = {name for images, value in values for name, image in images.items() if image == value}
    path: Path = next(
        (("spec", "images", name) for name in sorted(given) if was.images.get(name) != now.images.get(name)), ()
    )
    if not path and was.platform != now.platform:
        path = ("spec", "platform")
    if not path:
        return None
    return Where(after.settings, path, "value" if exists(after.settings.data, path) else "key")


def _deeper(path: Path, before: Any, after: Any) -> Path:
    """``path``, extended by the first entry that differs where it is a list."""
    if not isinstance(after, list) or not after:
        return path
    old = before if isinstance(before, list) else []
    differing = (at for at, entry in enumerate(after) if at >= len(old) or entry != old[at])
    return (*path, next(differing, len(after) - 1))
