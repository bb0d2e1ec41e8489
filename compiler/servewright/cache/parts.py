"""Parts of files that are not settled: as they were made once, if that is still right; else they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from servewright.cache.intact import Output, of_entry
from servewright.cache.shelf import UNKNOWN, Entry, Shelf
from servewright.cache.snapshot import Namespaces
from servewright.diagnostics.model import Source
from servewright.parts.codec import Codec
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule


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
                part = self._codec.read(entry.plain, [digest for _, digest in of_entry(entry)])
            else:
                part = self._made.pop(path) if path in self._made else next(rest)
                files = _files(part) if self._order.texts else UNKNOWN
                entry = Entry(self._hashes[path], files, part.plain or self._codec.spell(part))
            self._shelf.put(part.namespaces, path, entry)
            yield part, entry

    def _by_schedule(self, sources: Sequence[Source]) -> Iterator[Part]:
        return self._schedule(self._order._replace(sources=sources)) if sources else iter(())


def _files(part: Part) -> str:
    """Path and hash of each file, separated by spaces, which no path has: the tree takes no other."""
    return " ".join(
        [
            f"{namespace}/{folder}/{name}.yaml {digest}"
            for namespace, folder, name, _, objects, _, digest, _ in part.written
            if objects
        ]
    )
