"""The few things done to the file system: look at, read, replace and delete, never through a symbolic link.

Links are refused rather than resolved: a link in the output folder could lead a write or a deletion anywhere, and
Argo CD, Flux and kustomize refuse most of them too.
"""

from __future__ import annotations

# pathlib costs 10 ms at every start and several microseconds per file:
import os
import stat
from collections.abc import Iterable

from servewright.hints import Literal
from servewright.record import NamedTuple

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # not blocking: somebody may have left a FIFO
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 64 * 1024  # larger buffers are mapped and unmapped for each call, which takes longer than reading


class Obstacle(NamedTuple):
    """Something other than a readable regular file or folder; ``what`` completes "`path` …"."""

    what: str
    link: bool = False


_LINK = Obstacle("is a symbolic link", link=True)
FolderState = Literal["folder", "missing"]


class Folders:
    """What the folders below ``root`` are, looked up once each; a missing one answers for all below it."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._states: dict[str, FolderState | Obstacle] = {"": "folder"}
        self.obstacles: dict[str, Obstacle] = {}

    def state(self, folder: str) -> FolderState | Obstacle:
        """Return what ``folder`` (relative to the root, ``""`` is the root) is; an obstacle above it counts for it."""
        state = self._states.get(folder)
        if state is None:
            state = self.state(folder.rpartition("/")[0])
            if state == "folder":
                state = _folder_state(f"{self._root}/{folder}")
                if isinstance(state, Obstacle):
                    self.obstacles[folder] = state
            self._states[folder] = state
        return state

    def missing(self) -> tuple[str, ...]:
        """Return the folders that were asked for, but are not there, parents first."""
        return tuple(sorted(folder for folder, state in self._states.items() if state == "missing"))

    def read(self, path: str) -> bytes | Obstacle | None:
        """Return the bytes of the file at ``path``; None if there is none, or if it could not be there."""
        return read(f"{self._root}/{path}") if self.state(path.rpartition("/")[0]) == "folder" else None

    def has_file(self, path: str) -> bool:
        """Whether a regular file is at ``path`` itself."""
        if self.state(path.rpartition("/")[0]) != "folder":
            return False
        try:
            return stat.S_ISREG(os.lstat(f"{self._root}/{path}").st_mode)
        except OSError:
            return False


def _folder_state(path: str) -> FolderState | Obstacle:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return _unreadable(error)
    if stat.S_ISDIR(mode):
        return "folder"
    return _LINK if stat.S_ISLNK(mode) else Obstacle("is not a folder")


def read(path: str) -> bytes | Obstacle | None:
    """Return the bytes of the regular file at ``path``, None if nothing is there, or what is there instead."""
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _LINK if os.path.islink(path) else _unreadable(error)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Obstacle("is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file")
        content = os.read(descriptor, _CHUNK)
        if len(content) != status.st_size:
            chunks = [content]
            while chunk := os.read(descriptor, _CHUNK):
                chunks.append(chunk)
            content = b"".join(chunks)
        return content
    finally:
        os.close(descriptor)


def make_folders(root: str, folders: Iterable[str]) -> None:
    """Make ``folders`` (relative, parents first); one that a concurrent run made meanwhile is fine."""
    for folder in folders:
        try:
            os.mkdir(f"{root}/{folder}", 0o755)
        except FileExistsError:
            continue


def replace(path: str, content: bytes) -> None:
    """Put a file of mode 0644 at ``path``: readers see the old content or the new, never a part.

    OSError as it comes, with nothing left behind. No fsync: the files are Git's to keep, and a lost one is rendered
    again.
    """
    temporary = _temporary(path, content)
    try:
        os.replace(temporary, path)
    except BaseException:
        _unlink(temporary)
        raise


def create(path: str, content: bytes) -> None:
    """Put a file of mode 0644 where there is none, as a whole; FileExistsError, and nothing changed, if there is one."""
    temporary = _temporary(path, content)
    try:
        os.link(temporary, path)  # renaming would replace a file that somebody made meanwhile
    finally:
        os.unlink(temporary)


def _temporary(path: str, content: bytes) -> str:
    """A file with this content beside ``path``; OSError as it comes, with nothing left behind."""
    # No `.yaml` at the end: should the process be killed here, engines must not take the rest for an object.
    temporary = f"{path.rpartition('/')[0]}/.servewright-{os.urandom(8).hex()}.tmp"
    descriptor = os.open(temporary, _CREATE, 0o644)
    try:
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fchmod(descriptor, 0o644)  # whatever the umask: an engine's user must be able to read it
        finally:
            os.close(descriptor)
    except BaseException:
        _unlink(temporary)
        raise
    return temporary


def _unlink(path: str) -> None:
    try:  # noqa: SIM105 - contextlib would be loaded for this alone
        os.unlink(path)
    except OSError:
        pass  # there is a better reason to report


def delete(path: str) -> None:
    """Delete the file (or link) at ``path`` itself; fine if it is gone."""
    try:  # noqa: SIM105 - see above
        os.unlink(path)
    except FileNotFoundError:
        pass


def delete_folder_if_empty(path: str) -> bool:
    """Delete the folder at ``path`` and return True, unless something is in it."""
    try:
        os.rmdir(path)
    except OSError:
        return False
    return True


def _unreadable(error: OSError) -> Obstacle:
    return Obstacle(f"cannot be read ({(error.strerror or 'unknown error').lower()})")
