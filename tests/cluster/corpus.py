"""Everything that the examples and the golden repositories render to, as trees of objects for one release each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from harness import documents

Json = dict[str, Any]

_TESTS: Final = Path(__file__).parents[1]
_ROOT: Final = _TESTS.parent

# Connections come before what needs them, and shared runtimes before the services that name them.
_ORDER: Final = ("connections", "runtimes", "deployments")


class Tree(NamedTuple):
    """What one repository renders to, in the order in which it is applied."""

    name: str
    release: str
    objects: tuple[Json, ...]

    @property
    def namespaces(self) -> set[str]:
        """Where the objects are."""
        return {obj["metadata"]["namespace"] for obj in self.objects}


def trees() -> list[Tree]:
    """The examples and all golden repositories that render to something."""
    found = [_tree(_ROOT / "examples/servewright.yaml", _ROOT / "examples/rendered")]
    for project in sorted((_TESTS / "golden").rglob("servewright.yaml")):
        folder = project.parent.parent if project.parent.name == "repo" else project.parent
        found.append(_tree(project, folder / "expected"))
    return [tree for tree in found if tree.objects]


def _tree(project: Path, output: Path) -> Tree:
    platform = yaml.safe_load(project.read_text(encoding="utf-8"))["spec"]["platform"]
    files = [file for file in output.rglob("*.yaml") if file.name != "kustomization.yaml"]
    files.sort(key=lambda file: (_ORDER.index(file.parent.name), file))
    return Tree(
        name=output.parent.relative_to(_ROOT).as_posix(),
        release=definitions_of(platform["name"], platform["version"]),
        objects=tuple(obj for file in files for obj in documents(file.read_text(encoding="utf-8"))),
    )


def definitions_of(platform: str, version: str) -> str:
    """The name of the definitions (see :mod:`cluster.definitions`) that a Project's platform installs."""
    # Open Data Hub's tags carry the product's files.
    return f"{'open-data-hub' if version == '3.6' else 'openshift-ai'}-{version}"
