"""kustomize, as Argo CD and Flux run it, builds every folder of a rendered tree to exactly what is in its files."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from go_tools import kustomize
from harness import Json, Repo, documents, servewright
from test_golden import CASES, Case

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("case", CASES)
def test_golden(case: Case, tmp_path: Path) -> None:
    root = case.materialise(tmp_path)
    if servewright("render", cwd=root).code == 0:
        check(root / "rendered")


def test_examples(tmp_path: Path) -> None:
    check(shutil.copytree(EXAMPLES / "rendered", tmp_path / "rendered"))


def test_an_emptied_namespace(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    repo.write("deployments/connections.yaml", "")
    repo.deploy(metadata={"namespace": "web"})
    repo.render()
    check(repo.root / "rendered")
    assert built(repo.root / "rendered/demo") == []


def check(rendered: Path) -> None:
    """Each namespace, for Argo CD, and each folder of it, for Flux."""
    namespaces = [folder for folder in sorted(rendered.iterdir()) if folder.is_dir()]
    assert namespaces
    for namespace in namespaces:
        by_folder = {folder: written(folder) for folder in sorted(namespace.iterdir()) if folder.is_dir()}
        assert comparable(built(namespace)) == comparable(item for items in by_folder.values() for item in items)
        for folder, items in by_folder.items():
            assert comparable(built(folder)) == comparable(items)


def written(folder: Path) -> list[Json]:
    """The objects in a folder's files."""
    files = sorted(path for path in folder.iterdir() if path.name != "kustomization.yaml")
    return [item for file in files for item in documents(file.read_text(encoding="utf-8"))]


def built(folder: Path) -> list[Json]:
    """What kustomize makes of a folder."""
    run = subprocess.run([kustomize(), "build", folder], capture_output=True, timeout=60, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    return [item for item in documents(run.stdout) if item is not None]


def comparable(items: Iterable[Json]) -> list[str]:
    """Objects in an order of their own: kustomize sorts them by kind."""
    return sorted(json.dumps(item, sort_keys=True) for item in items)
