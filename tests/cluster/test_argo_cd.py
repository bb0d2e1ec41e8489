"""Argo CD syncs what `servewright gitops argocd` prints, on a cluster where KServe's webhooks run."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from cluster.argo_cd import ArgoCD
from cluster.conftest import Setup
from cluster.control_plane import ControlPlane
from cluster.git_server import GitServer, commit
from harness import Objects, Repo, documents, rendered

Json = dict[str, Any]

EXAMPLES = Path(__file__).parents[2] / "examples"
SETUP = Setup("openshift-ai-3.4", webhooks=True)

pytestmark = [
    pytest.mark.parametrize("cluster", [SETUP], indirect=True, ids=str),
    pytest.mark.usefixtures("cluster"),
]

# What the operator of External Secrets reports, as soon as the Secret is there.
SECRET_SYNCED: Json = {"conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced"}]}


class Fleet(NamedTuple):
    """A repository that Argo CD syncs."""

    plane: ControlPlane
    argo: ArgoCD
    repo: Repo

    @property
    def project(self) -> str:
        name: str = yaml.safe_load((self.repo.root / "servewright.yaml").read_text(encoding="utf-8"))["metadata"][
            "name"
        ]
        return name

    def application(self, namespace: str) -> str:
        return f"{self.project}-{namespace}"

    def publish(self) -> Objects:
        """Render and commit."""
        self.repo.render()
        commit(self.repo.root, "render")
        return rendered(self.repo.root)

    def printed(self, *arguments: str) -> list[Json]:
        """What `servewright gitops argocd` prints."""
        return printed(self.repo, *arguments)


def printed(repo: Repo, *arguments: str) -> list[Json]:
    run = repo.run("gitops", "argocd", *arguments)
    assert run.code == 0, run.err
    return documents(run.out)


def address(repo: Repo) -> None:
    """Write into the Project where the repository is served."""
    file = repo.root / "servewright.yaml"
    project = yaml.safe_load(file.read_text(encoding="utf-8"))
    project["spec"]["gitops"] = {"engine": "argocd", "repository": {"url": GitServer.url(repo.root.name)}}
    file.write_text(yaml.safe_dump(project, sort_keys=False), encoding="utf-8")


def title(obj: Json) -> str:
    return f"{obj['kind']} {obj['metadata'].get('namespace', '')}/{obj['metadata']['name']}"


def versions(plane: ControlPlane, objects: Iterable[Json]) -> dict[str, str]:
    """What changes whenever a stored object does."""
    found = {title(obj): plane.get(obj) for obj in objects}
    return {name: obj["metadata"]["resourceVersion"] for name, obj in found.items() if obj is not None}


def synced(app: Json) -> bool:
    status = app.get("status", {})
    return (
        status.get("sync", {}).get("status") == "Synced"
        and status.get("operationState", {}).get("phase") == "Succeeded"
    )


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repositories")


@pytest.fixture(scope="module")
def argo(plane: ControlPlane, repositories: Path) -> Iterator[ArgoCD]:
    plane.load_release(SETUP.release)
    plane.webhooks(on=SETUP.webhooks)
    repo = Repo(repositories / "fleet", {})
    shutil.copytree(EXAMPLES, repo.root)
    address(repo)
    (settings,) = printed(repo, "--health", "configmap")
    with ArgoCD(plane, repositories, settings=settings["data"]) as started:
        yield started
    plane.delete(rendered(repo.root))


@pytest.fixture(scope="module")
def fleet(plane: ControlPlane, argo: ArgoCD, repositories: Path) -> Fleet:
    """The examples, synced."""
    found = Fleet(plane, argo, Repo(repositories / "fleet", {}))
    objects = found.publish()
    argo.apply(*found.printed())
    for secret in objects.all("ExternalSecret"):
        plane.wait_for(secret)
        plane.report(secret, SECRET_SYNCED)
    for namespace in namespaces(objects):
        argo.until(found.application(namespace), "is synced", synced)
    return found


def namespaces(objects: Iterable[Json]) -> list[str]:
    return sorted({obj["metadata"]["namespace"] for obj in objects})


def test_everything_is_synced(fleet: Fleet) -> None:
    objects = rendered(fleet.repo.root)
    found = {}
    for namespace in namespaces(objects):
        app = fleet.argo.application(fleet.application(namespace))
        found |= {
            f"{item['kind']} {item['namespace']}/{item['name']}": item["status"] for item in app["status"]["resources"]
        }
    assert found == {title(obj): "Synced" for obj in objects}


@pytest.mark.parametrize("hard", [False, True], ids=["refresh", "hard-refresh"])
def test_nothing_differs_after_a_refresh(fleet: Fleet, hard: bool) -> None:
    for namespace in namespaces(rendered(fleet.repo.root)):
        before = fleet.argo.application(fleet.application(namespace))["status"]
        after = fleet.argo.refresh(fleet.application(namespace), hard=hard)["status"]
        assert after["sync"] == before["sync"]
        assert after["resources"] == before["resources"]
        assert after["history"] == before["history"], "there was something to sync"
        assert "conditions" not in after


def test_a_second_sync_moves_nothing(fleet: Fleet) -> None:
    objects = rendered(fleet.repo.root)
    before = versions(fleet.plane, objects)
    for namespace in namespaces(objects):
        state = fleet.argo.sync(fleet.application(namespace))["status"]["operationState"]
        assert state["phase"] == "Succeeded", state["message"]
    assert versions(fleet.plane, objects) == before
