"""Two compiled sides to a change: which deployments, connections and shared runtimes differ, and in which objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from servewright.catalog.release import Release
from servewright.change.compare import compare
from servewright.change.model import DeploymentChange, FileChange, Kind, ObjectChange
from servewright.change.renames import renames
from servewright.change.side import Key, Side, used_runtime
from servewright.check.schemas import load
from servewright.lower.fields import Object

Objects = Mapping[Key, Sequence[Object]]
_Changed = dict[Key, ObjectChange]  # runtimes that differ, by namespace and name


def changed_deployments(
    base: Side, head: Side, unknown: Collection[Key], release: Release, runtimes: _Changed
) -> tuple[DeploymentChange, ...]:
    """The deployments that differ, sorted; ``runtimes`` are the shared ones that do.

    Nothing is said of ``unknown`` ones: those that the head has with errors, or may have in a file that cannot be read.
    One that uses a runtime which is gone has changed with it. What the base had with errors counts as added.
    """
    keys = sorted((base.versions.keys() | head.versions.keys()) - set(unknown))
    own = {key: tuple(_objects(*_both(base, head, key), release)) for key in keys}
    emitted = {
        (item.identity[1], item.identity[2]): item
        for items in own.values()
        for item in items
        if item.identity[0] == "ServingRuntime"
    }
    gone = {key: base.versions[key] for key in keys if key not in head.versions}
    new = {key: head.versions[key] for key in keys if key not in base.versions}
    repaired = {
        key for key, version in new.items() if key in base.broken or version.document.source.path in base.unclear
    }
    names = renames(gone, {key: version for key, version in new.items() if key not in repaired})
    found = []
    for key in keys:
        before, after = base.versions.get(key), head.versions.get(key)
        runtime = None
        if (place := used_runtime(key, after or before)) is not None:
            runtime = runtimes.get(place) or emitted.get(place)
        if own[key] or runtime is not None or before is None or after is None:
            kind = _kind(before, after)
            space, other = names.get(key, (None, None))
            moved = space if space != key[0] else None
            incomplete = key in repaired
            found.append(DeploymentChange(*key, kind, before, after, own[key], runtime, other, incomplete, moved))
    return tuple(found)


def changed_runtimes(base: Side, head: Side, unknown: Collection[Key], release: Release) -> tuple[FileChange, ...]:
    """The shared runtimes that differ. One that only deployments with errors use is not known to be gone."""
    doubtful = {
        key for key, users in base.users.items() if any((key[0], user) in unknown for user in users)
    } - head.runtimes.keys()
    return tuple(
        _files(
            "runtimes",
            {key: (item,) for key, item in base.runtimes.items() if key not in doubtful},
            {key: (item,) for key, item in head.runtimes.items()},
            lambda key: head.users.get(key, ()),
            release,
        )
    )


def changed_connections(before: Objects, after: Objects, head: Side, release: Release) -> tuple[FileChange, ...]:
    """The connections whose objects differ."""
    users: dict[Key, set[str]] = {}
    for (namespace, name), version in head.versions.items():
        if (connection := version.decisions.source.connection) is not None:
            users.setdefault((namespace, connection), set()).add(name)
    return tuple(_files("connections", before, after, lambda key: users.get(key, ()), release))


def _files(
    folder: str,
    before: Objects,
    after: Objects,
    users: Callable[[Key], Collection[str]],
    release: Release,
) -> Iterator[FileChange]:
    for key in sorted(before.keys() | after.keys()):
        first, second = before.get(key), after.get(key)
        objects = tuple(_objects(first or (), second or (), release))
        if objects:
            yield FileChange(key[0], folder, key[1], _kind(first, second), objects, tuple(sorted(users(key))))


def _both(base: Side, head: Side, key: Key) -> tuple[Sequence[Object], Sequence[Object]]:
    before, after = base.versions.get(key), head.versions.get(key)
    return before.objects if before else (), after.objects if after else ()


def _objects(before: Sequence[Object], after: Sequence[Object], release: Release) -> Iterator[ObjectChange]:
    """The objects that differ, in apply order; those that go come last."""
    if before is after:
        return
    earlier = {item.identity: item for item in before}
    for item in after:
        old = earlier.pop(item.identity, None)
        if old is None:
            yield ObjectChange(item.identity, "added", (), None, item)
        elif old.body != item.body:
            schema = load(release, str(item.body["apiVersion"]), str(item.body["kind"]))
            fields = compare(old.body, item.body, schema)
            if fields:
                yield ObjectChange(item.identity, "changed", fields, old, item)
    for item in earlier.values():
        yield ObjectChange(item.identity, "removed", (), item, None)


def _kind(before: object, after: object) -> Kind:
    return "added" if before is None else "removed" if after is None else "changed"
