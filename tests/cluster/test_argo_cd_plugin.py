"""Argo CD renders specs itself, by the plugin (docs/plugin.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cluster.argo_cd import NAMESPACE, ArgoCD
from cluster.argo_fleet import WITHOUT_CONNECTIONS, Fleet, is_synced, resources, title
from cluster.conftest import ARGO_CD
from cluster.control_plane import ControlPlane
from cluster.git_server import GitServer, commit
from harness import Repo, documents

Json = dict[str, Any]

pytestmark = ARGO_CD


@pytest.fixture(scope="module")
def specs(plane: ControlPlane, argo: ArgoCD, repositories: Path) -> Fleet:
    """A repository without a rendered tree, and an Application of one of its namespaces."""
    repo = Repo(repositories / "specs", WITHOUT_CONNECTIONS)
    repo.deploy(name="plain", metadata={"namespace": "specs"})
    repo.deploy(name="guarded", metadata={"namespace": "specs"}, auth={"tokens": ["default-token"]})
    repo.deploy(name="foreign", metadata={"namespace": "elsewhere"})
    commit(repo.root, "specs")
    parameters = [{"name": "namespaces", "array": ["specs"]}]
    argo.apply(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "specs", "namespace": NAMESPACE},
            "spec": {
                "project": "default",
                "source": {"repoURL": GitServer.url("specs"), "path": ".", "plugin": {"parameters": parameters}},
                "destination": {"server": "https://kubernetes.default.svc"},
                "syncPolicy": {
                    "automated": {"prune": True, "selfHeal": True},
                    "syncOptions": ["ServerSideApply=true"],
                },
            },
        }
    )
    plane.namespaces("specs")
    argo.until("specs", "is synced", is_synced)
    return Fleet(plane, argo, repo)


def test_the_plugin_gives_what_would_be_rendered(specs: Fleet) -> None:
    app = specs.argo.application("specs")
    assert app["status"]["sourceType"] == "Plugin"
    assert resources(app) == {title(obj): "Synced" for obj in streamed(specs.repo)}
    assert "InferenceService specs/guarded" in resources(app)


# What is done to a spec (None: it is removed), and what Argo CD shows of what we say.
UNRENDERABLE = {
    "a mistake": ("plain", ("hardware:", "hardwear:"), "error[SW101] unknown-field: there is no field `hardwear` here"),
    # Whose spec it is cannot be told: it might be of this namespace.
    "a mistake elsewhere": ("foreign", ("kind: ModelDeployment", "kind: ["), "--> deployments/foreign.yaml:"),
    "no model left": ("plain guarded", None, "nothing that is selected belongs to the namespace `specs`"),
}


@pytest.mark.parametrize(("names", "change", "said"), UNRENDERABLE.values(), ids=UNRENDERABLE)
def test_nothing_is_pruned_when_the_plugin_gives_nothing(
    specs: Fleet, names: str, change: tuple[str, str] | None, said: str
) -> None:
    objects = streamed(specs.repo)
    before = specs.versions(objects)
    files = [specs.repo.root / f"deployments/{name}.yaml" for name in names.split()]
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    for file, text in texts.items():
        if change is None:
            file.unlink()
        else:
            file.write_text(text.replace(*change), encoding="utf-8")
    commit(specs.repo.root, "break it")
    (condition,) = specs.argo.refresh("specs")["status"]["conditions"]
    assert condition["type"] == "ComparisonError"
    assert said in condition["message"]
    assert specs.versions(objects) == before

    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    commit(specs.repo.root, "repair it")
    assert "conditions" not in specs.argo.refresh("specs")["status"]
    assert is_synced(specs.argo.application("specs"))
    assert specs.versions(objects) == before


def streamed(repo: Repo) -> list[Json]:
    """What the plugin prints for the Application."""
    run = repo.run("render", "--stdout", "--namespace", "specs")
    assert run.code == 0, run.err
    return documents(run.out)
