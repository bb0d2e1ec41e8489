"""Connections that are known by name, and read only if a deployment that is compiled names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from servewright.cache.snapshot import KnownConnections
from servewright.catalog.index import Key
from servewright.compilation import Connections
from servewright.diagnostics.model import Source
from servewright.model.connection import Connection
from servewright.read.inputs import read_deployment_file
from servewright.resolve.context import Context


def known_connections(known: KnownConnections, sources: Mapping[str, Source]) -> Connections:
    """The connections that are known; ``sources`` are the files by path."""
    places = {(namespace, name): sources[path] for namespace, name, path in known.usable}
    return Connections(_Read(places), frozenset((namespace, name) for namespace, name in known.refused))


def to_know(context: Context) -> KnownConnections:
    """What is to be known of connections that were read."""
    usable = [(*key, connection.where.document.source.path) for key, connection in context.connections.items()]
    return KnownConnections(usable, sorted(context.refused_connections))


class _Read(Mapping[Key, Connection]):
    """Connections by namespace and name, which are in these files."""

    def __init__(self, places: Mapping[Key, Source]) -> None:
        self._places = places
        self._read: dict[Key, Connection] = {}

    def __getitem__(self, key: Key) -> Connection:
        if key not in self._read:
            for connection in reversed(read_deployment_file(self._places[key]).connections):  # the first one counts
                found = connection.namespace, connection.name
                if self._places.get(found) is self._places[key]:
                    self._read[found] = connection
        return self._read[key]

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[Key]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
