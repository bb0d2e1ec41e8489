"""``servewright render --watch``: do it again whenever an input is saved."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from servewright.cli.session import Session, fail
from servewright.diagnostics.escape import visible
from servewright.hints import Any
from servewright.model.project import FILE
from servewright.read.from_disk import read_repository
from servewright.read.inputs import read_project
from servewright.repository import Repository, folders_of

_QUIET = 50  # milliseconds without another change that end a save
_START = 200  # milliseconds until the watcher says for the first time that nothing has happened
_NAMED = 3  # changed files that are named


def watch(session: Session, act: Callable[[Session], int]) -> int:
    """Call ``act`` now and for every change of an input, until the user has seen enough; the exit code, always 0.

    Nothing that is wrong with a spec or the Project ends it. What counts is what the files hold: a file that is saved
    unchanged, or an editor's temporary file, is no change.
    """
    try:
        from watchfiles import watch as changes_below
    except ImportError:
        fail("`--watch` needs watchfiles, which is not installed", "run `pip install 'servewright[watch]'`")
    gc.enable()  # this process does not end after one run
    try:
        _once(session, act)
        _say("watching for changes; Ctrl-C ends")
        for changed in _changed(session, changes_below):
            _once(changed, act)
    except KeyboardInterrupt:
        pass
    return 0


def _once(session: Session, act: Callable[[Session], int]) -> None:
    with suppress(SystemExit):  # it has said why, and the next save may mend it
        act(session)
    sys.stdout.flush()


def _changed(session: Session, changes_below: Callable[..., Any]) -> Iterator[Session]:
    """The repository after each change."""
    root, last = session.root, session.repository
    real = os.path.realpath(root)  # as some systems report it

    scope = _scope(last, real)

    def concerns(_: object, path: str) -> bool:
        return _is_input(os.path.relpath(path, real).replace(os.sep, "/"), *scope)

    try:
        # Once when it has started, because something may have changed since the repository was read; then for changes.
        started = False
        for changes in changes_below(
            real, watch_filter=concerns, step=_QUIET, rust_timeout=_START, yield_on_timeout=True
        ):
            if not changes and started:
                continue
            started = True
            now = time.monotonic()
            repository = read_repository(root)
            if repository != last:
                _say(_names(last, repository))
                last, scope = repository, _scope(repository, real)
                yield session._replace(repository=repository, start=now)
    except (OSError, RuntimeError) as problem:
        if not isinstance(problem, OSError) and not type(problem).__module__.startswith(("watchfiles", "_rust_notify")):
            raise
        fail("the folders of this repository cannot be watched", "see to the limits of inotify (fs.inotify.*)")


def _scope(repository: Repository, root: str) -> tuple[set[str], str | None]:
    """The input folders and the output folder, as the Project says if it can be read; where links lead counts too."""
    inputs = folders_of(repository.project)
    project = read_project(repository.project)[0] if repository.project is not None else None
    named = {*inputs.catalog, *inputs.deployments}
    real = {os.path.relpath(os.path.realpath(os.path.join(root, folder)), root) for folder in named}
    return named | real, project.spec.output if project is not None else None


def _is_input(path: str, folders: set[str], output: str | None) -> bool:
    """Whether a change there may be one of the Project, or of a file in an input folder; not of what is rendered."""
    if path == FILE:
        return True
    hidden = any(part.startswith(".") for part in path.split("/"))
    if hidden or (output is not None and _below(path, output)):
        return False
    return any(_below(path, folder) for folder in folders)


def _below(path: str, folder: str) -> bool:
    folder = os.path.normpath(folder)
    return folder == "." or path == folder or path.startswith(f"{folder}/")


def _names(before: Repository, after: Repository) -> str:
    old, new = before.sources, after.sources
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    if not paths:
        return "files that cannot be read have changed"
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{', '.join(paths[:_NAMED])}{more} changed"


def _say(text: str) -> None:
    """A line between two runs. It tells no time, so that what is printed can be compared."""
    sys.stderr.write(f"--- {visible(text)}\n")
    sys.stderr.flush()
