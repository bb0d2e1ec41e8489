"""What the user chose for a new repository, and the names that follow from other names."""

import re

from servewright.record import NamedTuple

CI = ("github", "gitlab", "tekton", "none")
ENGINES = ("argocd", "flux", "none")


class Choices(NamedTuple):
    """A new repository: its name, the release and the engine of its cluster, and what runs its checks.

    ``applications`` is the platform's own namespace, ``repository`` the address by which engines find this one if it is
    known, ``install`` what pip gets to install servewright.
    """

    project: str
    platform: str
    version: str
    applications: str
    engine: str
    repository: str | None
    ci: str
    install: str


def project_name(folder: str) -> str:
    """A name like Kubernetes' for a repository in a folder of this name."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:63].rstrip("-")
    return name or "models"


def requirement_problem(text: str) -> str | None:
    """Why ``text`` cannot be the line of a requirements file that installs servewright; None if it can.

    It is one line, and none that pip would take for an option or Git for a comment of the file.
    """
    if not text.isprintable() or text != text.strip() or not text:
        return "it must be one line of printable characters"
    if text.startswith(("-", "#")):
        return "it must not start with `-` or `#`"
    return None
