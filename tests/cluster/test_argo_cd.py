"""Argo CD syncs what `servewright gitops argocd` prints, on a cluster where KServe's webhooks run."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest

from cluster.argo_cd import ArgoCD
from cluster.argo_fleet import WITHOUT_CONNECTIONS, Fleet, configure, is_synced, namespaces, printed, resources, title
from cluster.conftest import ARGO_CD
from cluster.connections_webhook import ConnectionsWebhook
from cluster.control_plane import ControlPlane
from cluster.git_server import commit
from gitops.recorded import recorded
from harness import BASE, Repo

Json = dict[str, Any]

COMPARE = "argocd.argoproj.io/compare-options"
KINDS = {"InferenceService": None, "LLMInferenceService": "llm-d"}  # and the runtime that makes one

pytestmark = ARGO_CD


# --- the examples, as they are ---


@pytest.fixture(scope="module")
def examples(plane: ControlPlane, argo: ArgoCD, repositories: Path) -> Fleet:
    fleet = Fleet(plane, argo, Repo(repositories / "examples", {}))
    fleet.start(*namespaces(fleet.objects))
    return fleet


def test_everything_is_synced(examples: Fleet) -> None:
    found = {}
    for namespace in namespaces(examples.objects):
        found |= resources(examples.argo.application(examples.application(namespace)))
    assert found == {title(obj): "Synced" for obj in examples.objects}


def test_the_dashboard_shows_the_namespaces(examples: Fleet) -> None:
    for name in namespaces(examples.objects):
        namespace = examples.plane.get({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        assert namespace is not None
        assert namespace["metadata"]["labels"]["opendatahub.io/dashboard"] == "true"


@pytest.mark.parametrize("hard", [False, True], ids=["refresh", "hard-refresh"])
def test_nothing_differs_after_a_refresh(examples: Fleet, hard: bool) -> None:
    for namespace in namespaces(examples.objects):
        before = examples.argo.application(examples.application(namespace))["status"]
        after = examples.argo.refresh(examples.application(namespace), hard=hard)["status"]
        assert after["reconciledAt"] >= before["reconciledAt"]
        for field in ("sync", "resources", "history"):
            assert after[field] == before[field], field
        assert "conditions" not in after


def test_nothing_differs_for_an_argo_cd_that_compares_by_itself(examples: Fleet) -> None:
    """Whoever writes an Application of their own may not ask the API server what it would store."""
    (application_set,) = printed(examples.repo)
    altered = copy.deepcopy(application_set)
    altered["spec"]["template"]["metadata"]["annotations"][COMPARE] = "ServerSideDiff=false"
    names = [examples.application(namespace) for namespace in namespaces(examples.objects)]
    try:
        examples.argo.apply(altered)
        for name in names:
            examples.argo.until(name, "is altered", lambda app: "=false" in app["metadata"]["annotations"][COMPARE])
        found = [examples.argo.refresh(name, hard=True) for name in names]
        assert [app["status"]["sync"]["status"] for app in found] == ["Synced" for _ in names]
    finally:
        examples.argo.apply(application_set)
        for name in names:
            examples.argo.until(name, "is as it was", lambda app: "=true" in app["metadata"]["annotations"][COMPARE])


def test_a_second_sync_moves_nothing(examples: Fleet) -> None:
    before = examples.versions(examples.objects)
    assert len(before) == len(examples.objects)
    for namespace in namespaces(examples.objects):
        state = examples.argo.sync(examples.application(namespace))["status"]["operationState"]
        assert state["phase"] == "Succeeded", state["message"]
    assert examples.versions(examples.objects) == before


def test_an_application_set_makes_the_applications_that_can_be_printed_instead(examples: Fleet) -> None:
    repo = examples.repo
    project = (repo.root / "servewright.yaml").read_text(encoding="utf-8")
    configure(repo, argocd={"applicationSet": False})
    expected = printed(repo)
    repo.write("servewright.yaml", project)
    assert [app["kind"] for app in expected] == ["Application"] * len(namespaces(examples.objects))
    found = [examples.argo.application(app["metadata"]["name"]) for app in expected]
    assert [app["spec"] for app in found] == [app["spec"] for app in expected]
    for made, meant in zip(found, expected, strict=True):
        assert meant["metadata"]["annotations"].items() <= made["metadata"]["annotations"].items()
        assert "finalizers" not in made["metadata"], "deleting it would delete the models"
    assert examples.argo.applications_of(repo.root.name) == {app["metadata"]["name"] for app in expected}


STOPPED_BY_HAND: Json = {
    "metadata": {"finalizers": ["serving.kserve.io/test"], "annotations": {"serving.kserve.io/stop": "true"}}
}
# What others write into such objects: OpenShift, the token controller, KServe, the dashboard's *Stop*. Lists are added to.
FOREIGN: dict[str, Json] = {
    "ServiceAccount": {"imagePullSecrets": [{"name": "dockercfg"}], "secrets": [{"name": "dockercfg"}]},
    "Secret": {"data": {"token": "dG9rZW4=", "namespace": "eA=="}},
    "InferenceService": STOPPED_BY_HAND,
    "LLMInferenceService": STOPPED_BY_HAND,
}


def test_what_others_add_is_no_difference(examples: Fleet) -> None:
    plane, name = examples.plane, examples.application("chat")
    objects = [obj for obj in examples.objects if obj["metadata"]["namespace"] == "chat" and obj["kind"] in FOREIGN]
    assert {obj["kind"] for obj in objects} == FOREIGN.keys()
    for obj in objects:
        added = copy.deepcopy(FOREIGN[obj["kind"]])
        for field in added.keys() & obj.keys() - {"metadata"}:
            added[field] = obj[field] + added[field]
        plane.client.merge(obj, added, manager="others").expect(title(obj))
    before = examples.versions(objects)
    examples.argo.refresh(name)
    examples.argo.until(name, "is synced", is_synced)
    assert examples.versions(objects) == before, "what was added was taken away"
    for obj in objects:  # nobody else would let them go
        plane.client.merge(obj, {"metadata": {"finalizers": None}}, manager="others").expect(title(obj))


# --- health ---


def test_health_is_what_our_checks_say(plane: ControlPlane, argo: ArgoCD, repositories: Path) -> None:
    cases = {f"m{number}": case for number, case in enumerate(recorded()) if case.argocd is not None}
    repo = Repo(repositories / "recorded", WITHOUT_CONNECTIONS)
    configure(repo)
    for model, case in cases.items():
        repo.deploy(name=model, metadata={"namespace": "healthy"}, runtime=KINDS[case.body["kind"]])
    fleet = Fleet(plane, argo, repo)
    fleet.start("healthy")
    services = {obj["metadata"]["name"]: obj for obj in fleet.objects if obj["kind"] in KINDS}
    for model, case in cases.items():
        if "status" in case.body:
            stored = plane.get(services[model])
            assert stored is not None
            plane.client.set_status(stored, status_of(case.body, stored), manager="kserve").expect(case.name)
    expected = {case.name: case.argocd for case in cases.values()}

    def health(app: Json) -> dict[str, tuple[str, str]]:
        found = {item["name"]: item["health"] for item in app["status"]["resources"] if item["kind"] in KINDS}
        return {cases[model].name: (item["status"], item["message"]) for model, item in found.items()}

    name = fleet.application("healthy")
    app = argo.until(name, "has looked at the statuses", lambda app: health(app) == expected)
    assert app["status"]["health"]["status"] == "Degraded", "as its worst model"
    assert is_synced(app), "a status is no difference"


def status_of(recorded_object: Json, stored: Json) -> Json:
    """The recorded status; as far behind the object's generation, or ahead of it, as it was recorded."""
    status = dict(recorded_object["status"])
    if "observedGeneration" in status:
        status["observedGeneration"] += stored["metadata"]["generation"] - recorded_object["metadata"]["generation"]
    return status


# --- changes ---

EXISTING = """\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: models-s3, namespace: refused}
spec:
  s3: {endpoint: "https://s3.example.com", bucket: models}
"""
# As the dashboard would write it, without what nobody here reads.
SECRET: Json = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "models-s3",
        "namespace": "refused",
        "annotations": {"opendatahub.io/connection-type-protocol": "s3"},
    },
}

EXTERNAL = """\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: vault-s3, namespace: late}
spec:
  s3: {endpoint: "https://s3.example.com", bucket: models}
  secret:
    external:
      store: {kind: ClusterSecretStore, name: vault}
      keys: {AWS_ACCESS_KEY_ID: {key: models/s3, property: id}, AWS_SECRET_ACCESS_KEY: {key: models/s3, property: key}}
"""


@pytest.fixture(scope="module")
def changing(plane: ControlPlane, argo: ArgoCD, repositories: Path) -> Fleet:
    """Two models in one namespace, and one in another."""
    repo = Repo(repositories / "changing", BASE)
    configure(repo)
    repo.deploy(name="first", auth={"tokens": ["default-token"]})
    repo.deploy(name="second", args=["--max-model-len=8192"])
    repo.deploy(name="only", metadata={"namespace": "emptied"})
    repo.write("deployments/vault.yaml", EXTERNAL)
    repo.deploy(
        name="waiting",
        metadata={"namespace": "late"},
        model={"type": "generative", "source": {"s3": {"connection": "vault-s3", "path": "granite/8b"}}},
    )
    fleet = Fleet(plane, argo, repo)
    fleet.start("demo", "emptied")
    return fleet


def test_a_new_model_touches_no_other(changing: Fleet) -> None:
    before = changing.versions(changing.objects)
    changing.repo.deploy(name="third", replicas=2)
    changing.publish()
    assert resources(changing.resync("demo")).keys() == {title(obj) for obj in objects_of(changing, "demo")}
    after = changing.versions(changing.objects)
    assert before.items() < after.items()
    assert set(after) - set(before) == {"InferenceService demo/third", "ServingRuntime demo/third"}


def test_a_removed_model_is_pruned_and_no_other(changing: Fleet) -> None:
    """Its access objects and its runtime too."""
    before = changing.objects
    versions = changing.versions(before)
    (changing.repo.root / "deployments/first.yaml").unlink()
    changing.publish()
    changing.resync("demo")
    left = {title(obj) for obj in changing.objects}
    assert {title(obj).split(" ")[0] for obj in before if title(obj) not in left} >= {
        "InferenceService",
        "Role",
        "Secret",
    }
    assert changing.versions(before) == {name: version for name, version in versions.items() if name in left}


def test_the_last_model_of_a_namespace_is_pruned(changing: Fleet) -> None:
    before = objects_of(changing, "emptied")
    (changing.repo.root / "deployments/only.yaml").unlink()
    changing.publish()
    app = changing.resync("emptied")
    assert resources(app) == {}
    assert changing.versions(before) == {}


def test_a_new_namespace_gets_its_application(changing: Fleet) -> None:
    changing.repo.deploy(name="born", metadata={"namespace": "kept"})
    changing.publish()
    changing.argo.generate("changing")
    app = changing.argo.until(changing.application("kept"), "is synced", is_synced)
    assert resources(app) == {title(obj): "Synced" for obj in objects_of(changing, "kept")}


def test_an_application_that_goes_leaves_its_models_running(changing: Fleet) -> None:
    objects = objects_of(changing, "kept")
    before = changing.versions(objects)
    shutil.rmtree(changing.repo.root / "rendered/kept")
    commit(changing.repo.root, "lose a folder")
    changing.argo.generate("changing")
    gone = changing.application("kept")
    changing.plane.processes.wait(f"{gone} is gone", lambda: gone not in changing.argo.applications_of("changing"))
    assert changing.versions(objects) == before

    # When the folder is back there is nothing to sync.
    changing.publish()
    changing.argo.generate("changing")
    synced = {title(obj): "Synced" for obj in objects}
    changing.argo.until(gone, "has its objects again", lambda app: resources(app) == synced)
    assert changing.versions(objects) == before


def test_an_edit_by_hand_is_reverted(changing: Fleet) -> None:
    objects = {title(obj): obj for obj in changing.objects}
    service = objects.pop("InferenceService demo/second")
    others = changing.versions(objects.values())
    before = spec_of(changing, service)
    edited = {"minReplicas": 7, "maxReplicas": 7, "model": {"args": ["--max-model-len=1"]}}
    changing.plane.client.merge(service, {"spec": {"predictor": edited}}, manager="kubectl-edit").expect("edit")
    changing.argo.until(changing.application("demo"), "is healed", lambda _: spec_of(changing, service) == before)
    assert changing.versions(objects.values()) == others


def spec_of(fleet: Fleet, obj: Json) -> Json:
    stored = fleet.plane.get(obj)
    assert stored is not None
    spec: Json = stored["spec"]
    return spec


def test_pruning_by_hand_waits_for_somebody(plane: ControlPlane, argo: ArgoCD, repositories: Path) -> None:
    repo = Repo(repositories / "manual", WITHOUT_CONNECTIONS)
    configure(repo, argocd={"prune": "manual"})
    repo.deploy(name="stays", metadata={"namespace": "by-hand"})
    repo.deploy(name="goes", metadata={"namespace": "by-hand"})
    fleet = Fleet(plane, argo, repo)
    fleet.start("by-hand")
    objects = fleet.objects
    before = fleet.versions(objects)
    (repo.root / "deployments/goes.yaml").unlink()
    fleet.publish()
    found = resources(argo.refresh(fleet.application("by-hand")))
    kept = {"InferenceService by-hand/goes", "ServingRuntime by-hand/goes"}
    assert {name for name, status in found.items() if status == "OutOfSync"} == kept
    assert fleet.versions(objects) == before


def test_models_wait_for_their_secret(changing: Fleet) -> None:
    """KServe's admission looks for it, and the pods would have no credentials."""
    (secret,) = changing.objects.all("ExternalSecret")
    (service,) = [obj for obj in changing.objects if title(obj) == "InferenceService late/waiting"]
    name = changing.application("late")
    waits = "waiting for healthy state of external-secrets.io/ExternalSecret/vault-s3"
    changing.argo.until(name, "waits", lambda app: waits in app["status"]["operationState"]["message"])
    assert changing.plane.get(service) is None
    changing.provide(secret)
    assert resources(changing.argo.until(name, "is synced", is_synced)) == {
        title(obj): "Synced" for obj in objects_of(changing, "late")
    }


def test_what_admission_refuses_is_tried_again(plane: ControlPlane, argo: ArgoCD, repositories: Path) -> None:
    """Open Data Hub's wants the Secret of a connection: for the model, for a change of it, and to compare it."""
    repo = Repo(repositories / "refused", WITHOUT_CONNECTIONS)
    configure(repo)
    repo.write("deployments/connection.yaml", EXISTING)
    repo.deploy(name="free", metadata={"namespace": "refused"})
    s3 = {"connection": "models-s3", "path": "granite/8b"}
    repo.deploy(name="bound", metadata={"namespace": "refused"}, model={"type": "generative", "source": {"s3": s3}})
    fleet = Fleet(plane, argo, repo)
    fleet.publish()
    (application_set,) = printed(repo)
    application_set["spec"]["template"]["spec"]["syncPolicy"]["retry"]["backoff"]["duration"] = "1s"  # not 30
    name = fleet.application("refused")
    everything = {title(obj): "Synced" for obj in fleet.objects}
    with ConnectionsWebhook(plane):
        argo.apply(application_set)
        others = {**everything, "InferenceService refused/bound": "OutOfSync"}
        argo.until(name, "has synced the others", lambda app: resources(app) == others)
        plane.client.apply(SECRET).expect("Secret")
        argo.until(name, "is synced", is_synced)

        before = fleet.versions(fleet.objects)
        plane.delete([SECRET])
        (condition,) = argo.refresh(name, hard=True)["status"]["conditions"]
        assert condition["type"] == "ComparisonError"
        assert "InferenceService/bound" in condition["message"]
        assert "Secret models-s3 not found" in condition["message"]
        plane.client.apply(SECRET).expect("Secret")
        assert resources(argo.refresh(name, hard=True)) == everything
        assert fleet.versions(fleet.objects) == before


def objects_of(fleet: Fleet, namespace: str) -> list[Json]:
    return [obj for obj in fleet.objects if obj["metadata"]["namespace"] == namespace]
