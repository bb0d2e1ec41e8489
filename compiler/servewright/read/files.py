"""The file system edge: input files as text, or findings that say why they are not read.

A repository is not trusted. Nothing outside it is opened, whatever a path or a link in it says, nothing that is not a
regular file is opened at all, and no more of a file is read than its limit.
"""

from __future__ import annotations

import errno
import os
import stat
from operator import itemgetter

from servewright.diagnostics.codes import FILE_TOO_LARGE, NOT_UTF8, PATH_ESCAPES, UNREADABLE_FILE
from servewright.diagnostics.model import Finding, Rule, Source, Span

PROJECT_FILE = "servewright.yaml"
DEPLOYMENT_LIMIT = 1 << 20  # bytes of a file in a deployment folder, and of servewright.yaml
CATALOG_LIMIT = 16 << 20  # cluster exports are larger

ENDINGS = (".yaml", ".yml")
_BUFFER = 1 << 16  # larger buffers are mapped and unmapped by every call, which takes longer than reading
# Opening must not hang, and lead nowhere else, whatever takes the place of what was looked at.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER_FLAGS = _FLAGS | os.O_DIRECTORY
_PATH = itemgetter(0)  # of a Source; sorting by it takes half as long as sorting records


def find_root(start: str) -> str | None:
    """The nearest folder at or above ``start`` (a folder or a file) that holds a servewright.yaml; absolute."""
    folder = os.path.abspath(start)
    while not os.path.isfile(os.path.join(folder, PROJECT_FILE)):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def folder_in_checkout(root: str) -> str:
    """Where ``root`` is in the Git working tree around it, with forward slashes; "" at its root, or without Git."""
    folder = root = os.path.abspath(root)
    while not os.path.lexists(os.path.join(folder, ".git")):  # a file, in a worktree or a submodule
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return "" if folder == root else os.path.relpath(root, folder).replace(os.sep, "/")


def read_file(root: str, relative: str, limit: int) -> Source | Finding:
    """The text of one file of the repository, or why it is not read. ``limit`` is in bytes."""
    if not stays_inside(relative):
        return escapes(relative)
    try:
        real = os.path.realpath(os.path.join(root, relative))
        if not _is_below(real, os.path.realpath(root)):
            return escapes(relative)
        return _read(real, normal(relative), limit)
    except (OSError, ValueError) as error:  # ValueError: a character in the path that no file name can have
        return unreadable(relative, error)


def read_folder(root: str, folder: str, limit: int) -> tuple[list[Source], list[Finding]]:
    """Every ``*.yaml`` and ``*.yml`` file below ``folder``, sorted by path, and findings for those that are not read.

    A folder that does not exist is empty. Names that start with a dot are passed over (``.git``, editors' files).
    Links are followed as long as they stay in the repository; a file that several paths lead to is read once, at its
    own place if that is below ``folder``.
    """
    if not stays_inside(folder):
        return [], [escapes(folder)]
    walk = _Walk(root, limit)
    try:
        walk.start(folder)
    except (OSError, ValueError) as error:
        walk.findings.append(unreadable(folder, error))
    walk.sources.sort(key=_PATH)
    return walk.sources, sorted(walk.findings, key=lambda finding: (finding.where or (), finding.message))


class _Walk:
    """Collects the files below one folder. Links wait until everything that is really there has been read."""

    def __init__(self, root: str, limit: int) -> None:
        self.root = root
        self.real_root = os.path.realpath(root)
        self.limit = limit
        self.sources: list[Source] = []
        self.findings: list[Finding] = []
        self.links: list[str] = []
        self.seen: set[str] = set()  # folders, without links in their paths
        self.read_through_links: set[str] = set()

    def start(self, folder: str) -> None:
        relative = normal(folder)
        path = os.path.join(self.root, relative)
        if not os.path.lexists(path):
            return
        if not self._enter(relative):
            return
        while self.links:
            pending, self.links = sorted(self.links), []
            for link in pending:
                self._follow(link)

    def _enter(self, relative: str) -> bool:
        """Walk a folder that may be, or lie behind, a link."""
        real = os.path.realpath(os.path.join(self.root, relative))
        if not _is_below(real, self.real_root):
            self.findings.append(escapes(relative))
            return False
        self._walk(relative, real)
        return True

    def _walk(self, top: str, real_top: str) -> None:
        """Read what is really below ``top``; ``real_top`` is the same folder without links."""
        pending = [(top, real_top)]
        while pending:
            folder, real = pending.pop()
            if real in self.seen:
                continue
            self.seen.add(real)
            try:
                descriptor = os.open(real, _FOLDER_FLAGS)
            except OSError as error:
                self.findings.append(unreadable(folder, error))
                continue
            try:
                below = self._read_all(f"{folder}/" if folder else "", real, descriptor)
            except OSError as error:
                self.findings.append(unreadable(folder, error))
            else:
                pending += [(f"{folder}/{name}" if folder else name, os.path.join(real, name)) for name in below]
            finally:
                os.close(descriptor)

    def _read_all(self, start: str, real: str, folder: int) -> list[str]:
        """Read the files in a folder, and return the names of the folders in it."""
        below: list[str] = []
        with os.scandir(folder) as scan:
            entries = list(scan)
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            # What the folder itself says of the kind of its entries costs nothing.
            if entry.is_file(follow_symlinks=False):
                if name.lower().endswith(ENDINGS):
                    if self.read_through_links and os.path.join(real, name) in self.read_through_links:
                        continue
                    self._take(start + name, name, folder)
            elif entry.is_symlink():
                self.links.append(start + name)
            elif entry.is_dir(follow_symlinks=False):
                below.append(name)
            elif name.lower().endswith(ENDINGS):  # not opened: that may already have an effect
                self.findings.append(not_regular(start + name))
        return below

    def _follow(self, link: str) -> None:
        path = os.path.join(self.root, link)
        real = os.path.realpath(path)
        is_folder = os.path.isdir(path)
        if not is_folder and not link.lower().endswith(ENDINGS):
            return
        hidden = any(part.startswith(".") for part in os.path.relpath(real, self.real_root).split(os.sep))
        # Hidden files are not inputs, by whatever name: what is in `.git` or `.env` must not be shown in a message.
        if not _is_below(real, self.real_root) or hidden or not (is_folder or real.lower().endswith(ENDINGS)):
            self.findings.append(escapes(link))
        elif is_folder:
            self._walk(link, real)
        elif os.path.dirname(real) in self.seen and os.path.exists(real):
            return  # read at its own place
        elif real not in self.read_through_links:
            self.read_through_links.add(real)
            self._take(link, real, None)

    def _take(self, relative: str, path: str, folder: int | None) -> None:
        try:
            result = _read(path, relative, self.limit, folder)
        except (OSError, ValueError) as error:
            result = unreadable(relative, error)
        if isinstance(result, Source):
            self.sources.append(result)
        else:
            self.findings.append(result)


def _read(path: str, relative: str, limit: int, folder: int | None = None) -> Source | Finding:
    """Read the file at ``path``, which has no links; raises OSError.

    ``folder`` is the open folder that ``path`` is a name in, and which says that it is a regular file.
    """
    if not relative.isascii() and _shown(relative) != relative:
        return not_utf8_name(relative)
    # Before opening: to open a named pipe or a device may already have an effect.
    if folder is None and not stat.S_ISREG(os.stat(path).st_mode):
        return not_regular(relative)
    descriptor = os.open(path, _FLAGS, dir_fd=folder)
    try:
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)  # for a fifth of what fstat takes
        except OSError:  # pipes have no end
            return not_regular(relative)
        data = os.pread(descriptor, size + 1, 0) if 0 < size < _BUFFER else b""
        if len(data) != size or not size:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return not_regular(relative)
            parts, at = [], 0
            while at <= limit and size <= limit and (part := os.pread(descriptor, _BUFFER, at)):
                parts.append(part)
                at += len(part)
            if max(at, size) > limit:
                return too_large(relative, limit)
            data = b"".join(parts)
    finally:
        os.close(descriptor)
    return decoded(relative, data)


def decoded(relative: str, data: bytes) -> Source | Finding:
    """The file at ``relative`` with these bytes, or why it is no text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(relative, data, error.start)
    return Source(relative, text.removeprefix("\ufeff"))


def stays_inside(relative: str) -> bool:
    """Whether a path in a Project is one that can only name something in the repository, links aside."""
    return not os.path.isabs(relative) and not relative.startswith("/") and ".." not in relative.split("/")


def normal(relative: str) -> str:
    """``./a//b/`` as ``a/b``; the repository itself is the empty string."""
    return "/".join(part for part in relative.split("/") if part not in ("", "."))


def _is_below(real: str, real_root: str) -> bool:
    return real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)


def _shown(relative: str) -> str:
    """A path as text that can be written out: what stands for bytes that are not UTF-8 becomes an escape."""
    return relative if relative.isascii() else relative.encode("utf-8", "backslashreplace").decode("utf-8")


def _finding(rule: Rule, relative: str, message: str, help_text: str, line: int = 1, column: int = 1) -> Finding:
    return Finding(rule, message, Span(_shown(relative), line, column, line, column), help_text)


def not_utf8_name(relative: str) -> Finding:
    """Of a file whose name is not text."""
    return _finding(UNREADABLE_FILE, relative, "a file name is not UTF-8", "rename the file")


def escapes(relative: str) -> Finding:
    """Of a path or link that leads out of the repository."""
    return _finding(
        PATH_ESCAPES,
        relative,
        f"`{_shown(relative)}` leads out of the repository",
        "use a path below the folder of servewright.yaml, without `..`, and links that stay there",
    )


def not_regular(relative: str) -> Finding:
    """Of a pipe, a device, a folder."""
    return _finding(UNREADABLE_FILE, relative, "this is not a regular file", "remove it, or give it another ending")


def too_large(relative: str, limit: int) -> Finding:
    """Of a file with more bytes than ``limit``."""
    return _finding(
        FILE_TOO_LARGE, relative, f"the file is larger than {limit >> 20} MiB", "split it into several files"
    )


def unreadable(relative: str, error: OSError | ValueError) -> Finding:
    """Of a file that the operating system does not give."""
    if isinstance(error, ValueError):
        return _finding(UNREADABLE_FILE, relative, "a path has a character that no file name has", "correct it")
    reason = os.strerror(error.errno).lower() if error.errno else "unknown reason"
    help_text = {
        errno.EACCES: "make it readable for the user that runs servewright",
        errno.ENOENT: "if it is a link, correct or remove it",
        errno.ELOOP: "correct or remove the link",
    }.get(error.errno or 0, "check the file")
    return _finding(UNREADABLE_FILE, relative, f"the file cannot be read: {reason}", help_text)


def _not_utf8(relative: str, data: bytes, at: int) -> Finding:
    before = data[:at].decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return _finding(
        NOT_UTF8, relative, f"the byte 0x{data[at]:02x} is not UTF-8", "save the file as UTF-8", line, column
    )
