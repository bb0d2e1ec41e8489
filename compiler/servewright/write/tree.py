"""Brings the output folder to what was compiled, or tells how it differs.

What is written and deleted is decided by :mod:`servewright.write.plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding
from servewright.write import disk, lock
from servewright.write.plan import Change, TreePlan, plan_tree, start_of

__all__ = ["Change", "TreePlan", "apply_tree", "check_tree", "plan_tree"]

_NONE: Mapping[str, str] = {}
_STALE = {
    "missing": "is missing",
    "outdated": "is not what the specs say",
    "edited": "is neither what the specs say nor what servewright wrote",
}


def apply_tree(plan: TreePlan) -> None:
    """Do what the plan says. ValueError if it holds an error; OSError as it comes.

    Each file is replaced as a whole, so whatever interrupts this leaves files that are old or new, never half. The
    order keeps every kustomization buildable in between: lists after the files they name, deletions last.
    """
    if plan.refused:
        raise ValueError("a plan with errors must not be applied")
    lock_path, on_disk = f"{plan.root}/{lock.FILE}", plan.lock_before
    if plan.to_write or plan.to_delete:
        on_disk = _write_lock(lock_path, on_disk, plan.lock_during)
    if not (plan.output in plan.folders and _write_all_at_once(plan)):
        disk.make_folders(plan.root, plan.folders)
        _write(plan, plan.to_write, disk.Writer(plan.root).replace)
    for path in plan.to_delete:
        disk.delete(f"{plan.root}/{path}")
    _delete_empty_folders(plan)
    _write_lock(lock_path, on_disk, plan.lock_text)


def _write_all_at_once(plan: TreePlan) -> bool:
    """Write a tree of which nothing is there yet beside its place; False if something came to be there meanwhile."""
    top, *folders = plan.folders
    start = len(top) + 1

    def fill(aside: str) -> None:
        disk.make_folders(aside, [folder[start:] for folder in folders])
        add = disk.Writer(aside).add
        # Folder by folder, which is quicker; nobody sees a list before its files.
        _write(plan, sorted(plan.to_write), lambda path, content: add(path[start:], content))

    return disk.put_folder(f"{plan.root}/{top}", fill)


def _write(plan: TreePlan, changes: Iterable[Change], put: Callable[[str, bytes], None]) -> None:
    """Put the files of these changes, in their order.

    One process does: what files take is the system's work, and mostly one at a time. Two took longer than one, on a
    memory disk and on ext4.
    """
    for change in changes:
        put(change.path, plan.texts[change.path].encode())


def check_tree(
    root: str,
    output: str,
    files: Mapping[str, str],
    *,
    selection: Collection[str] | None = None,
    digests: Mapping[str, str] = _NONE,
) -> list[Finding]:
    """Return what a render would change or refuse, as findings; arguments as for :func:`plan_tree`."""
    plan = plan_tree(root, output, files, selection=selection, digests=digests)
    findings = [finding for finding in plan.findings if finding.rule is not codes.HAND_EDITED]
    if not plan.lock_text:  # refused before anything was compared
        return findings
    if plan.output in plan.folders:
        return [*findings, _stale(plan.output, "does not exist")]
    findings += [_stale(change.path, _STALE[change.state]) for change in plan.to_write]
    findings += [_stale(path, "is no longer produced") for path in plan.to_delete]
    if plan.to_write or plan.to_delete:
        return findings  # then the lock cannot be fresh either, and one command sees to both
    if plan.lock_before is None:
        findings.append(_stale(lock.FILE, "is missing"))
    elif plan.lock_before != plan.lock_text.encode():
        findings.append(_stale(lock.FILE, "does not list what the specs give"))
    return findings


def _stale(path: str, what: str) -> Finding:
    return Finding(
        codes.TREE_STALE, f"`{path}` {what}", start_of(path), "run `servewright render` and commit the result"
    )


def _write_lock(path: str, on_disk: bytes | None, text: str) -> bytes:
    content = text.encode()
    if content != (on_disk or b""):  # no lock, and nothing to list: none is made
        disk.replace(path, content)
    return content


def _delete_empty_folders(plan: TreePlan) -> None:
    """Delete the folders that the deletions emptied, and those above them; the output folder is never empty."""
    folders = {path.rpartition("/")[0] for path in plan.to_delete}
    while folders:
        gone = {folder for folder in folders if disk.delete_folder_if_empty(f"{plan.root}/{folder}")}
        folders = {folder.rpartition("/")[0] for folder in gone}
