"""What every deployment of a compilation is resolved against."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.catalog.index import Catalog, Key
from servewright.catalog.release import Release
from servewright.catalog.runtime_template import RuntimeTemplate
from servewright.hints import Any
from servewright.model.connection import Connection
from servewright.model.deployment import Format
from servewright.model.project import Project
from servewright.record import NamedTuple
from servewright.resolve.decisions import Candidate, HardwareChoice, RuntimeChoice

Verdict = tuple[RuntimeTemplate, Candidate]
Question = tuple[str, str, Format, str | None]  # namespace, model type, format, accelerator
Lines = tuple[Any, ...]  # of a spec, as far as they decide something


class Foundation(NamedTuple):
    """What a model runs on."""

    hardware: HardwareChoice
    runtime: RuntimeChoice


class Context(NamedTuple):
    """One environment: release, catalog and connections.

    ``choosing`` are the namespaces in which the catalog has hardware profiles, templates or runtimes. ``templates`` is
    what each namespace may choose from, ``verdicts`` what was answered to each question about them, ``foundations`` what
    specs with the same lines run on, ``fine_keys`` labels and annotations that may be set, ``copied`` what the copies of
    a runtime share, by its identity and what else decides it: they follow from the rest, and are filled when they are
    first needed.
    """

    project: Project
    release: Release
    applications_namespace: str
    catalog: Catalog
    connections: Mapping[Key, Connection]
    refused_connections: frozenset[Key]
    choosing: frozenset[str]
    templates: dict[str, tuple[RuntimeTemplate, ...]]
    verdicts: dict[Question, tuple[Verdict, ...]]
    foundations: dict[Lines, Foundation]
    fine_keys: dict[str, set[str]]
    copied: dict[tuple[Any, ...], Any]

    @property
    def engine(self) -> str:
        """argocd, flux or none."""
        return self.project.spec.gitops.engine
