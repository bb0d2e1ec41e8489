"""Parts of earlier runs: a file that is what it was, in surroundings that are what they were, is not compiled again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from json import JSONDecoder, JSONEncoder
from zlib import crc32

from servewright.cache import fingerprint
from servewright.cache.store import Store
from servewright.parts.codec import Codec
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule
from servewright.record import NamedTuple
from servewright.write import disk, lock
from servewright.write.layout import path_of

_to_json = JSONEncoder(separators=(",", ":"), check_circular=False).encode
_from_json = JSONDecoder().raw_decode  # of a whole text: decode() looks for space around it, which takes as long
_BUCKETS = 64  # files that entries are spread over: one edit writes one of them


class _Entry(NamedTuple):
    """What is kept of a part: the hash of its input, its output files with their hashes, itself as JSON."""

    input: str
    files: str
    plain: str


_UNKNOWN = "-"  # files of a run that needed no texts


class Remembering:
    """A schedule that makes by ``inner`` what it does not remember, and remembers it.

    With texts, a part counts only if its output files are on disk as they were written. ``seen`` are those files, by
    their path below the output folder, with their hashes; nobody needs their text again, so it is left out.
    """

    def __init__(self, store: Store, root: str, inner: Schedule) -> None:
        self._store = store
        self._folders = disk.Folders(root)
        self._inner = inner
        self.seen: dict[str, str] = {}

    def __call__(self, order: Order) -> Iterator[Part]:
        """The parts of an order."""
        if order.prepared.project is None or order.prepared.context is None:
            yield from self._inner(order)
            return
        output = order.prepared.project.spec.output if order.texts else None
        shelf = _Shelf(self._store, fingerprint.of_surroundings(order.repository, order.prepared.early))
        codec = Codec(order.repository.sources, order.prepared.context)
        hashes = {source.path: fingerprint.of_text(source) for source in order.sources}
        known = {
            path
            for path, digest in hashes.items()
            if (entry := shelf.get(path, digest)) is not None and self._is_there(entry, output)
        }
        made = self._inner(order._replace(sources=[item for item in order.sources if item.path not in known]))
        for source in order.sources:
            path = source.path
            if path in known:
                plain, _ = _from_json(shelf.entries(path)[path].plain)  # only now: all of them take memory
                yield codec.decode(plain, [""] * len(plain[1]))
                continue
            part = next(made)
            files = _files(part) if order.texts else _UNKNOWN
            shelf.put(path, _Entry(hashes[path], files, _to_json(codec.encode(part))))
            yield part
        shelf.save(hashes)

    def _is_there(self, entry: _Entry, output: str | None) -> bool:
        """Whether the output files of a part are as they were written, or do not matter."""
        if output is None:
            return True
        if entry.files == _UNKNOWN:
            return False
        fields = entry.files.split()
        found = dict(zip(fields[::2], fields[1::2], strict=True))
        for path, digest in found.items():
            content = self._folders.read(f"{output}/{path}")
            if not isinstance(content, bytes) or lock.hash_of(content) != digest:
                return False
        self.seen |= found
        return True


def _files(part: Part) -> str:
    """Path and hash of each file, separated by spaces, which no path has."""
    return " ".join(
        f"{path_of(item.namespace, item.folder, item.name)} {lock.hash_of(item.text.encode())}"
        for item in part.written
        if item.objects
    )


class _Shelf:
    """Entries by input file, in buckets; an entry is parsed when it is used."""

    def __init__(self, store: Store, surroundings: str) -> None:
        self._store = store
        self._head = surroundings
        self._buckets = [self._load(number) for number in range(_BUCKETS)]
        self._changed: set[int] = set()

    def entries(self, path: str) -> dict[str, _Entry]:
        """Those of the file's bucket."""
        return self._buckets[_bucket(path)]

    def get(self, path: str, digest: str) -> _Entry | None:
        """The entry of the file, if it is of this text."""
        found = self.entries(path).get(path)
        return found if found is not None and found.input == digest else None

    def put(self, path: str, entry: _Entry) -> None:
        """Keep the entry in place of an earlier one."""
        self.entries(path)[path] = entry
        self._changed.add(_bucket(path))

    def save(self, paths: Collection[str]) -> None:
        """Write the buckets that changed, without files that are gone."""
        for number, entries in enumerate(self._buckets):
            gone = entries.keys() - paths
            if gone or number in self._changed:
                lines = [self._head]
                for path, entry in entries.items():
                    if path not in gone and path.isprintable():  # no line end, no tab
                        lines.append("\t".join((path, *entry)))
                self._store.write(f"parts-{number:02d}", "\n".join(lines).encode())

    def _load(self, number: int) -> dict[str, _Entry]:
        content = self._store.read(f"parts-{number:02d}")
        head, *lines = content.decode().split("\n") if content is not None else [""]
        if head != self._head:
            return {}
        fields = (line.split("\t", 3) for line in lines)
        return {path: _Entry(*rest) for path, *rest in fields}


def _bucket(path: str) -> int:
    return crc32(path.encode("utf-8", "surrogatepass")) % _BUCKETS
