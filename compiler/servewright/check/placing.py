"""Where in the inputs a field of an object was written: the line to change when the field is wrong.

The spec says most of it; the rest is copied from the catalog: a runtime from its Template, a config, the tolerations
and defaults of a hardware profile.
"""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.diagnostics.field_path import exists
from servewright.diagnostics.model import Document, Path, Where
from servewright.hints import Any
from servewright.lower.fields import Object, Origin
from servewright.lower.origins import trace
from servewright.resolve.decisions import Decisions
from servewright.resolve.runtime_place import runtime_place

_NAME: Path = ("metadata", "name")


def place(item: Object, path: Path, document: Document, decisions: Decisions | None) -> Where:
    """The place of the field at ``path`` of ``item``, which may be absent: then that of what is around it.

    ``document`` is the input that ``item`` comes from, ``decisions`` those of its deployment (None: a connection).
    """
    origin, traced = trace(item, path, decisions)
    if decisions is not None:
        found = _in_catalog(item, origin, path, decisions)
        if found is not None:
            return found
        if origin.kind == "template":
            where, on = runtime_place(document, "template")
            return Where(document, where, on)
    start = origin.path or _NAME
    if not exists(document.data, start):
        return Where(document, start, "key")
    anchor = _anchor(path, traced, start)
    return Where(document, _descend(document.data, start, item.body, anchor, path[len(anchor) :]))


def _in_catalog(item: Object, origin: Origin, path: Path, decisions: Decisions) -> Where | None:
    """The place in a document of the catalog, if the field was copied from there."""
    if origin.kind == "template":
        runtime = decisions.runtime.runtime
        if runtime is None or runtime.where is None:
            return None
        document = runtime.where.document
        inner: Path = ("objects", 0) if document.data.get("kind") == "Template" else ()
        return Where(document, (*inner, *path))
    if origin.kind == "config":
        copies = decisions.llmd.copies
        source = next((copy.source for copy in copies if copy.name == item.identity[2]), None)
        return Where(source.where.document, path) if source else None
    if origin.kind == "profile" and decisions.hardware.profile is not None and origin.path[-1:] == ("profile",):
        document = decisions.hardware.profile.where.document
        inside = _in_profile(path, document.data)
        return Where(document, inside) if inside else None
    return None


def _in_profile(path: Path, profile: dict[str, Any]) -> Path | None:
    """The field of a HardwareProfile that became the pod's field at ``path``."""
    node: Path = ("spec", "scheduling", "node")
    for index, step in enumerate(path):
        if step in ("tolerations", "nodeSelector"):
            return (*node, *path[index:])
        if step == keys.QUEUE_NAME:
            return ("spec", "scheduling", "kueue", "localQueueName")
        if step in ("requests", "limits") and index + 1 < len(path):
            identifiers = profile["spec"]["identifiers"]
            for number, entry in enumerate(identifiers):
                if entry.get("identifier") == path[index + 1]:
                    return ("spec", "identifiers", number, "defaultCount")
    return None


def _anchor(path: Path, traced: Path, start: Path) -> Path:
    """The part of the object's ``path`` that the field ``start`` of the spec became."""
    if traced != path:
        return traced
    # An origin that is known more exactly than by row: the field has the same name here and there.
    ending = start[-2:] if isinstance(start[-1], int) else start[-1:]
    for index in range(len(path) - len(ending), -1, -1):
        if path[index : index + len(ending)] == ending:
            return path[: index + len(ending)]
    return path


def _descend(data: Any, start: Path, body: Any, origin_path: Path, rest: Path) -> Path:
    """``start``, extended along ``rest`` as far as the spec has the same fields there as the object."""
    value, given, place = body, data, start
    for step in origin_path:
        if not exists(value, (step,)):
            return start
        value = value[step]
    for step in start:
        given = given[step]
    for step in rest:
        if isinstance(step, int) and isinstance(given, list):
            # The object may have more before it: what profile and connection add comes first.
            wanted = value[step] if isinstance(value, list) and step < len(value) else None
            short = wanted.get("name") if isinstance(wanted, dict) else None  # a reference, written as a name
            if exists(given, (step,)) and given[step] in (wanted, short):
                pass  # at the same place; the one before may be equal
            elif wanted in given or short in given:
                step = given.index(wanted if wanted in given else short)
            elif isinstance(value, list) and len(value) != len(given):
                break
        if not exists(given, (step,)):
            break
        given = given[step]
        value = value[step] if exists(value, (step,)) else None
        place = (*place, step)
    return place
