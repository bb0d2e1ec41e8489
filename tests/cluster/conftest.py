"""One control plane for all tests; those that want the same cluster run one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from cluster.control_plane import ControlPlane
from cluster.definitions import RELEASES


class Setup(NamedTuple):
    """What a test wants of the cluster: parametrize ``cluster``, or a fixture of its own, with it, indirectly."""

    release: str
    webhooks: bool = False

    def __str__(self) -> str:
        return self.release + ("-webhooks" if self.webhooks else "")


@pytest.fixture(scope="session")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane() as started:
        yield started


@pytest.fixture
def cluster(plane: ControlPlane, request: pytest.FixtureRequest) -> ControlPlane:
    setup: Setup = request.param
    plane.load_release(setup.release)
    plane.webhooks(on=setup.webhooks)
    return plane


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Loading a release, and starting webhooks, takes longer than all tests of one cluster."""

    def place(item: pytest.Item) -> tuple[int, bool]:
        assert isinstance(item, pytest.Function)
        params = item.callspec.params.values() if hasattr(item, "callspec") else ()
        setup = next((value for value in params if isinstance(value, Setup)), None)
        # What needs no cluster sums up what the others have found.
        return (RELEASES.index(setup.release), setup.webhooks) if setup else (len(RELEASES), False)

    items.sort(key=place)
