"""What all tests share: the repository fixture, and random tests that are the same in every run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("harness")

from harness import Repo  # noqa: E402 - after the line above, so that its assertions say what differs

# No data base and no randomness of the run's own: what fails here fails everywhere, and again.
settings.register_profile(
    "fixed", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fixed")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """The base repository of :mod:`harness` in an empty folder."""
    return Repo(tmp_path / "repo")
