"""The files of a new repository."""

from __future__ import annotations

import json
import os
import re

from servewright.record import NamedTuple
from servewright.scaffold import wording
from servewright.scaffold.choices import Choices
from servewright.schema import json_schema
from servewright.write import scalar

REQUIREMENTS = "requirements-servewright.txt"

_FOLDER = os.path.join(os.path.dirname(__file__), "repository")
_PLACEHOLDER = re.compile("@([A-Z]+)@")


def _read(source: str) -> str:
    with open(os.path.join(_FOLDER, source), encoding="utf-8") as file:
        return file.read()


class Template(NamedTuple):
    """A file of ``repository/`` and where it goes.

    ``ci`` is the only choice of continuous integration that it is for, if there is one. An ``example`` is not
    for a repository that has its own.
    """

    path: str
    source: str
    ci: str | None = None
    example: bool = False


TEMPLATES = (
    Template("catalog/hardware-profiles.yaml", "hardware-profiles.yaml", example=True),
    Template("catalog/README.md", "catalog.md", example=True),
    Template("deployments/demo/qwen3-4b.yaml", "deployment.yaml", example=True),
    Template("README.md", "readme.md", example=True),
    Template(REQUIREMENTS, "requirements.txt"),
    Template(".gitignore", "gitignore"),
    Template(".gitattributes", "gitattributes"),
    Template(".pre-commit-config.yaml", "pre-commit.yaml"),
    Template(".github/CODEOWNERS", "github/CODEOWNERS", "github"),
    Template(".github/workflows/servewright.yaml", "github/servewright.yaml", "github"),
    Template(".github/workflows/servewright-comment.yaml", "github/servewright-comment.yaml", "github"),
    Template(".gitlab/CODEOWNERS", "gitlab/CODEOWNERS", "gitlab"),
    Template(".gitlab-ci.yml", "gitlab/include.yaml", "gitlab"),
    Template("ci/servewright.gitlab-ci.yml", "gitlab/servewright.yaml", "gitlab"),
    Template("ci/servewright-task.yaml", "tekton/servewright-task.yaml", "tekton"),
    # The last to be written: until it is there, another run adds what one that was interrupted did not.
    Template("servewright.yaml", "servewright.yaml", example=True),
)

# Outside the folders that are read, and beside what names them in its first line.
_SCHEMAS = {f".schemas/{kind.lower()}.json": kind for kind in ("Project", "ModelDeployment", "Connection")}


# What to add to a file of one's own, which is never changed.
TO_MERGE = {
    path: tuple(line for line in _read(source).splitlines() if not line.startswith("#"))
    for path, source in (
        (".gitignore", "gitignore"),
        (".gitattributes", "gitattributes"),
        (".gitlab-ci.yml", "gitlab/include.yaml"),
    )
}


def scaffold(choices: Choices, *, examples: bool) -> dict[str, str]:
    """The text of every file by its path; without ``examples`` those that go beside a Project of one's own."""
    # JSON's strings are YAML's too, whatever is in them.
    address = f"repository: {{url: {json.dumps(choices.repository or 'https://git.example.com/acme/models.git')}}}"
    words = {
        "PROJECT": choices.project,
        "NAME": scalar.value(choices.project),
        "PLATFORM": choices.platform,
        "VERSION": choices.version,
        "APPLICATIONS": choices.applications,
        "ENGINE": choices.engine,
        "REPOSITORY": address if choices.repository else f"# {address}",
        "INSTALL": choices.install or wording.NOT_YET,
        "SYNCED": wording.ENGINE[choices.engine],
        "REQUEST": wording.REQUEST[choices.ci],
        "CHECKS": wording.CHECKS[choices.ci],
        "DELETIONS": wording.DELETIONS[choices.ci],
    }
    files = {
        path: json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n" for path, kind in _SCHEMAS.items()
    }
    for template in TEMPLATES:
        if template.ci in (None, choices.ci) and (examples or not template.example):
            files[template.path] = _PLACEHOLDER.sub(lambda match: words[match[1]], _read(template.source))
    return files
