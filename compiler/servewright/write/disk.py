"""The few things done to the file system: look at, read, replace and delete, never through a symbolic link.

Links are refused rather than resolved: a link in the output folder could lead a write or a deletion anywhere, and
Argo CD, Flux and kustomize refuse most of them too.
"""

from __future__ import annotations

# pathlib costs 10 ms at every start and several microseconds per file:
import os
import stat
from collections.abc import Callable, Iterable

from servewright.hints import Literal
from servewright.record import NamedTuple

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # not blocking: somebody may have left a FIFO
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# To open something in it; where there is no such thing, a folder has to be readable as well.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE, _FOLDER_MODE = 0o644, 0o755
_CHUNK = 64 * 1024  # larger buffers are mapped and unmapped for each call, which takes longer than reading


class Obstacle(NamedTuple):
    """Something other than a readable regular file or folder; ``what`` completes "`path` …"."""

    what: str
    link: bool = False


_LINK = Obstacle("is a symbolic link", link=True)
FolderState = Literal["folder", "missing"]


class _Entered:
    """The folder below ``root`` that was last used stays open: from there, to open a file takes half as long."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._folder: str | None = None
        self._descriptor: int | None = None

    def _enter(self, folder: str) -> None:
        """OSError if it is not a folder, or a link."""
        self._leave()
        self._descriptor = os.open(f"{self._root}/{folder}", _FOLDER)
        self._folder = folder

    def _leave(self) -> None:
        self._folder = None
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def __del__(self) -> None:
        self._leave()


class Folders(_Entered):
    """What the folders below ``root`` are, looked up once each; a missing one answers for all below it."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
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
        folder, _, name = path.rpartition("/")
        if folder != self._folder:
            if self.state(folder) != "folder":
                return None
            try:
                self._enter(folder)
            except OSError:  # gone meanwhile, or no more files can be open
                return read(f"{self._root}/{path}")
        return read(name, self._descriptor)

    def statuses(self, paths: Iterable[str]) -> list[os.stat_result] | None:
        """What is known without reading them of the regular files at ``paths`` themselves; None if one is not there."""
        found: list[os.stat_result] = []
        known = ""
        root = -1
        try:
            root = os.open(self._root, _FOLDER & ~os.O_NOFOLLOW)  # from there it is a shorter way
            for path in paths:
                folder = path.rpartition("/")[0]
                if folder != known and self.state(folder) != "folder":
                    return None
                known = folder
                status = os.lstat(path, dir_fd=root)
                if not stat.S_ISREG(status.st_mode):
                    return None
                found.append(status)
        except OSError:
            return None
        finally:
            if root >= 0:
                os.close(root)
        return found

    def has_file(self, path: str) -> bool:
        """Whether a regular file is at ``path`` itself."""
        return self.statuses([path]) is not None


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


def read(path: str, folder: int | None = None) -> bytes | Obstacle | None:
    """Return the bytes of the regular file at ``path``, None if nothing is there, or what is there instead.

    ``folder`` is an open folder that ``path`` starts from.
    """
    try:
        descriptor = os.open(path, _READ, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _LINK if _is_link(path, folder) else _unreadable(error)
    try:
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)  # pipes have no end; for a fifth of what fstat takes
            if 0 < size <= _CHUNK:
                content = os.pread(descriptor, size + 1, 0)
                if len(content) == size:
                    return content
        except OSError:
            pass
        return _read_carefully(descriptor)
    finally:
        os.close(descriptor)


def _read_carefully(descriptor: int) -> bytes | Obstacle:
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        return Obstacle("is a folder" if stat.S_ISDIR(mode) else "is not a regular file")
    os.lseek(descriptor, 0, os.SEEK_SET)
    chunks: list[bytes] = []
    while chunk := os.read(descriptor, _CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)


def _is_link(path: str, folder: int | None) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(path, dir_fd=folder).st_mode)
    except OSError:
        return False


def make_folders(root: str, folders: Iterable[str]) -> None:
    """Make ``folders`` (relative, parents first); one that a concurrent run made meanwhile is fine."""
    for folder in folders:
        try:  # noqa: SIM105 - contextlib would be loaded for this alone
            os.mkdir(f"{root}/{folder}", _FOLDER_MODE)
        except FileExistsError:
            pass


class Writer(_Entered):
    """Puts files of mode 0644 below ``root``: readers see the old content or the new, never a part.

    OSError as it comes, with nothing left behind. No fsync: the files are Git's to keep, and a lost one is rendered
    again.
    """

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self._name = f".servewright-{os.urandom(8).hex()}"  # of temporary files
        self._count = 0
        self._mode_is_right = False

    def add(self, path: str, content: bytes) -> None:
        """Write the file at ``path``, where there is none: for folders that nobody sees yet (``put_folder``)."""
        self._write(self._enter_that_of(path), content)

    def replace(self, path: str, content: bytes) -> None:
        """Put the file at ``path``, whether there is one or not."""
        name = self._enter_that_of(path)
        temporary = self._temporary(content)
        try:
            os.replace(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except BaseException:
            self._remove(temporary)
            raise

    def create(self, path: str, content: bytes) -> None:
        """Put the file at ``path`` if there is none; FileExistsError, and nothing changed, if there is one."""
        name = self._enter_that_of(path)
        temporary = self._temporary(content)
        try:  # renaming would replace a file that somebody made meanwhile
            os.link(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        finally:
            self._remove(temporary)

    def _enter_that_of(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        if folder != self._folder:
            self._enter(folder)
            self._mode_is_right = False
        return name

    def _temporary(self, content: bytes) -> str:
        """A file with this content in the folder."""
        self._count += 1
        # No `.yaml` at the end: should the process be killed here, engines must not take the rest for an object.
        temporary = f"{self._name}-{self._count}.tmp"
        self._write(temporary, content)
        return temporary

    def _write(self, name: str, content: bytes) -> None:
        descriptor = os.open(name, _CREATE, _MODE, dir_fd=self._descriptor)
        try:
            try:
                size, written = len(content), os.write(descriptor, content)
                while written < size:
                    written += os.write(descriptor, content[written:])
                if not self._mode_is_right:  # whatever the umask: an engine's user must be able to read it
                    self._mode_is_right = stat.S_IMODE(os.fstat(descriptor).st_mode) == _MODE
                    if not self._mode_is_right:
                        os.fchmod(descriptor, _MODE)
            finally:
                os.close(descriptor)
        except BaseException:
            self._remove(name)
            raise

    def _remove(self, name: str) -> None:
        try:  # noqa: SIM105 - contextlib would be loaded for this alone
            os.unlink(name, dir_fd=self._descriptor)
        except OSError:
            pass  # there is a better reason to report


def replace(path: str, content: bytes) -> None:
    """Put a file at ``path`` as a :class:`Writer` does."""
    folder, _, name = path.rpartition("/")
    Writer(folder).replace(name, content)


def create(path: str, content: bytes) -> None:
    """Put a file at ``path`` as a :class:`Writer` does, if there is none; FileExistsError if there is one."""
    folder, _, name = path.rpartition("/")
    Writer(folder).create(name, content)


def put_folder(path: str, fill: Callable[[str], None]) -> bool:
    """Put a folder at ``path``, with what ``fill`` puts into it: readers see all of it or nothing.

    False if there is a folder by then; OSError as it comes. Either way, nothing is left behind. To rename each file
    takes a third of the time of writing it.
    """
    aside = f"{path.rpartition('/')[0]}/.servewright-{os.urandom(8).hex()}.tmp"
    os.mkdir(aside, _FOLDER_MODE)
    done = False
    try:
        fill(aside)
        try:
            os.rename(aside, path)
            done = True
        except OSError:
            if _folder_state(path) != "folder":
                raise
    finally:
        if not done:
            import shutil

            shutil.rmtree(aside, ignore_errors=True)
    return done


def delete(path: str) -> None:
    """Delete the file (or link) at ``path`` itself; fine if it is gone."""
    try:  # noqa: SIM105 - contextlib would be loaded for this alone
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
