"""Parts of earlier runs by input file, in buckets of whole groups: one edit reads and writes one of them."""

from __future__ import annotations

from collections.abc import Collection
from zlib import crc32

from servewright.cache.snapshot import Namespaces
from servewright.cache.store import Store
from servewright.record import NamedTuple

_BUCKETS = 64

_END = b"\n\n"  # of the lines of a bucket; what follows is the parts, whose lengths they have

UNKNOWN = "-"  # files of a run that needed no texts


class Entry(NamedTuple):
    """What is kept of a part: the hash of its input, its output files with their hashes, itself."""

    input: str
    files: str
    plain: bytes


class Shelf:
    """Entries of input files. One is right as long as its input is the same: the surroundings are the shelf's own."""

    def __init__(self, store: Store, surroundings: str) -> None:
        self._store = store
        self._head = surroundings
        self._buckets: dict[int, dict[str, Entry]] = {}
        self._changed: set[int] = set()
        self._numbers: dict[Namespaces, int] = {}

    def entries(self, group: Namespaces) -> dict[str, Entry]:
        """Those of a group's bucket, by path."""
        number = self._numbers.get(group)
        if number is None:
            number = self._numbers[group] = crc32(" ".join(group).encode("utf-8", "surrogatepass")) % _BUCKETS
        return self._bucket(number)

    def put(self, group: Namespaces, path: str, entry: Entry) -> None:
        """Keep an entry of a file of the group."""
        entries = self.entries(group)
        if entries.get(path) != entry:
            entries[path] = entry
            self._changed.add(self._numbers[group])

    def save(self, paths: Collection[str]) -> None:
        """Write the buckets that changed, without files that are not among ``paths``."""
        for number in self._changed:
            lines, parts = [self._head], []
            for path, (made_of, files, plain) in self._buckets[number].items():
                if path in paths:
                    lines.append(f"{path}\t{made_of}\t{files}\t{len(plain)}")
                    parts.append(plain)
            self._store.write(f"parts-{number:02d}", b"".join(["\n".join(lines).encode(), _END, *parts]))

    def _bucket(self, number: int) -> dict[str, Entry]:
        known = self._buckets.get(number)
        if known is None:
            known = self._buckets[number] = self._load(number)
        return known

    def _load(self, number: int) -> dict[str, Entry]:
        content = self._store.read(f"parts-{number:02d}")
        text, _, parts = (content or b"").partition(_END)
        head, *lines = text.decode().split("\n")
        if head != self._head:
            return {}
        entries, at = {}, 0
        for line in lines:
            path, made_of, files, length = line.split("\t")
            entries[path] = Entry(made_of, files, parts[at : (at := at + int(length))])
        return entries
