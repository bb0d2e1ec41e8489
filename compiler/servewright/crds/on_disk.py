"""What ``schemas import`` reads and writes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from servewright.diagnostics.model import Source
from servewright.write.disk import Folders, Obstacle, make_folders, replace

MAX_BYTES = 64 << 20
_ENDINGS = (".yaml", ".yml", ".json")


class UnusableError(Exception):
    """A file or folder that cannot be read or written; the text names it."""


def read_sources(paths: Sequence[str], directory: str) -> Iterator[Source]:
    """The files that PATH… names, relative to ``directory``; of a folder all YAML and JSON below it, in order."""
    for path in paths:
        full = os.path.join(directory, path)
        if not os.path.isdir(full):
            yield _read(full, path)
            continue
        for folder, folders, names in os.walk(full, onerror=_refuse):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if name.endswith(_ENDINGS) and not name.startswith("."):
                    file = os.path.join(folder, name)
                    yield _read(file, os.path.join(path, os.path.relpath(file, full)))


def _refuse(error: OSError) -> None:
    raise UnusableError(f"`{error.filename}` cannot be read: {(error.strerror or 'unknown error').lower()}")


def _read(full: str, shown: str) -> Source:
    try:
        if not os.path.isfile(full):
            raise UnusableError(f"`{shown}` is not there" if not os.path.exists(full) else f"`{shown}` is not a file")
        with open(full, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UnusableError(f"`{shown}` is larger than {MAX_BYTES >> 20} MiB")
        return Source(shown, data.decode("utf-8-sig"))
    except OSError as error:
        raise UnusableError(f"`{shown}` cannot be read: {(error.strerror or 'unknown error').lower()}") from None
    except UnicodeDecodeError:
        raise UnusableError(f"`{shown}` is not UTF-8") from None


def write_files(texts: Mapping[str, str], root: str, shown: str) -> int:
    """Write what is not there yet below ``root``; how many files that were. Others in it are left alone."""
    try:
        os.makedirs(root, exist_ok=True)
        folders = Folders(root)
        changed = {}
        for path, text in texts.items():
            data = text.encode()
            there = folders.read(path)
            if isinstance(there, Obstacle):
                raise UnusableError(f"`{shown}/{path}` {there.what}")
            if there != data:
                changed[path] = data
        for folder, obstacle in folders.obstacles.items():
            raise UnusableError(f"`{shown}/{folder}` {obstacle.what}")
        make_folders(root, folders.missing())
        for path, data in changed.items():
            replace(f"{root}/{path}", data)
    except OSError as error:
        raise UnusableError(f"`{shown}` cannot be written: {(error.strerror or 'unknown error').lower()}") from None
    return len(changed)
