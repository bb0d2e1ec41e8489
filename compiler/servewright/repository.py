"""A repository as text: what a compilation starts from, whether read from disk or written in a test."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.diagnostics.model import Finding, Source
from servewright.model.project import FILE, Inputs, Project
from servewright.read.inputs import read_project
from servewright.record import NamedTuple


class Repository(NamedTuple):
    """Input files by role. ``findings`` are problems met while reading files (sizes, encodings, links)."""

    project: Source | None
    catalog: tuple[Source, ...] = ()
    deployments: tuple[Source, ...] = ()
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, files: Mapping[str, str]) -> Repository:
        """The repository with these files (path relative to the root -> text), in the folders that its Project names."""
        source = Source(FILE, files[FILE]) if FILE in files else None
        inputs = folders_of(source)

        def below(folders: tuple[str, ...]) -> tuple[Source, ...]:
            chosen = (
                path
                for path in files
                if path.lower().endswith((".yaml", ".yml"))
                and path.startswith(tuple(f"{folder}/" for folder in folders))
            )
            return tuple(Source(path, files[path]) for path in sorted(chosen))

        return cls(source, below(inputs.catalog), below(inputs.deployments))

    @property
    def sources(self) -> dict[str, Source]:
        """Every input file by path."""
        every = [*self.catalog, *self.deployments] + ([self.project] if self.project else [])
        return {source.path: source for source in every}


def folders_of(source: Source | None) -> Inputs:
    """The input folders that the Project in ``source`` names; the defaults when it cannot be read."""
    project: Project | None = read_project(source)[0] if source else None
    return project.spec.inputs if project else Inputs()
