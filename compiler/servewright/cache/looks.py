"""What output files looked like when their content was last known to be right.

Git looks at its working tree in the same way: a file is not read again if its size, its inode and the time of its last
change are what they were. Nobody can set that time (unlike that of its content), so whatever is done to a file shows in
it, unless it is done in the same moment. That is why a file only counts if it was last changed before its content was
looked at; after a first render, before the output folder came to its place, since it came as a whole.
"""

from __future__ import annotations

import os
import time

from servewright.cache.store import Store
from servewright.hashing import blake2b
from servewright.write import disk, lock

_NAME = "looks"
_SIZE = 16  # bytes of a hash
_TICK = 20_000_000  # ns: Linux counts the time of a change in steps of 10 ms at most
_COARSE = 1_000_000  # ns: what is a multiple of it may come from a file system that counts in seconds
_NEVER = 2**63


class Looks:
    """Of blocks of a lock, which list the output files of a namespace each."""

    def __init__(self, store: Store, root: str) -> None:
        self._store = store
        self._root = root
        self._before = time.time_ns() - _TICK
        self._folders = disk.Folders(root)
        self._listed = self._folders.has_file(lock.FILE)
        self._known = frozenset((store.read(_NAME) or b"").decode().split())
        self._now: dict[str, str] = {}  # blocks that were found to be right, to what their files look like

    def are_right(self, block: str) -> bool:
        """Whether all files of a block have the content that it says."""
        looks, changed = _looks(block, self._folders)
        if looks not in self._known:
            for path, digest in lock.entries_of(block):
                content = self._folders.read(path)
                if not isinstance(content, bytes) or lock.hash_of(content) != digest:
                    return False
        if looks is not None and (looks in self._known or changed < self._before):
            self._now[block] = looks
        return True

    def keep(self, text: str, output: str) -> None:
        """Remember what the files of a lock look like, of which all are right; ``output`` is the output folder."""
        folders = disk.Folders(self._root)  # there may be others now
        before = self._before if self._listed else _moved(f"{self._root}/{output}")
        for block in lock.blocks(text, output):
            if block not in self._now:
                looks, changed = _looks(block, folders)
                if looks is not None and changed < before:
                    self._now[block] = looks
        if self._known != (known := frozenset(self._now.values())):
            self._store.write(_NAME, "\n".join(sorted(known)).encode())


def _moved(folder: str) -> int:
    """When a folder got its name, or something was put into it."""
    try:
        return os.lstat(folder).st_ctime_ns
    except OSError:
        return 0


def _looks(block: str, folders: disk.Folders) -> tuple[str | None, int]:
    """What the files of a block look like, and when the last one was changed; ``_NEVER`` if the time is too coarse.

    None if a file is not there, or is no regular file.
    """
    found = folders.statuses([path for path, _ in lock.entries_of(block)])
    if found is None:
        return None, _NEVER
    times = [item.st_ctime_ns for item in found]
    last = max((time if time % _COARSE else _NEVER for time in times), default=0)
    looks = times, [item.st_ino for item in found], [item.st_size for item in found]
    return blake2b(f"{block}{looks}".encode(), digest_size=_SIZE).hexdigest(), last
