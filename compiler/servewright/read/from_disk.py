"""A repository from the file system: the only place that opens input files."""

from __future__ import annotations

import os

from servewright.diagnostics.model import Source
from servewright.model.project import FILE
from servewright.read.files import CATALOG_LIMIT, DEPLOYMENT_LIMIT, read_file, read_folder
from servewright.repository import Repository, folders_of


def read_repository(root: str) -> Repository:
    """Every input file below ``root``, in the folders that servewright.yaml names.

    Files that cannot be read (too large, not UTF-8, links that lead out of the repository) become findings.
    """
    findings = []
    project: Source | None = None
    if os.path.lexists(os.path.join(root, FILE)):
        read = read_file(root, FILE, DEPLOYMENT_LIMIT)
        if isinstance(read, Source):
            project = read
        else:
            findings.append(read)
    inputs = folders_of(project)
    by_role = []
    for folders, limit in ((inputs.catalog, CATALOG_LIMIT), (inputs.deployments, DEPLOYMENT_LIMIT)):
        sources: list[Source] = []
        for folder in folders:
            found, problems = read_folder(root, folder, limit)
            sources += found
            findings += problems
        if len(folders) > 1:  # folders may lie in one another
            by_path = {source.path: source for source in sources}
            sources = [by_path[path] for path in sorted(by_path)]
        by_role.append(tuple(sources))
    return Repository(project, by_role[0], by_role[1], tuple(findings))
