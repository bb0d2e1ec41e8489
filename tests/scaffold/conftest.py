"""A copy of what the project is installed from, as its users' tools would check it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.workflow import copy_project


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the copy."""
    return copy_project(tmp_path_factory.mktemp("source") / "servewright")
