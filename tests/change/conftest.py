"""A repository with one commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from change.history import History


@pytest.fixture
def history(tmp_path: Path) -> History:
    """The base repository of :mod:`harness` and the deployment ``demo/m``, committed to ``main``."""
    found = History(tmp_path / "repo")
    found.deploy(replicas=2)
    found.commit("first")
    return found
