"""A finished run, as far as the next one needs it where nothing has changed.

Files are kept in groups of those that belong to the same namespaces, which is mostly one. What a file becomes follows
from its text and the surroundings; what is found in a namespace, and which output files it has, from the files that
belong to it. So where all files of a namespace are as they were, none of that is looked at one by one.

Files are lines of text, a path, a space and the hash of the file: no path has a line end. As JSON, they would take most
of the time that there is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping

from servewright.cache.store import Store
from servewright.hints import Any
from servewright.record import NamedTuple

_NAME = "snapshot"
_DIGEST = 41  # characters of a line's end: a space and a hash

Namespaces = tuple[str, ...]  # sorted; files that cannot be read have none


class Group(NamedTuple):
    """Input files of the same namespaces: ``files`` has a line for each.

    ``deployments`` and ``connections`` are how many there are. ``said`` are the files with findings or waivers, with
    both as ``parts.codec`` spells them.
    """

    files: str
    deployments: int
    connections: int
    said: list[tuple[str, list[Any], list[Any]]]


class Space(NamedTuple):
    """A namespace: ``block`` is its part of the lock; None where the texts were not made.

    ``objects`` is how many there are, ``findings`` what its deployments are to each other, ``runtimes`` which built-in
    ones they use; both as ``parts.codec`` spells them.
    """

    block: str | None
    objects: int
    findings: list[Any]
    runtimes: list[int]


class KnownConnections(NamedTuple):
    """Namespace, name and file of every connection that can be used, namespace and name of those that cannot."""

    usable: list[tuple[str, str, str]]
    refused: list[tuple[str, str]]


class Snapshot(NamedTuple):
    """What a run came to, in surroundings that have this hash: groups by their namespaces, namespaces by name."""

    surroundings: str
    groups: Mapping[Namespaces, Group]
    spaces: Mapping[str, Space]
    connections: KnownConnections

    def paths(self, group: Namespaces) -> Iterator[str]:
        """The input files of a group."""
        return (line[:-_DIGEST] for line in self.groups[group].files.split("\n"))


def load(store: Store, surroundings: str) -> Snapshot:
    """The last run's snapshot; an empty one if it had other surroundings."""
    content = store.read(_NAME)
    if content is not None:
        head, _, text = content.decode().partition("\n")
        found, groups, spaces, connections = json.loads(head)
        if found == surroundings:
            at = 0

            def take(length: int) -> str:
                nonlocal at
                at += length
                return text[at - length : at]

            return Snapshot(
                found,
                {tuple(namespaces): Group(take(length), *group) for namespaces, length, *group in groups},
                {name: Space(None if length is None else take(length), *space) for name, length, *space in spaces},
                KnownConnections(*connections),
            )
    return Snapshot(surroundings, {}, {}, KnownConnections([], []))


def save(store: Store, snapshot: Snapshot) -> None:
    """Keep the snapshot of a run: a line of JSON, and after it the texts whose lengths it has."""
    surroundings, groups, spaces, connections = snapshot
    head = [
        surroundings,
        [[namespaces, len(group.files), *group[1:]] for namespaces, group in groups.items()],
        [[name, None if space.block is None else len(space.block), *space[1:]] for name, space in spaces.items()],
        connections,
    ]
    texts = [*(group.files for group in groups.values()), *(space.block or "" for space in spaces.values())]
    text = "".join((json.dumps(head, separators=(",", ":"), check_circular=False), "\n", *texts))
    store.write(_NAME, text.encode())


def difference(snapshot: Snapshot, lines: Iterable[str]) -> tuple[set[str], set[Namespaces]]:
    """The files that are new or not what they were, and the groups whose files are all as they were.

    ``lines`` has path and hash of every file that there is now.
    """
    left, same = set(lines), set()
    for namespaces, group in snapshot.groups.items():
        known = group.files.split("\n")
        if left.issuperset(known):
            same.add(namespaces)
        left.difference_update(known)
    return {line[:-_DIGEST] for line in left}, same


def settled(snapshot: Snapshot, same: Collection[Namespaces], touched: Iterable[str]) -> set[Namespaces]:
    """The groups that nothing touches, of those that are the ``same``.

    Something ``touched`` a namespace; so does a group that is not the same, or of which not everything is known. What
    touches one namespace of a group touches all of them.
    """
    groups = {group for group in same if all(namespace in snapshot.spaces for namespace in group)}
    spreading = set(touched).union(*(group for group in snapshot.groups if group not in groups))
    while reached := {group for group in groups if not spreading.isdisjoint(group)}:
        groups -= reached
        spreading.update(*reached)
    return groups
