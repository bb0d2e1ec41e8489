"""Parts of earlier runs: a file that is what it was, in surroundings that are what they were, is not compiled again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from json import JSONEncoder, loads
from zlib import crc32

from servewright.cache import fingerprint
from servewright.cache.store import Store
from servewright.parts.codec import Codec
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule
from servewright.write import disk, lock
from servewright.write.layout import path_of

_to_json = JSONEncoder(separators=(",", ":"), check_circular=False).encode
_BUCKETS = 64  # files that entries are spread over: one edit writes one of them


class Remembering:
    """A schedule that makes by ``inner`` what it does not remember, and remembers it.

    With texts, a part counts only if its output files are on disk as they were written: their text is read there.
    ``seen`` are those files, by their path below the output folder, with their hashes.
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
        known: dict[str, Part] = {}
        for path, digest in hashes.items():
            entry = shelf.get(path, digest)
            part = self._recall(entry, codec, output) if entry is not None else None
            if part is not None:
                known[path] = part
        made = self._inner(order._replace(sources=[item for item in order.sources if item.path not in known]))
        for source in order.sources:
            part = known.pop(source.path, None)
            if part is None:
                part = next(made)
                digests = [lock.hash_of(item.text.encode()) for item in part.written] if order.texts else None
                entry = _to_json([codec.encode(part), digests]).encode()
                shelf.put(source.path, hashes[source.path], entry)
            yield part
        shelf.save(hashes)

    def _recall(self, entry: bytes, codec: Codec, output: str | None) -> Part | None:
        plain, digests = loads(entry)
        written = plain[1]
        if output is None:
            return codec.decode(plain, [""] * len(written))
        if digests is None:  # of a run that needed no texts
            return None
        texts: list[str] = []
        for (namespace, folder, name, _, objects, _), digest in zip(written, digests, strict=True):
            text = ""
            if objects:
                path = path_of(namespace, folder, name)
                content = self._folders.read(f"{output}/{path}")
                if not isinstance(content, bytes) or lock.hash_of(content) != digest:
                    return None
                text = content.decode()
                self.seen[path] = digest
            texts.append(text)
        return codec.decode(plain, texts)


class _Shelf:
    """Entries by input file and its hash, in buckets of one line each; an entry is parsed when it is used."""

    def __init__(self, store: Store, surroundings: str) -> None:
        self._store = store
        self._head = surroundings.encode()
        self._buckets = [self._load(number) for number in range(_BUCKETS)]
        self._changed: set[int] = set()

    def get(self, path: str, digest: str) -> bytes | None:
        """The entry of the file, if it is of this text."""
        found = self._buckets[_bucket(path)].get(path)
        return found[1] if found is not None and found[0] == digest else None

    def put(self, path: str, digest: str, entry: bytes) -> None:
        """Keep the entry in place of an earlier one."""
        number = _bucket(path)
        self._buckets[number][path] = digest, entry
        self._changed.add(number)

    def save(self, paths: Collection[str]) -> None:
        """Write the buckets that changed, without files that are gone."""
        for number, entries in enumerate(self._buckets):
            gone = entries.keys() - paths
            if gone or number in self._changed:
                lines = [self._head]
                for path, (digest, entry) in entries.items():
                    if path not in gone and path.isprintable():  # no line end, no tab
                        lines.append(b"\t".join((path.encode(), digest.encode(), entry)))
                self._store.write(f"parts-{number:02d}", b"\n".join(lines))

    def _load(self, number: int) -> dict[str, tuple[str, bytes]]:
        content = self._store.read(f"parts-{number:02d}")
        head, *lines = content.split(b"\n") if content is not None else [b""]
        if head != self._head:
            return {}
        fields = (line.split(b"\t", 2) for line in lines)
        return {path.decode(): (digest.decode(), entry) for path, digest, entry in fields}


def _bucket(path: str) -> int:
    return crc32(path.encode("utf-8", "surrogatepass")) % _BUCKETS
