"""Every object of the examples and the golden trees, with the schemas of the release that it was rendered for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from check.cluster.released import of_release
from servewright.check.cluster import Load

TESTS = Path(__file__).parents[2]


def trees() -> Iterator[tuple[Load, Path]]:
    """The folders with rendered objects, and the schemas of their releases."""
    for project, tree in [
        (TESTS.parent / "examples" / "servewright.yaml", TESTS.parent / "examples" / "rendered"),
        *((case / "repo" / "servewright.yaml", case / "expected") for case in sorted((TESTS / "golden").iterdir())),
    ]:
        if tree.is_dir():
            platform = yaml.safe_load(project.read_text())["spec"].get("platform", {})
            yield of_release(platform.get("name", "openshift-ai"), platform.get("version", "3.4")), tree


def objects() -> Iterator[tuple[Load, Path, dict[str, Any]]]:
    for load, tree in trees():
        for file in sorted(tree.rglob("*.yaml")):
            for body in yaml.load_all(file.read_text(), yaml.CSafeLoader):
                if body["kind"] != "Kustomization":
                    yield load, file, body
