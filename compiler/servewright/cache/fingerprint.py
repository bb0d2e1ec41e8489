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


class Inputs:
    """The hashes of a repository's files, each computed once.

    They are put together as lines, and no path may have more than one: see ``usable``.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._project = [repository.project] if repository.project is not None else []
        self.usable = "".join(source.path for source in (*repository.catalog, *repository.deployments)).isprintable()
        self.deployments = {source.path: _hash(source.text) for source in repository.deployments}

    def surroundings(self, holding: Iterable[Source]) -> str:
        """What every deployment is compiled against: Project, catalog, the files ``holding`` a connection."""
        lines = [f"{source.path} {self.deployments[source.path]}" for source in holding]
        return _of([*self._around(), *lines])

    def run(self) -> str:
        """All that a run depends on, but for the output folder."""
        return _of([*self._around(), *self.lines()])

    def lines(self) -> Iterator[str]:
        """Path and hash of every file of the deployment folders."""
        return (f"{path} {digest}" for path, digest in self.deployments.items())

    def _around(self) -> Iterator[str]:
        return (f"{source.path} {_hash(source.text)}" for source in (*self._project, *self._repository.catalog))


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


def _of(lines: Iterable[str]) -> str:
    return _hash("\n".join(lines))


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()
