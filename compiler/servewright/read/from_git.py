"""A repository from a commit: by the rules of ``files.py``, but from Git's objects."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping

from servewright.diagnostics.model import Finding, Source
from servewright.model.project import FILE
from servewright.read.files import (
    CATALOG_LIMIT,
    DEPLOYMENT_LIMIT,
    ENDINGS,
    decoded,
    escapes,
    normal,
    not_regular,
    not_utf8_name,
    stays_inside,
    too_large,
    unreadable,
)
from servewright.read.git_base import find_base
from servewright.read.git_program import Git, GitError
from servewright.read.git_tree import LINK, SUBMODULE, Entry, Tree
from servewright.record import NamedTuple
from servewright.repository import Repository, folders_of

_SMALL = 4096  # bytes of a link's text


def read_base(root: str, reference: str, head: Repository, environment: Mapping[str, str]) -> Repository:
    """The repository at ``root`` as it is in the merge base of ``reference`` and HEAD.

    What it has in common with ``head``, which was read from the work tree, is taken from there: Git knows a file's
    content by a hash. GitError if there is no base. Without a servewright.yaml in it, the repository is empty.
    """
    git = Git(os.path.realpath(root), environment)
    base = find_base(git, reference)
    reader = _Reader(git, _entries(git, base.commit, base.prefix), _known(head, base.hash_name))
    project = reader.project()
    if not isinstance(project, Source):
        return Repository(None, (), (), (project,) if project else ())
    findings: list[Finding] = []
    by_role: list[tuple[Source, ...]] = []
    inputs = folders_of(project)
    for folders, limit in ((inputs.catalog, CATALOG_LIMIT), (inputs.deployments, DEPLOYMENT_LIMIT)):
        sources: dict[str, Source] = {}
        for folder in folders:
            walk = _Walk(reader)
            walk.start(folder)
            read = reader.read([_Wanted(path, entry, limit) for path, entry in walk.files])
            sources.update((item.path, item) for item in read if isinstance(item, Source))
            refused = [*walk.findings, *(item for item in read if isinstance(item, Finding))]
            findings += sorted(refused, key=lambda finding: (finding.where or (), finding.message))
        by_role.append(tuple(sources[path] for path in sorted(sources)))
    return Repository(project, by_role[0], by_role[1], tuple(findings))


class _Wanted(NamedTuple):
    """A file to read: the path that it is met at, what is there (None: nothing), the most bytes."""

    path: str
    entry: Entry | None
    limit: int


def _entries(git: Git, commit: str, prefix: bytes) -> dict[str, Entry]:
    """Files, links and submodules below the project's folder, by path relative to it."""
    listing = git.need("ls-tree", "-r", "-z", "--full-tree", "--", commit, *([os.fsdecode(prefix)] if prefix else []))
    entries = {}
    for line in listing.split(b"\0"):
        if not line:
            continue
        about, _, path = line.partition(b"\t")
        mode, _, blob = about.split(b" ")
        entries[path[len(prefix) :].decode("utf-8", "surrogateescape")] = Entry(mode.decode(), blob.decode())
    return entries


def _known(head: Repository, hash_name: str) -> dict[str, Source]:
    """The files of the work tree by the hash that Git would know them by."""
    from hashlib import new

    known = {}
    for source in head.sources.values():
        data = source.text.encode("utf-8")
        # Git's, not ours, and nothing is trusted because of it but what the same user could change in the work tree.
        known[new(hash_name, b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()] = source
    return known


class _Reader:
    """Reads files of a commit; those that the work tree has too, from there."""

    def __init__(self, git: Git, entries: dict[str, Entry], known: Mapping[str, Source]) -> None:
        self._git = git
        self._known = known
        links = {entry for entry in entries.values() if entry.mode == LINK}
        targets = self._contents({entry.blob: _SMALL for entry in links})
        self.tree = Tree(entries, lambda entry: os.fsdecode(targets.get(entry.blob) or b"/"))

    def project(self) -> Source | Finding | None:
        """The text of servewright.yaml; None if there is none."""
        if FILE not in self.tree.entries:
            return None
        real = self.tree.real(FILE)
        if real is None:
            return escapes(FILE)
        return self.read([_Wanted(FILE, self.tree.entries.get(real), DEPLOYMENT_LIMIT)])[0]

    def read(self, wanted: Iterable[_Wanted]) -> list[Source | Finding]:
        """The files, or why they are not read."""
        every = list(wanted)
        missing = {
            item.entry.blob: item.limit
            for item in every
            if item.entry is not None and item.entry.mode != SUBMODULE and item.entry.blob not in self._known
        }
        contents = self._contents(missing)
        return [self._read(item, contents) for item in every]

    def _read(self, item: _Wanted, contents: Mapping[str, bytes | None]) -> Source | Finding:
        path, entry, limit = item
        if not path.isascii() and path != path.encode("utf-8", "replace").decode("utf-8"):
            return not_utf8_name(path)
        if entry is None:
            return unreadable(path, OSError(errno.ENOENT, ""))
        if entry.mode == SUBMODULE:
            return not_regular(path)
        same = self._known.get(entry.blob)
        if same is not None:
            return same if same.path == path else Source(path, same.text)
        data = contents[entry.blob]
        return too_large(path, limit) if data is None else decoded(path, data)

    def _contents(self, limits: Mapping[str, int]) -> dict[str, bytes | None]:
        """The bytes of objects by hash; None of those that are larger than their limit."""
        if not limits:
            return {}
        found: dict[str, bytes | None] = {}
        asked = "".join(f"{blob}\n" for blob in limits).encode()
        answer = self._git.ask("cat-file", "--batch-check", given=asked)
        if answer.code:
            raise _lacking()
        sizes = answer.output
        small = []
        for line, (blob, limit) in zip(sizes.decode("ascii", "replace").splitlines(), limits.items(), strict=False):
            words = line.split(" ")
            if len(words) != 3 or words[0] != blob or words[1] != "blob":
                raise _lacking()
            found[blob] = None
            if int(words[2]) <= limit:
                small.append(blob)
        found.update(self._bodies(small))
        return found

    def _bodies(self, blobs: list[str]) -> Iterator[tuple[str, bytes]]:
        if not blobs:
            return
        output = self._git.need("cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
        at = 0
        for blob in blobs:
            end = output.find(b"\n", at)
            words = output[at:end].split(b" ")
            if len(words) != 3:
                raise _lacking()
            size = int(words[2])
            yield blob, output[end + 1 : end + 1 + size]
            at = end + 1 + size + 1


def _lacking() -> GitError:
    return GitError(
        "this clone lacks files of the base, as a partial clone does",
        "clone without `--filter`, or fetch what is lacking: `git fetch --refetch --no-filter` (see also `git fsck`)",
    )


class _Walk:
    """Collects the files below one folder, as that of ``files.py`` does; links wait for what is really there."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self._tree = reader.tree
        self.files: list[tuple[str, Entry | None]] = []
        self.findings: list[Finding] = []
        self._links: list[str] = []
        self._seen: set[str] = set()

    def start(self, folder: str) -> None:
        relative = normal(folder)
        if not stays_inside(folder):
            self.findings.append(escapes(folder))
            return
        real = self._tree.real(relative)
        if real is None:
            self.findings.append(escapes(relative))
            return
        if self._tree.is_folder(real):
            self._walk(relative, real)
        elif relative in self._tree.entries:
            gone = real not in self._tree.entries
            self.findings.append(unreadable(relative, OSError(errno.ENOENT if gone else errno.ENOTDIR, "")))
        while self._links:
            pending, self._links = sorted(self._links), []
            for link in pending:
                self._follow(link)

    def _walk(self, top: str, real_top: str) -> None:
        pending = [(top, real_top)]
        while pending:
            folder, real = pending.pop()
            if real in self._seen:
                continue
            self._seen.add(real)
            for child in self._tree.children(real):
                name = child.rpartition("/")[2]
                if name.startswith("."):
                    continue
                relative = f"{folder}/{name}" if folder else name
                entry = self._tree.entries.get(child)
                if entry is not None and entry.mode == LINK:
                    self._links.append(relative)
                elif entry is None:
                    pending.append((relative, child))
                elif entry.mode == SUBMODULE:
                    self.files.append((relative, entry))
                elif name.lower().endswith(ENDINGS):
                    self._take(relative, child)

    def _follow(self, link: str) -> None:
        real = self._tree.real(link)
        is_folder = real is not None and self._tree.is_folder(real)
        if not is_folder and not link.lower().endswith(ENDINGS):
            return
        hidden = real is not None and any(part.startswith(".") for part in real.split("/"))
        if not real or hidden or not (is_folder or real.lower().endswith(ENDINGS)):
            self.findings.append(escapes(link))
        elif is_folder:
            self._walk(link, real)
        else:
            self._take(link, real)

    def _take(self, relative: str, real: str) -> None:
        if real not in self._seen:
            self._seen.add(real)
            self.files.append((relative, self._tree.entries.get(real)))
