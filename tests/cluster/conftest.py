"""One control plane for all tests; those that want the same cluster run one after another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cluster.argo_cd import ArgoCD
from cluster.argo_fleet import configure, printed
from cluster.control_plane import ControlPlane
from cluster.definitions import RELEASES
from harness import Repo


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


# --- Argo CD ---

_ROOT = Path(__file__).parents[2]
_SETUP = Setup("openshift-ai-3.4", webhooks=True)

# What the tests of a module that uses `argo` are marked with.
ARGO_CD = [
    pytest.mark.parametrize("cluster", [_SETUP], indirect=True, ids=str),
    pytest.mark.usefixtures("cluster"),
]


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repositories")


@pytest.fixture(scope="module")
def argo(plane: ControlPlane, repositories: Path) -> Iterator[ArgoCD]:
    plane.load_release(_SETUP.release)
    plane.webhooks(on=_SETUP.webhooks)
    examples = Repo(repositories / "examples", {})
    shutil.copytree(_ROOT / "examples", examples.root)
    configure(examples)
    (settings,) = printed(examples, "--health", "configmap")
    with ArgoCD(plane, repositories, settings["data"], _ROOT / "plugins/argocd/plugin.yaml") as started:
        yield started
