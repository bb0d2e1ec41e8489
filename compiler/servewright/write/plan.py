"""Compares the output folder with what was compiled, and plans what to write and delete; writes nothing.

What a plan guarantees:

- A file that is as it should be is not touched: same inode, same time stamp.
- Nothing outside the output folder is written, but for ``servewright.lock``; nothing is followed through a link.
- Only files that the lock lists, with the hash they still have, are deleted or overwritten unasked. A file that was
  edited by hand is overwritten with a warning while its deployment lives, and kept with an error once it is removed.
  A file that servewright did not write is left alone; if it is in the way, that is an error.
- A folder that GitOps engines may sync does not vanish: when everything in it is gone, its kustomization stays, with
  an empty list, so that the engine prunes what it had applied. (A path that is not there is an error to Argo CD and
  Flux, and then nothing is pruned.) This goes for a namespace and for each of its three folders, since Flux syncs
  those one by one. The namespace's own list names only the folders that hold something. ``allow_deletions`` ends it.
- A tree of lists that name nothing takes ``allow_deletions``, which then leaves the lists; plans after that keep them,
  and another one with ``allow_deletions`` removes them. Without it, no files at all is an error and no plan.
- A partial render writes the files of its selection, extends the lists and the lock, and deletes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import itemgetter

from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Rule, Span
from servewright.hints import Literal
from servewright.record import NamedTuple
from servewright.write import disk, lock
from servewright.write.layout import KUSTOMIZATION, is_kustomization, is_unit, kustomization, kustomizations

_RENDER_ALL = "run `servewright render` once, without a path"
_MOVE = "move or delete it"
_NO_LINKS = "put a real file or folder there: servewright neither reads nor writes its output through links"
NOTHING = "there is nothing to render: an engine that synced an empty tree would delete everything"
_ADD = "add a ModelDeployment to the deployments folder"
_EMPTY = (
    "if the last model is to go, run `servewright render --allow-deletions`: it leaves empty kustomizations, by which "
    "engines delete what they had applied; otherwise"
)
_LIST = f"/{KUSTOMIZATION}"
_PATH = itemgetter(0)  # of a Change
_NONE: Mapping[str, str] = {}
_OVERWRITTEN = {
    True: "is not in the lock, and is overwritten",
    False: "was edited by hand, and is overwritten",
}


class Change(NamedTuple):
    """A file to write. ``edited``: the content that is there is neither ours nor what it should be."""

    path: str
    state: Literal["missing", "outdated", "edited"]


class TreePlan(NamedTuple):
    """What a render would do; the findings have their rules' own severities. All paths are relative to the root.

    ``settled`` is how many files were known to be as they should; they are not among the ``unchanged``.
    ``folders`` are to be made, parents first; ``texts`` has what is in each file; ``to_write`` and ``to_delete`` are in the order in which the tree can be
    built at any moment; ``kept`` are empty kustomizations that wait for ``allow_deletions``. ``lock_before`` is the
    lock as it is (None: missing); ``lock_during``, for plans that write or delete, knows the old and the new files, so
    that a run that is killed half-way leaves nothing that the next one would take for foreign.
    """

    root: str
    output: str
    findings: tuple[Finding, ...] = ()
    folders: tuple[str, ...] = ()
    to_write: tuple[Change, ...] = ()
    to_delete: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    texts: Mapping[str, str] = {}
    lock_before: bytes | None = None
    lock_during: str = ""
    lock_text: str = ""
    settled: int = 0

    @property
    def refused(self) -> bool:
        """Whether an error forbids every write."""
        return any(finding.rule.severity == "error" for finding in self.findings)


def folder_of(output: str) -> str:
    """The output folder as its files' paths start."""
    return output.removeprefix("./").rstrip("/")


def plan_tree(
    root: str,
    output: str,
    files: Mapping[str, str],
    *,
    selection: Collection[str] | None = None,
    allow_deletions: bool = False,
    digests: Mapping[str, str] = _NONE,
    seen: Mapping[str, str] = _NONE,
    settled: Collection[str] = (),
) -> TreePlan:
    """Compare ``files`` (path below ``output`` to text, as from ``layout``) with the disk; writes nothing.

    ``root`` is the repository's absolute path, ``output`` the output folder relative to it. ``selection`` holds the
    paths (below ``output``) of the selected units for a partial render, None renders everything. ``digests`` has the
    hashes of texts in ``files``, as far as they are known. ``seen`` are files that were just read and found to be as
    they should, with their hashes: where ``files`` leaves the text of one out, it is not read again. ``settled`` are blocks of a lock: all files of namespaces that are not in ``files``, which were
    just found to be as they should; only a plan of everything has any.
    """
    output = folder_of(output)
    if not lock.is_safe(output):
        message, help = "the output folder is not inside the repository", "set `spec.output: rendered`"
        return _refusal(root, output, codes.PATH_ESCAPES, message, help)
    if not lock.are_safe(files):
        raise ValueError("an output file would lie outside the output folder")
    before = disk.read(f"{root}/{lock.FILE}")
    if isinstance(before, disk.Obstacle):
        rule, help = (codes.PATH_ESCAPES, _NO_LINKS) if before.link else (codes.FOREIGN_FILE, _MOVE)
        return _refusal(root, output, rule, f"`{lock.FILE}` {before.what}", help, start_of(lock.FILE))
    text = (before or b"").decode(errors="replace")
    rest = lock.without(text, settled)
    entries, findings = lock.parse_lock(text if rest is None else rest)
    if findings:
        return TreePlan(root, output, tuple(lock.parse_lock(text)[1]))  # with the lines of all of it
    if not files and not settled and selection is None:
        ours = [path.removeprefix(f"{output}/") for path in entries if path.startswith(f"{output}/")]
        emptied = not any(map(is_unit, ours))  # by a run that was allowed to: what is left are lists of nothing
        if not ours or not (emptied or allow_deletions):
            return _refusal(root, output, codes.NO_OBJECTS, NOTHING, f"{_EMPTY} {_ADD}" if ours else _ADD)
        allow_deletions = allow_deletions and emptied
    if rest is None or not _apart(output, settled, entries):
        # The lock says something else of them as well, so they are compared like all others.
        as_seen = {path: digest for block in settled for path, digest in lock.entries_of(block)}
        planner = _Planner(root, output, lock.parse_lock(text)[0], digests, seen)
        return planner.whole(files, allow_deletions, before, as_seen)
    planner = _Planner(root, output, entries, digests, seen, settled)
    if selection is None:
        return planner.whole(files, allow_deletions, before)
    return planner.partial(files, selection, before)


def _apart(output: str, settled: Collection[str], entries: lock.Entries) -> bool:
    """Whether no entry is in a namespace that is settled."""
    start = len(output) + 1
    namespaces = {block[start:].partition("/")[0] for block in settled}
    return not settled or namespaces.isdisjoint(path[start:].partition("/")[0] for path in entries)


class _Wanted(Mapping[str, str]):
    """Path, relative to the root, to the text that is wanted there, which is put together whenever it is asked for."""

    def __init__(self, output: str, files: Mapping[str, str]) -> None:
        self._start = f"{output}/"
        self._files = files
        self._more: dict[str, str] = {}

    def add(self, path: str, text: str) -> None:
        """One more file."""
        self._more[path] = text

    def __getitem__(self, path: str) -> str:
        return self._more[path] if path in self._more else self._files[path[len(self._start) :]]

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str) or not path.startswith(self._start):
            return False
        return path in self._more or path[len(self._start) :] in self._files

    def __iter__(self) -> Iterator[str]:
        yield from (self._start + path for path in self._files)
        yield from self._more

    def __len__(self) -> int:
        return len(self._files) + len(self._more)


class _Planner:
    """One comparison of the disk with what it should be."""

    def __init__(
        self,
        root: str,
        output: str,
        entries: lock.Entries,
        digests: Mapping[str, str],
        seen: Mapping[str, str],
        settled: Collection[str] = (),
    ) -> None:
        self.output = output
        self.digests = digests
        self.settled = settled
        self.seen = {f"{output}/{path}": digest for path, digest in seen.items()}
        # Without a lock (lost, or never committed) ours and foreign look the same; Git has what gets overwritten.
        self.lock_is_lost = not entries and not settled
        self.ours = {path: hashes for path, hashes in entries.items() if path.startswith(output + "/")}
        self.root = root
        self.folders = disk.Folders(root)
        self.output_is_there = self.folders.state(output) == "folder"
        self.findings: list[Finding] = []
        self.to_write: list[Change] = []
        self.lines: dict[str, str] = {}  # of the lock
        self.unchanged: list[str] = []

    def whole(
        self,
        files: Mapping[str, str],
        allow_deletions: bool,
        before: bytes | None,
        as_seen: Mapping[str, str] = _NONE,
    ) -> TreePlan:
        """Plan a render of everything; ``as_seen`` are more files, relative to the root, that are as they should."""
        wanted = _Wanted(self.output, files)
        self.seen.update(as_seen)
        for path in as_seen:
            wanted.add(path, "")
        kept = [] if allow_deletions else self._keep_folders_alive(wanted)
        for path in wanted:
            self._compare(path, wanted)
        folders = self._missing_folders()
        stale = [path for path in self.ours if path not in wanted and self._is_deletable(path)]
        self._report_obstacles(links_only=True)
        return self._plan(wanted, {}, folders, stale, kept, before)

    def partial(self, files: Mapping[str, str], selection: Collection[str], before: bytes | None) -> TreePlan:
        """Plan a render of the units in ``selection``: their files, the lists that name them, and the lock."""
        if self.lock_is_lost and self.output_is_there:
            # A lock of these few files would make all the others foreign.
            self._report(codes.TREE_STALE, lock.FILE, "is missing, so a part cannot be rendered", _RENDER_ALL)
            return TreePlan(self.root, self.output, tuple(self.findings))
        chosen = [path for path in sorted(selection) if path in files and is_unit(path)]
        touched = kustomizations(chosen)
        there = self._units_there({path.split("/")[0] for path in chosen})
        lists_before, lists_after = kustomizations(there), kustomizations({*there, *chosen})
        wanted = _Wanted(self.output, {path: files[path] for path in chosen})
        for path in wanted:
            self._compare(path, wanted)
        self.digests = _NONE  # of lists they are those of a whole tree
        for path in touched:
            wanted.add(f"{self.output}/{path}", kustomization(lists_after[path]))
            known = kustomization(lists_before[path]).encode() if path in lists_before else None
            self._compare(f"{self.output}/{path}", wanted, known, extend=True)
        return self._plan(wanted, self.ours, self._missing_folders(), [], [], before)

    def _plan(
        self,
        wanted: _Wanted,
        others: lock.Entries,
        folders: tuple[str, ...],
        stale: list[str],
        kept: list[str],
        before: bytes | None,
    ) -> TreePlan:
        lines = [*self.lines.values(), *self.settled]
        if others:
            lines += lock.lines_of({path: hashes for path, hashes in others.items() if path not in self.lines})
        after, during = lock.text_of(lines), ""
        if self.to_write or stale:
            during = lock.text_of([*lines, *lock.lines_of(self.ours)]) if self.ours else after
        return TreePlan(
            self.root,
            self.output,
            tuple(self.findings),
            folders,
            _in_build_order(self.to_write),
            tuple(sorted(stale, key=_build_order, reverse=True)),
            tuple(sorted(self.unchanged)),
            tuple(sorted(kept)),
            wanted,
            before,
            during,
            after,
            sum(block.count("\n") for block in self.settled),
        )

    def _keep_folders_alive(self, wanted: _Wanted) -> list[str]:
        """Add an empty kustomization to ``wanted`` for each one of ours that is no longer needed; return them."""
        start = len(self.output) + 1
        kept = sorted(path for path in self.ours if path not in wanted and is_kustomization(path[start:]))
        for path in kept:
            wanted.add(path, kustomization(()))
            namespace, _, below = path[start:].partition("/")
            if below == KUSTOMIZATION:
                self._report(
                    codes.NAMESPACE_EMPTIED,
                    path,
                    f"stays, as an empty list: nothing is left in namespace `{namespace}`, and GitOps engines would "
                    "not prune it if the path vanished",
                    "once it is pruned on the cluster, run `servewright render --allow-deletions`",
                )
        return kept

    def _units_there(self, namespaces: Collection[str]) -> list[str]:
        """Return the unit files of ``namespaces`` (below the output folder) that the lock lists and that exist."""
        start = len(self.output) + 1
        return [
            path[start:]
            for path in self.ours
            if path[start:].split("/")[0] in namespaces and is_unit(path[start:]) and self.folders.has_file(path)
        ]

    def _compare(
        self, path: str, wanted: Mapping[str, str], known: bytes | None = None, *, extend: bool = False
    ) -> None:
        """Decide what becomes of the wanted file at ``path``.

        ``extend``: the content depends on what is there already, so what is there must be ours (or be ``known``).
        """
        if path in self.seen and not wanted[path]:
            self.lines[path] = lock.line_of(path, self.seen[path])
            self.unchanged.append(path)
            return
        digest = self.digests.get(path[len(self.output) + 1 :])
        current = self.folders.read(path)
        if current is None and digest is not None:  # as all are in a fresh tree: nobody looks at the text
            self.lines[path] = lock.line_of(path, digest)
            self.to_write.append(Change(path, "missing"))
            return
        content = wanted[path].encode()
        self.lines[path] = lock.line_of(path, digest or lock.hash_of(content))
        if current == content:
            self.unchanged.append(path)
        elif current is None:
            self.to_write.append(Change(path, "missing"))
        elif isinstance(current, disk.Obstacle):
            self._in_the_way(path, current)
        elif current == known or lock.hash_of(current) in self.ours.get(path, ()):
            self.to_write.append(Change(path, "outdated"))
        elif path not in self.ours and not self.lock_is_lost:
            self._report(codes.FOREIGN_FILE, path, "is in the way, and servewright did not write it", _MOVE)
        elif extend:
            self._report(codes.TREE_STALE, path, "is not as servewright left it, so it cannot be extended", _RENDER_ALL)
        else:
            self.to_write.append(Change(path, "edited"))
            self._report(codes.HAND_EDITED, path, _OVERWRITTEN[self.lock_is_lost], "change the deployment spec instead")

    def _is_deletable(self, path: str) -> bool:
        """Whether the file at ``path``, no longer wanted, is there and still ours; reports it if it was edited."""
        current = self.folders.read(path)
        if current is None:
            return False
        if isinstance(current, bytes) and lock.hash_of(current) in self.ours[path]:
            return True
        self._report(
            codes.HAND_EDITED_REMOVED,
            path,
            "is no longer produced, but was edited by hand",
            "delete the file, or move what it says into a deployment spec",
        )
        return False

    def _missing_folders(self) -> tuple[str, ...]:
        self._report_obstacles(links_only=False)
        return self.folders.missing() if self.to_write else ()

    def _report_obstacles(self, links_only: bool) -> None:
        for path, obstacle in self.folders.obstacles.items():
            if obstacle.link or not links_only:
                self._in_the_way(path, obstacle)
        self.folders.obstacles.clear()

    def _in_the_way(self, path: str, obstacle: disk.Obstacle) -> None:
        rule = codes.PATH_ESCAPES if obstacle.link else codes.FOREIGN_FILE
        self._report(rule, path, obstacle.what, _NO_LINKS if obstacle.link else _MOVE)

    def _report(self, rule: Rule, path: str, what: str, help: str) -> None:
        self.findings.append(Finding(rule, f"`{path}` {what}", start_of(path), help))


def start_of(path: str) -> Span:
    """Return the place of a finding about the output file at ``path`` as a whole."""
    return Span(path, 1, 1, 1, 1)


def _in_build_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    units: list[Change] = []
    lists: list[Change] = []
    for change in changes:
        (lists if change.path.endswith(_LIST) else units).append(change)
    units.sort(key=_PATH)
    lists.sort(key=lambda change: _build_order(change.path))
    return (*units, *lists)


def _build_order(path: str) -> tuple[bool, int, str]:
    """Units, then the lists of their folders, then those of the namespaces."""
    return path.endswith(_LIST), -path.count("/"), path


def _refusal(root: str, output: str, rule: Rule, message: str, help: str, where: Span | None = None) -> TreePlan:
    return TreePlan(root, output, (Finding(rule, message, where, help),))
