"""What the user chose for a new repository, and the names that follow from other names."""

from __future__ import annotations

import re
from collections.abc import Callable

from servewright.record import NamedTuple

CI = ("github", "gitlab", "tekton", "none")
ENGINES = ("argocd", "flux", "none")

# What shows by what a repository is checked already.
_SIGNS = (
    (".github", "github"),
    (".gitlab-ci.yml", "gitlab"),
    (".gitlab", "gitlab"),
    ("ci/servewright-task.yaml", "tekton"),
)


class Choices(NamedTuple):
    """A new repository: its name, the release and the engine of its cluster, and what runs its checks.

    ``applications`` is the platform's own namespace, ``repository`` the address by which engines find this one if it is
    known, ``install`` what pip gets to install servewright, which has to be written down later if it is None.
    """

    project: str
    platform: str
    version: str
    applications: str
    engine: str
    repository: str | None
    ci: str
    install: str | None


def project_name(folder: str) -> str:
    """A name like Kubernetes' for a repository in a folder of this name."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:63].rstrip("-")
    return name or "models"


def ci_of(is_there: Callable[[str], bool]) -> tuple[str, str]:
    """What is to run the checks of a repository, if nobody says, and why; ``is_there`` tells which paths it has."""
    for path, ci in _SIGNS:
        if is_there(path):
            return ci, f"there is `{path}`"
    return "github", "nothing says otherwise"


def requirement_problem(text: str) -> str | None:
    """Why ``text`` cannot be the line of a requirements file that installs servewright; None if it can.

    It is one line, and none that pip would take for an option or Git for a comment of the file.
    """
    if not text.isprintable() or text != text.strip() or not text:
        return "it must be one line of printable characters"
    if text.startswith(("-", "#")):
        return "it must not start with `-` or `#`"
    return None
