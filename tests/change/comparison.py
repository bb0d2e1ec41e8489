"""Two repositories, compiled and compared: the records that consequence rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from servewright import Compilation, Repository, compile_repository
from servewright.change.consequences import consequences_of
from servewright.change.model import (
    Change,
    DeploymentChange,
    FieldChange,
    FieldPath,
    FileChange,
    Item,
    Kind,
    ObjectChange,
    Version,
)
from servewright.compilation import Unit
from servewright.diagnostics.model import Finding
from servewright.lower.fields import Object

Key = tuple[str, str]
Files = Mapping[str, str]


def consequences(
    before: Files, after: Files, *, allow_deletions: bool = False
) -> tuple[tuple[tuple[str, str] | None, Finding], ...]:
    """What the change from one repository to the other does."""
    base, head = (compile_repository(Repository.of(files)) for files in (before, after))
    return tuple(consequences_of(change_of(base, head), allow_deletions=allow_deletions))


def change_of(base: Compilation, head: Compilation) -> Change:
    """The difference between two compilations."""
    old, new = _versions(base), _versions(head)
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    renamed: dict[Key, str] = {}
    for key in sorted(gone):
        for other in sorted(come):
            if key[0] == other[0] and old[key].document.source.path == new[other].document.source.path:
                renamed[key], renamed[other] = other[1], key[1]
    deployments = []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        objects = _objects(before.objects if before else (), after.objects if after else ())
        shared = _objects(*(((side.runtime,) if side and side.runtime else ()) for side in (before, after)))
        runtime = next((item for item in shared if item.change == "changed"), None)
        if objects or runtime:
            change = _kind(before, after)
            deployments.append(DeploymentChange(*key, change, before, after, objects, runtime, renamed.get(key)))
    return Change(tuple(deployments), tuple(_files(base, head)), _population(old, new))


def _versions(compilation: Compilation) -> dict[Key, Version]:
    assert compilation.context is not None
    runtimes = {(unit.namespace, unit.name): unit.objects[0] for unit in _units(compilation, "runtimes")}
    found = {}
    for unit in _units(compilation, "deployments"):
        decisions = compilation.decisions[unit.namespace, unit.name]
        choice = decisions.runtime
        runtime = runtimes.get((unit.namespace, choice.name)) if choice.shared else None
        found[unit.namespace, unit.name] = Version(
            decisions, compilation.context, unit.where.document, unit.objects, runtime
        )
    return found


def _units(compilation: Compilation, folder: str) -> Iterator[Unit]:
    yield from (unit for unit in compilation.units if unit.folder == folder)


def _files(base: Compilation, head: Compilation) -> Iterator[FileChange]:
    for folder in ("connections", "runtimes"):
        old, new = (
            {(unit.namespace, unit.name): unit.objects for unit in _units(side, folder)} for side in (base, head)
        )
        for key in sorted(old.keys() | new.keys()):
            if objects := _objects(old.get(key, ()), new.get(key, ())):
                yield FileChange(key[0], folder, key[1], _kind(old.get(key), new.get(key)), objects)


def _population(old: Mapping[Key, Any], new: Mapping[Key, Any]) -> dict[str, tuple[int, int]]:
    def count(side: Mapping[Key, Any], namespace: str) -> int:
        return sum(key[0] == namespace for key in side)

    return {name: (count(old, name), count(new, name)) for name in sorted({key[0] for key in (*old, *new)})}


def _kind(before: object, after: object) -> Kind:
    return "added" if before is None else "removed" if after is None else "changed"


def _objects(before: tuple[Object, ...], after: tuple[Object, ...]) -> tuple[ObjectChange, ...]:
    old, new = ({item.identity: item for item in side} for side in (before, after))
    return tuple(
        ObjectChange(
            identity,
            _kind(old.get(identity), new.get(identity)),
            tuple(_fields((), old[identity].body, new[identity].body)) if identity in old and identity in new else (),
            old.get(identity),
            new.get(identity),
        )
        for identity in {**old, **new}
        if identity not in old or identity not in new or old[identity].body != new[identity].body
    )


def _fields(path: FieldPath, before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _fields((*path, key), before.get(key), after.get(key))
    elif _by_name(before) and _by_name(after):
        old, new = ({entry["name"]: entry for entry in side} for side in (before, after))
        for name in {**old, **new}:
            yield from _fields((*path, Item("name", name)), old.get(name), new.get(name))
    else:
        yield FieldChange(path, before, after)


def _by_name(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "name" in item for item in value)
