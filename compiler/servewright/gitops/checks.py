"""What must be right in the Project before something is printed for an engine."""

from __future__ import annotations

import re

from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Finding, Path, Where
from servewright.model.gitops import OCI
from servewright.model.names import is_dns_label
from servewright.model.project import Project

_NAMES = {"argocd": "Argo CD", "flux": "Flux"}
_MISSING = {"argocd": "no sync waves", "flux": "no guard against substitution"}
# Argo CD takes `*`, `?` and `[` in a path for a pattern, and `{{` for a template; Flux `${` for a variable.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/ -]*")


def check(project: Project, document: Document, engine: str) -> list[Finding]:
    """What keeps ``project`` from being synced by ``engine``."""
    findings: list[Finding] = []

    def add(message: str, path: Path, help: str, *, missing: bool = False) -> None:
        rule = codes.MISSING_FIELD if missing else codes.INVALID_VALUE
        findings.append(Finding(rule, message, Where(document, path, "key" if missing else "value"), help))

    options, name = project.spec.gitops, _NAMES[engine]
    if options.engine != engine:
        add(
            f"this project is for {_NAMES.get(options.engine, 'no engine')}: what it renders has {_MISSING[engine]} for {name}",
            ("spec", "gitops", "engine"),
            f"write `gitops: {{engine: {engine}}}` and run `servewright render`",
        )
    if options.repository is None:
        add(
            f"{name} has to know where this repository is",
            ("spec", "gitops"),
            "add `repository: {url: https://git.example.com/acme/models.git}` below `gitops:`",
            missing=True,
        )
    elif engine == "argocd" and options.repository.url.startswith(OCI):
        add(
            "Argo CD is set up for Git here, and this is an OCI artifact",
            ("spec", "gitops", "repository", "url"),
            "give the address of the Git repository",
        )
    elif engine == "flux" and "://" not in options.repository.url:
        add(
            "Flux takes no address of this form",
            ("spec", "gitops", "repository", "url"),
            "put `ssh://` before it and `/` in the place of `:`",
        )
    if not is_dns_label(project.metadata.name):
        add(
            "objects of the engine are named after the Project, and Kubernetes does not allow this name",
            ("metadata", "name"),
            "use at most 63 lower-case letters, digits and `-`, like `acme-models`",
        )
    for path, folder in (
        (("spec", "output"), project.spec.output),
        (("spec", "gitops", "repository", "path"), options.repository.path if options.repository else ""),
    ):
        if not _PLAIN_PATH.fullmatch(folder):
            add(
                f"{name} would take the folder's name for a pattern or a template",
                path,
                "use letters, digits, `-`, `_`, `.` and blanks in folders' names",
            )
    return findings
