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
# An ApplicationSet takes `*`, `?`, `[` and `\\` in a path for a pattern, and `{{` for a template.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/ -]*")


def output_path(project: Project) -> str:
    """Where the output folder is in the Git repository."""
    repository = project.spec.gitops.repository
    return "/".join(filter(None, (repository.path if repository else "", project.spec.output)))


def check(project: Project, document: Document, engine: str) -> list[Finding]:
    """What keeps ``project`` from being synced by ``engine``."""
    findings: list[Finding] = []

    def add(message: str, path: Path, help: str, *, missing: bool = False) -> None:
        rule = codes.MISSING_FIELD if missing else codes.INVALID_VALUE
        findings.append(Finding(rule, message, Where(document, path, "key" if missing else "value"), help))

    options, name = project.spec.gitops, _NAMES[engine]
    if options.engine != engine:
        add(
            f"the tree is rendered for `{options.engine}`, so it has {_MISSING[engine]} for {name}",
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
        user, _, path = options.repository.url.partition(":")
        add(
            "Flux takes no address of this form",
            ("spec", "gitops", "repository", "url"),
            f"write `url: ssh://{user}/{path.lstrip('/')}`",
        )
    if not is_dns_label(project.metadata.name):
        add(
            "objects of the engine are named after the Project, and Kubernetes does not allow this name",
            ("metadata", "name"),
            "use at most 63 lower-case letters, digits and `-`, like `acme-models`",
        )
    if engine == "argocd" and options.argocd.application_set and not _PLAIN_PATH.fullmatch(output_path(project)):
        add(
            "an ApplicationSet would take the output folder's path for a pattern",
            ("spec", "output"),
            "use letters, digits, `-`, `_`, `.` and `/` in the folders' names, or set `argocd: {applicationSet: false}`",
        )
    return findings
