"""A copy of what the project is installed from, as its users' tools would check it out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = (
    ".pre-commit-hooks.yaml",
    "action.yml",
    "compiler",
    "LICENSE",
    "NOTICE",
    "pyproject.toml",
    "README.md",
    "schemas",
    "templates",
)


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the copy."""
    folder = tmp_path_factory.mktemp("source") / "servewright"
    folder.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "sources"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder
