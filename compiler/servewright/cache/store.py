"""Files in ``.servewright/`` that nobody but this user, on this machine, can have written.

A repository is not trusted, and neither is a cache that came with it. So each file is sealed with a key that is the
user's own and outside of every repository: what was damaged, copied or forged is not even parsed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from servewright.cache.fingerprint import tool
from servewright.hashing import blake2b
from servewright.write import disk

FOLDER = ".servewright"
_KEY_SIZE = 32  # bytes
_SEAL_SIZE = 32
_IGNORE = "# written by servewright: nothing here belongs into Git\n*\n"


class Store:
    """The files of one repository; reading and writing never fail, they only do nothing."""

    def __init__(self, root: str, key: bytes, tool: str) -> None:
        self._root = root
        self._key = key
        self._tool = tool

    def read(self, name: str) -> bytes | None:
        """What was written under the name, if it is whole and ours."""
        found = disk.Folders(self._root).read(f"{FOLDER}/{name}")
        if not isinstance(found, bytes) or len(found) < _SEAL_SIZE:
            return None
        seal, content = found[:_SEAL_SIZE], found[_SEAL_SIZE:]
        # Hashed once more, so that the time that it takes says nothing; hmac, which could compare them, loads OpenSSL.
        return content if self._seal(name, seal) == self._seal(name, self._seal(name, content)) else None

    def write(self, name: str, content: bytes) -> None:
        """Keep ``content`` under the name."""
        folders = disk.Folders(self._root)
        try:
            if folders.state(FOLDER) == "missing":
                disk.make_folders(self._root, [FOLDER])
                disk.replace(f"{self._root}/{FOLDER}/.gitignore", _IGNORE.encode())
            if disk.Folders(self._root).state(FOLDER) == "folder":
                disk.replace(f"{self._root}/{FOLDER}/{name}", self._seal(name, content) + content)
        except OSError:
            pass  # a full or read-only disk: the next run compiles again

    def _seal(self, name: str, content: bytes) -> bytes:
        seal = blake2b(f"{self._tool} {name} ".encode(), key=self._key, digest_size=_SEAL_SIZE)
        seal.update(content)
        return seal.digest()


def open_store(root: str, environment: Mapping[str, str]) -> Store | None:
    """The repository's store; None when the user has no place for a key."""
    home = environment.get("HOME", "")
    base = environment.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    if not os.path.isabs(base):
        return None
    try:
        key = _key(f"{base}/servewright")
    except OSError:
        return None
    return Store(root, key, tool()) if key is not None else None


def _key(folder: str) -> bytes | None:
    """The user's key, made when it is first needed; None when somebody else could know or have made it."""
    path = f"{folder}/key"
    flags = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, os.O_RDONLY | flags)
    except FileNotFoundError:
        os.makedirs(folder, 0o700, exist_ok=True)
        key = os.urandom(_KEY_SIZE)
        temporary = f"{folder}/.key-{os.urandom(8).hex()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | flags, 0o600)
        try:
            os.write(descriptor, key)
        finally:
            os.close(descriptor)
        try:
            os.link(temporary, path)  # unlike a rename, it leaves the key of a run that was quicker
        except FileExistsError:
            return _key(folder)
        finally:
            os.unlink(temporary)
        return key
    try:
        status = os.fstat(descriptor)
        private = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
        key = os.read(descriptor, _KEY_SIZE + 1)
    finally:
        os.close(descriptor)
    return key if private and len(key) == _KEY_SIZE else None
