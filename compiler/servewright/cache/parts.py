"""Parts of files that are not settled: as they were made once, if that is still right; else they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json import JSONDecoder, JSONEncoder

from servewright.cache.intact import Output
from servewright.cache.shelf import UNKNOWN, Entry, Shelf
from servewright.cache.snapshot import Namespaces
from servewright.diagnostics.model import Source
from servewright.parts.codec import Codec
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule
from servewright.write import lock
from servewright.write.layout import path_of

_to_json = JSONEncoder(separators=(",", ":"), check_circular=False).encode
_from_json = JSONDecoder().raw_decode  # of a whole text: decode() looks for space around it, which takes as long


class Parts:
    """The parts of an order. ``hashes`` are those of its inputs, by path."""

    def __init__(
        self,
        order: Order,
        schedule: Schedule,
        shelf: Shelf,
        output: Output,
        codec: Codec,
        hashes: Mapping[str, str],
    ) -> None:
        self._order = order
        self._schedule = schedule
        self._shelf = shelf
        self._output = output
        self._codec = codec
        self._hashes = hashes
        self._made: dict[str, Part] = {}

    def make(self, sources: Sequence[Source]) -> Sequence[Part]:
        """The parts of a few files, of which nothing is known; they are kept until it is their turn."""
        made = list(self._by_schedule(sources))
        self._made.update((part.source.path, part) for part in made)
        return made

    def of(self, sources: Sequence[Source], groups: Mapping[str, Namespaces]) -> Iterator[tuple[Part, Entry]]:
        """The parts of files, and what is kept of them; ``groups`` are those in which the last run had the files."""
        known = {
            path: entry
            for path in (source.path for source in sources)
            if path in groups
            and path not in self._made
            and (entry := self._shelf.entries(groups[path]).get(path)) is not None
            and entry.input == self._hashes[path]
            and self._output.has_entry(entry)
        }
        rest = self._by_schedule([item for item in sources if item.path not in known and item.path not in self._made])
        for source in sources:
            path = source.path
            entry = known.get(path)
            if entry is not None:
                plain, _ = _from_json(entry.plain)  # only now: all of them take memory
                part = self._codec.decode(plain, [""] * len(plain[1]))
            else:
                part = self._made.pop(path) if path in self._made else next(rest)
                files = _files(part) if self._order.texts else UNKNOWN
                entry = Entry(self._hashes[path], files, _to_json(self._codec.encode(part)))
            self._shelf.put(part.namespaces, path, entry)
            yield part, entry

    def _by_schedule(self, sources: Sequence[Source]) -> Iterator[Part]:
        return self._schedule(self._order._replace(sources=sources)) if sources else iter(())


def _files(part: Part) -> str:
    """Path and hash of each file, separated by spaces, which no path has."""
    return " ".join(
        f"{path_of(item.namespace, item.folder, item.name)} {lock.hash_of(item.text.encode())}"
        for item in part.written
        if item.objects
    )
