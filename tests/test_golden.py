"""Whole repositories and the trees that they render to.

``golden/<case>/repo/`` is a repository, ``expected/`` the output folder that it renders to, ``diagnostics.txt`` what
``validate`` says. A case for several releases has one folder per release beside ``repo/``, with ``expected/``,
``diagnostics.txt`` and the files that differ: ``servewright.yaml``, and perhaps a catalog. A case without ``expected/`` is refused.

To add a case: write ``repo/`` (or change the compiler), run ``SERVEWRIGHT_REFRESH=1 pytest tests/test_golden.py``, and
review the difference as the people who run the cluster would.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from harness import refreshing, servewright, tree

GOLDEN = Path(__file__).with_name("golden")
RESULTS = ("expected/", "diagnostics.txt")


class Case(NamedTuple):
    """``inputs`` are the repository's files; ``folder`` holds what is expected."""

    name: str
    folder: Path
    inputs: Mapping[str, str]

    def materialise(self, root: Path) -> Path:
        """The repository in the folder ``root``."""
        for path, text in self.inputs.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode("utf-8"))
        return root


def cases() -> list[Case]:
    """Every case; one for several releases counts once for each."""
    found = []
    for folder in sorted(GOLDEN.iterdir()):
        files = tree(folder / "repo")
        if "servewright.yaml" in files:
            found.append(Case(folder.name, folder, files))
        for project in sorted(folder.glob("*/servewright.yaml")):
            if project.parent.name != "repo":
                own = {path: text for path, text in tree(project.parent).items() if not path.startswith(RESULTS)}
                found.append(Case(f"{folder.name}-{project.parent.name}", project.parent, {**files, **own}))
    return found


CASES = [pytest.param(case, id=case.name) for case in cases()]


@pytest.mark.parametrize("case", CASES)
def test_golden(case: Case, tmp_path: Path) -> None:
    root = case.materialise(tmp_path)
    said = servewright("validate", cwd=root).err
    run = servewright("render", cwd=root)
    actual = tree(root / "rendered")
    expected_folder, expected_text = case.folder / "expected", case.folder / "diagnostics.txt"
    if refreshing():
        shutil.rmtree(expected_folder, ignore_errors=True)
        if actual:
            shutil.copytree(root / "rendered", expected_folder)
        expected_text.write_bytes(said.encode("utf-8"))
    assert said == expected_text.read_bytes().decode("utf-8")
    assert actual == tree(expected_folder)
    assert run.code == (0 if expected_folder.is_dir() else 1)
    assert run.out == ""


@pytest.mark.parametrize("case", CASES)
def test_a_second_render_changes_nothing(case: Case, tmp_path: Path) -> None:
    root = case.materialise(tmp_path)
    first = servewright("render", cwd=root)
    before = tree(root)
    assert servewright("render", cwd=root).code == first.code
    assert tree(root) == before


@pytest.mark.parametrize("case", CASES)
def test_what_was_rendered_passes_the_check_of_ci(case: Case, tmp_path: Path) -> None:
    root = case.materialise(tmp_path)
    if servewright("render", cwd=root).code == 0:
        assert servewright("render", "--check", cwd=root).code == 0
