"""Folders that come or go, where what tells the engine to sync names each: it has to be printed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from servewright.change.consequences.addresses import listed
from servewright.change.consequences.subject import Consequence, Fleet
from servewright.change.model import Folders
from servewright.diagnostics import codes
from servewright.diagnostics.model import Where
from servewright.model.project import Project

RULE = codes.SYNC_OUTDATED
_SHOWN = 5  # folders, by name; the others are counted


def check(fleet: Fleet) -> Iterator[Consequence]:
    """One consequence for what comes, and one for what goes; nothing in the change that brings the whole tree."""
    project = fleet.change.project
    if project is None or project.spec.gitops.repository is None:
        return
    named = _named(project, fleet.change.folders)
    if named is None:
        return
    command, engine, come, go = named
    if come:
        yield Consequence(
            f"{engine} knows nothing of {_folders(come)} yet: what is in there is not deployed",
            f"when this is rendered, run `{command}` again, and bring what it prints to where {engine}'s own objects are",
            where=_place(fleet, come),
        )
    if go:
        yield Consequence(
            f"nothing is left in {_folders(go)}: {engine} prunes what was there, and then goes on looking for it",
            f"once that is pruned on the cluster, run `servewright render --allow-deletions`, and then `{command}` again",
        )


def _named(project: Project, folders: Folders) -> tuple[str, str, Sequence[str], Sequence[str]] | None:
    """The command, the engine, and what comes and goes of what it names; None if it finds all by itself."""
    gitops, output = project.spec.gitops, project.spec.output
    if gitops.engine == "flux":
        come, go = ([f"{output}/{namespace}/{name}" for namespace, name in side] for side in (folders.come, folders.go))
        return "servewright gitops flux", "Flux", come, go
    if gitops.engine == "argocd" and not gitops.argocd.application_set:
        new, emptied = ([f"{output}/{name}" for name in sorted(side)] for side in (folders.new, folders.emptied))
        return "servewright gitops argocd", "Argo CD", new, emptied
    return None


def _folders(paths: Sequence[str]) -> str:
    shown = [f"`{path}`" for path in paths[:_SHOWN]]
    return listed(shown + ([f"{len(paths) - _SHOWN:,} more"] if len(paths) > _SHOWN else []))


def _place(fleet: Fleet, paths: Sequence[str]) -> Where | None:
    """The namespace of the first deployment that is in a folder of ``paths``."""
    project = fleet.change.project
    assert project is not None
    for edit in fleet.change.deployments:
        folder = f"{project.spec.output}/{edit.namespace}"
        if edit.after is not None and edit.before is None and {folder, f"{folder}/deployments"} & set(paths):
            return Where(edit.after.document, ("metadata", "namespace"))
    return None
