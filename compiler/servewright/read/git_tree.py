"""The files of a commit as folders with links: what reading them from disk would find. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from servewright.record import NamedTuple

_MOST_LINKS = 40  # as Linux follows
LINK, SUBMODULE = "120000", "160000"


class Entry(NamedTuple):
    """What is at a path: its mode, and the hash of the object."""

    mode: str
    blob: str


class Tree:
    """The project's folder in a commit. ``target`` gives the text of a link."""

    def __init__(self, entries: dict[str, Entry], target: Callable[[Entry], str]) -> None:
        self.entries = entries
        self._target = target
        self._below: dict[str, dict[str, None]] = {}
        for path in entries:
            while path:
                folder = path.rpartition("/")[0]
                siblings = self._below.setdefault(folder, {})
                if path in siblings:
                    break  # and so are the folders above
                siblings[path] = None
                path = folder

    def is_folder(self, path: str) -> bool:
        """Whether ``path``, free of links, is a folder."""
        return path in self._below or path == ""

    def children(self, folder: str) -> Iterator[str]:
        """The paths right below a folder that is free of links."""
        return iter(self._below.get(folder, ()))

    def real(self, path: str) -> str | None:
        """``path`` without links, as far as it exists; None if it leads out of the project, or in a circle."""
        done: list[str] = []
        pending = path.split("/")[::-1]
        links = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not done:
                    return None
                done.pop()
                continue
            here = "/".join((*done, part))
            entry = self.entries.get(here)
            if entry is None or entry.mode != LINK:
                done.append(part)
                continue
            links += 1
            target = self._target(entry)
            if links > _MOST_LINKS or target.startswith("/"):
                return None
            pending += target.split("/")[::-1]
        return "/".join(done)
