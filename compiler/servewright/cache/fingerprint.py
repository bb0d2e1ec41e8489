"""What a result depends on, as hashes: the tool, the surroundings of every deployment, each file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from servewright import __version__
from servewright.diagnostics.model import Source
from servewright.hashing import blake2b
from servewright.repository import Repository

_SIZE = 20  # bytes


def of_text(source: Source) -> str:
    """The hash of a file's text."""
    return blake2b(source.text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()


def of_surroundings(repository: Repository, early: Iterable[str]) -> str:
    """What every deployment is compiled against: Project, catalog, the files that may hold a connection."""
    chosen = set(early)
    files = [*repository.catalog, *(source for source in repository.deployments if source.path in chosen)]
    if repository.project is not None:
        files.append(repository.project)
    return _of(text for source in files for text in (source.path, of_text(source)))


def of_run(repository: Repository) -> str:
    """All that a run depends on, but for the output folder."""
    project = [repository.project] if repository.project is not None else []
    files = [*project, *repository.catalog, *repository.deployments]
    return _of(text for source in files for text in (source.path, source.text))


def tool() -> str:
    """This servewright: its version and the state of its files, and what it computes with."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    above = os.path.dirname(os.path.dirname(package))
    folders = [package, *(path for name in ("schemas", "templates") if os.path.isdir(path := f"{above}/{name}"))]
    states = [state for folder in folders for state in sorted(_states(folder))]
    libraries = [state for name in ("yaml", "cel_expr_python") for state in _library(name)]
    return _of([__version__, sys.version, *libraries, *states])


def _states(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _states(entry.path)
            else:
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"


def _library(name: str) -> Iterator[str]:
    """A library, which need not be loaded for this."""
    for folder in sys.path:
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            yield from sorted(_states(path))
            return


def _of(texts: Iterable[str]) -> str:
    digest = blake2b(digest_size=_SIZE)
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d " % len(content))  # so that nothing can pass from one text into the next
        digest.update(content)
    return digest.hexdigest()
