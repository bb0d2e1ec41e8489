"""Whether output files are on disk as they were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servewright.cache.shelf import UNKNOWN, Entry
from servewright.cache.snapshot import Space
from servewright.write import disk, lock


class Output:
    """The output folder; None when no text is asked for, so that no file matters.

    ``seen`` are the files that were found to be as they should, by their path below the folder, with their hashes.
    """

    def __init__(self, root: str, folder: str | None) -> None:
        self._folders = disk.Folders(root)
        self._folder = folder
        self.seen: dict[str, str] = {}

    def has_space(self, space: Space) -> bool:
        """Whether all files of a namespace are there, its lists too."""
        return self._folder is None or (space.files is not None and self._has(of_space(space)))

    def has_entry(self, entry: Entry) -> bool:
        """Whether the files of a part are there."""
        return self._folder is None or (entry.files != UNKNOWN and self._has(of_entry(entry)))

    def _has(self, files: Iterable[tuple[str, str]]) -> bool:
        for path, digest in files:
            if self.seen.get(path) != digest:
                content = self._folders.read(f"{self._folder}/{path}")
                if not isinstance(content, bytes) or lock.hash_of(content) != digest:
                    return False
                self.seen[path] = digest
        return True


def of_space(space: Space) -> Iterator[tuple[str, str]]:
    """Path and hash of each file of a namespace."""
    fields = space.files.split() if space.files is not None else []
    return zip(fields[::2], fields[1::2], strict=True)


def of_entry(entry: Entry) -> Iterator[tuple[str, str]]:
    """Path and hash of each file of an entry."""
    fields = entry.files.split() if entry.files != UNKNOWN else []
    return zip(fields[::2], fields[1::2], strict=True)
