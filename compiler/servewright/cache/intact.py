"""Whether output files are on disk as they were written."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.cache.looks import Looks
from servewright.cache.shelf import UNKNOWN, Entry
from servewright.cache.snapshot import Space
from servewright.write import disk, lock


class Output:
    """The output folder; None when no text is asked for, so that no file matters.

    ``seen`` are the files of parts that were found to be as they should, by their path below the folder, with their
    hashes.
    """

    def __init__(self, root: str, folder: str | None, looks: Looks) -> None:
        self._folders = disk.Folders(root)
        self._folder = folder
        self._looks = looks
        self.seen: dict[str, str] = {}

    def has_space(self, space: Space) -> bool:
        """Whether all files of a namespace are there, its lists too."""
        if self._folder is None:
            return True
        return space.block is not None and self._looks.are_right(space.block)

    def has_entry(self, entry: Entry) -> bool:
        """Whether the files of a part are there."""
        if self._folder is None:
            return True
        if entry.files == UNKNOWN:
            return False
        for path, digest in of_entry(entry):
            if self.seen.get(path) != digest:
                if not self._is(f"{self._folder}/{path}", digest):
                    return False
                self.seen[path] = digest
        return True

    def _is(self, path: str, digest: str) -> bool:
        content = self._folders.read(path)
        return isinstance(content, bytes) and lock.hash_of(content) == digest


def of_entry(entry: Entry) -> Iterator[tuple[str, str]]:
    """Path and hash of each file of an entry."""
    fields = entry.files.split() if entry.files != UNKNOWN else []
    return zip(fields[::2], fields[1::2], strict=True)
