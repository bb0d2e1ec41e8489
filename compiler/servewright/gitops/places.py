"""Which folders of the tree there are to sync: those that the specs give, and those that were emptied."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.model.gitops import GitRepository
from servewright.model.project import Project
from servewright.record import NamedTuple
from servewright.write.layout import FOLDERS, is_kustomization, is_unit

# The dashboard lists the namespaces that have it.
DASHBOARD = {"opendatahub.io/dashboard": "true"}


class Places(NamedTuple):
    """``folders`` has the folders of each namespace, both sorted; ``output`` is the tree's path in the Git repository."""

    output: str
    folders: dict[str, tuple[str, ...]]


def repository_of(project: Project) -> GitRepository:
    """Where engines find the repository; nothing is printed without one (:mod:`servewright.gitops.checks`)."""
    return project.spec.gitops.repository or GitRepository()


def output_path(project: Project) -> str:
    """Where the output folder is in the Git repository."""
    return "/".join(filter(None, (repository_of(project).path, project.spec.output)))


def places_of(output: str, produced: Iterable[str], listed: Iterable[str]) -> Places:
    """The places below ``output``.

    ``produced`` are the files that the specs give, below the output folder; ``listed`` those of the lock. A folder that
    the lock alone has is about to become an empty list, or is one: it stays until the engine has pruned what was in it.
    """
    found: dict[str, set[str]] = {}
    for path in produced:
        namespace, _, rest = path.partition("/")
        folder = rest.partition("/")[0]
        if is_unit(path):
            found.setdefault(namespace, set()).add(folder)
    for path in listed:
        if is_kustomization(path):
            namespace, _, rest = path.partition("/")
            found.setdefault(namespace, set()).update({rest.partition("/")[0]} & set(FOLDERS))
    return Places(output, {namespace: tuple(sorted(folders)) for namespace, folders in sorted(found.items())})
