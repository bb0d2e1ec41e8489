"""Which commit a change is compared with: the merge base of a reference and HEAD, as a pull request shows it."""

from __future__ import annotations

import re

from servewright.diagnostics.escape import visible
from servewright.diagnostics.short import short
from servewright.read.git_program import Git, GitError
from servewright.record import NamedTuple

_FOLDER = "or compare with a folder: `servewright diff --base-directory FOLDER`"


class Base(NamedTuple):
    """A commit, the folder of the project in it (``""`` or ending with a slash), and the hash of its repository."""

    commit: str
    prefix: bytes
    hash_name: str


def find_base(git: Git, reference: str) -> Base:
    """The commit to compare with; GitError says what to do if there is none."""
    answer = git.ask(
        "rev-parse",
        "--is-inside-work-tree",
        "--is-shallow-repository",
        "--show-object-format",
        "--show-prefix",  # the last one: a folder's name can hold a line break
    )
    if answer.code:
        raise _no_repository(answer.errors)
    inside, shallow, hash_name, prefix = answer.output.split(b"\n", 3)
    if inside != b"true":
        raise _no_repository("")
    head = _commit(git, "HEAD")
    if head is None:
        raise GitError("the Git repository has no commit yet, so there is no base to compare with", "commit first")
    if reference == "HEAD":
        commit = head
    else:
        commit = _merge_base(git, reference, head, shallow == b"true")
    return Base(commit, prefix.removesuffix(b"\n"), hash_name.decode("ascii", "replace"))


def _merge_base(git: Git, reference: str, head: str, shallow: bool) -> str:
    shown = f"`{visible(short(reference, 100))}`"
    if not reference or reference.startswith("-") or "\0" in reference:
        raise GitError(f"{shown} is no name of a commit", "write a branch, a tag or a hash, like `--base origin/main`")
    whole = "fetch the history: `git fetch --unshallow` (GitHub Actions: `fetch-depth: 0` of actions/checkout)"
    other = _commit(git, reference)
    if other is None:
        # Whoever pastes this must not run what somebody called a branch.
        branch = re.fullmatch(r"origin/([A-Za-z0-9_][A-Za-z0-9_./-]{,80})", reference)
        fetch = f"git fetch origin {branch[1]}" if branch else "git fetch origin"
        raise GitError(
            f"there is no commit {shown} in this clone",
            f"correct --base, or fetch it: `{fetch}` (GitHub Actions: `fetch-depth: 0` of actions/checkout)",
        )
    answer = git.ask("merge-base", other, head)
    commit = answer.output.strip().decode("ascii", "replace")
    if answer.code or not commit:
        if shallow:
            raise GitError(f"this clone is shallow, and lacks the commit that HEAD and {shown} have in common", whole)
        raise GitError(
            f"HEAD and {shown} have no commit in common",
            f"name the branch that this one was started from, {_FOLDER}",
        )
    return commit


def _commit(git: Git, reference: str) -> str | None:
    """The commit's hash."""
    answer = git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    lines = answer.output.decode("ascii", "replace").split()
    return lines[-1] if answer.code == 0 and lines else None


def _no_repository(errors: str) -> GitError:
    if "dubious ownership" in errors or "safe.directory" in errors:
        return GitError(
            "Git does not read this repository, because it belongs to another user",
            f'allow it: `git config --global --add safe.directory "$PWD"` at its root, {_FOLDER}',
        )
    return GitError(
        "this is not in the work tree of a Git repository, so there is no base to compare with",
        f"run it in a clone, {_FOLDER}",
    )
