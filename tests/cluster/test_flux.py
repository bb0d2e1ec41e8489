"""What servewright renders, synced by Flux itself to an API server with KServe's webhooks."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster.conftest import Setup
from cluster.connections_webhook import ConnectionsWebhook
from cluster.control_plane import ControlPlane
from cluster.controllers import RECORDED, address
from cluster.differences import differences
from cluster.fleet import Fleet
from cluster.flux import Flux, inventory_of
from cluster.test_rendered import explained, title
from gitops.inputs import URL
from gitops.recorded import recorded
from harness import PROFILES, Objects, Repo, document, model, project, tree

Json = dict[str, Any]

RELEASE = "openshift-ai 3.4"

pytestmark = pytest.mark.parametrize(
    "flux", [Setup(RELEASE.replace(" ", "-"), webhooks=True)], indirect=True, scope="module", ids=str
)

EXAMPLES = Path(__file__).parents[2] / "examples"
OWNER = "kustomize.toolkit.fluxcd.io"
STOP = "serving.kserve.io/stop"
GUARD = "kustomize.toolkit.fluxcd.io/substitute: disabled"


@pytest.fixture(scope="module")
def flux(plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[Flux]:
    setup: Setup = request.param
    plane.load_release(setup.release)
    plane.webhooks(on=setup.webhooks)
    with ConnectionsWebhook(plane), Flux(plane) as started:
        yield started


@pytest.fixture(scope="module")
def synced(plane: ControlPlane, flux: Flux, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The examples and a model with text that Flux would substitute, which are all applied and healthy."""
    repo = Repo(tmp_path_factory.mktemp("fleet"), {})
    for name in ("catalog", "deployments"):
        shutil.copytree(EXAMPLES / name, repo.root / name)
    settings = yaml.safe_load((EXAMPLES / "servewright.yaml").read_text(encoding="utf-8"))
    settings["spec"]["gitops"] = {"engine": "flux", "repository": {"url": URL}, "flux": {"waitForModels": True}}
    repo.write("servewright.yaml", yaml.safe_dump(settings))
    guarded = {"args": ["--chat-template-content-format=${FORMAT}"], "hardware": {"profile": "nvidia-a100"}}
    repo.write("deployments/chat/guarded.yaml", model("guarded", metadata={"namespace": "chat"}, **guarded))
    fleet = Fleet(plane, flux, repo)
    try:
        fleet.make_secrets()
        fleet.sync()
        yield fleet
    finally:
        # A stage that waits for its models occupies one of Flux's few workers.
        fleet.delete()


@pytest.fixture
def fleet(synced: Fleet) -> Iterator[Fleet]:
    """The same for each test: what a test changes, of the repository or of how models are, is changed back."""
    specs = synced.repo.root / "deployments"
    before = tree(specs)
    yield synced
    if tree(specs) != before:
        for path, text in before.items():
            synced.repo.write(f"deployments/{path}", text)
        synced.render()
        synced.commit()
    synced.controllers.look_after(synced.objects)
    if not all(map(synced.is_synced, synced.kustomizations)):
        synced.reconcile(*synced.kustomizations)


def repository(root: Path, **flux: object) -> Repo:
    """A repository with nothing to render yet; ``flux`` are settings of what syncs it."""
    settings = project(RELEASE, gitops={"engine": "flux", "repository": {"url": URL}, "flux": flux})
    return Repo(root, {"servewright.yaml": settings, "catalog/profiles.yaml": PROFILES})


def test_everything_is_stored_as_it_was_rendered(fleet: Fleet) -> None:
    """But for Flux's own labels: webhooks and defaults leave nothing that Flux or a person would see as a difference."""
    found, expected = {}, {}
    for item in fleet.kustomizations:
        for obj in fleet.objects_of(item):
            found[title(obj)] = drift(fleet, item, obj)
            expected[title(obj)] = explained(obj, webhooks=True)
    assert found == expected
    assert len(found) == len(fleet.objects)


def test_the_inventories_are_exactly_what_was_rendered(fleet: Fleet) -> None:
    found = [fleet.flux.state(item).inventory for item in fleet.kustomizations]
    assert found == [inventory_of(fleet.objects_of(item)) for item in fleet.kustomizations]
    assert frozenset.union(*found) == inventory_of(fleet.objects)


def test_a_second_reconciliation_moves_nothing(fleet: Fleet) -> None:
    before = versions(fleet)
    assert {state.ready for state in fleet.reconcile(*fleet.kustomizations)} == {"True"}
    assert versions(fleet) == before


def test_a_commit_that_renders_nothing_new_moves_nothing(fleet: Fleet) -> None:
    before, revision = versions(fleet), fleet.revision
    fleet.repo.write("README.md", "Ask the platform team.\n")
    fleet.sync()
    assert fleet.revision != revision
    assert versions(fleet) == before


def test_what_is_changed_or_deleted_by_hand_comes_back(fleet: Fleet) -> None:
    stage = fleet.stage("chat", "deployments")
    granite = Objects(obj for obj in fleet.objects_of(stage) if obj["metadata"]["name"].startswith("granite-31-8b"))
    service, runtime, role, binding = map(
        granite.__getitem__, ("InferenceService", "ServingRuntime", "Role", "RoleBinding")
    )
    predictor = {"minReplicas": 5, "maxReplicas": 7, "model": {"args": ["--max-model-len=1"]}}
    edits: list[tuple[Json, Json]] = [
        (
            service,
            {"spec": {"predictor": predictor}, "metadata": {"annotations": {"openshift.io/display-name": "Mine"}}},
        ),
        (runtime, {"spec": {"multiModel": True, "containers": []}}),
        (role, {"rules": []}),
    ]
    for obj, patch in edits:
        fleet.plane.client.merge(obj, patch, manager="kubectl-edit").expect(title(obj))
        assert drift(fleet, stage, obj) != explained(obj, webhooks=True)
    fleet.plane.delete([binding])
    assert [state.ready for state in fleet.reconcile(stage)] == ["True"]
    for obj in (service, runtime, role, binding):
        assert drift(fleet, stage, obj) == explained(obj, webhooks=True)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("InferenceService/chat/granite-31-8b", "load-failed"),
        ("LLMInferenceService/chat/llama-70b", "config-missing-while-serving"),
    ],
)
def test_a_model_that_fails_later_fails_its_stage_and_no_other(fleet: Fleet, name: str, state: str) -> None:
    stage = fleet.stage("chat", "deployments")
    service = next(obj for obj in fleet.objects if "/".join(address(obj)) == name)
    fleet.controllers.expect(service, RECORDED[f"{service['kind']}-{state}"])
    fleet.controllers.act()
    (failed,) = fleet.reconcile(stage)
    assert (failed.ready, failed.reason) == ("False", "HealthCheckFailed")
    assert f"{name} status: 'Failed'" in failed.message
    assert [other for other in fleet.kustomizations if not fleet.is_synced(other)] == [stage]
    fleet.controllers.look_after([service])
    fleet.controllers.act()
    assert [state.ready for state in fleet.reconcile(stage)] == ["True"]


@pytest.mark.parametrize(("manager", "stays"), [("Mozilla", True), ("kubectl-annotate", False)])
def test_a_model_that_the_dashboard_stops_stays_stopped(fleet: Fleet, manager: str, stays: bool) -> None:
    """Fields that Git does not have are left to whoever set them; what kubectl sets, Flux takes for a slip."""
    stage = fleet.stage("tabular", "deployments")
    service = next(obj for obj in fleet.objects_of(stage) if obj["kind"] == "InferenceService")
    fleet.plane.client.merge(service, {"metadata": {"annotations": {STOP: "true"}}}, manager=manager).expect("stop")
    fleet.controllers.expect(service, RECORDED["InferenceService-stopped"])
    try:
        assert [state.ready for state in fleet.reconcile(stage)] == ["True"]
        assert drift(fleet, stage, service) == [
            *([f"added metadata.annotations.{STOP}: 'true'"] if stays else []),
            *explained(service, webhooks=True),
        ]
    finally:
        fleet.plane.client.merge(service, {"metadata": {"annotations": {STOP: None}}}, manager=manager).expect("start")
        fleet.controllers.look_after([service])


def test_what_is_no_longer_rendered_is_pruned(fleet: Fleet) -> None:
    """A deployment of several, the only runtime of a stage, and all that a namespace has."""
    before = fleet.objects
    for path in ("tabular/churn.yaml", "tabular/iris.yaml", "chat/qwen.yaml"):
        (fleet.repo.root / "deployments" / path).unlink()
    documentation = fleet.repo.root / "deployments/vision/oci-documentation.yaml"
    text = documentation.read_text(encoding="utf-8")
    own = text.replace("{template: kserve-ovms, name: kserve-ovms}", "kserve-ovms")
    assert own != text
    documentation.write_text(own, encoding="utf-8")
    fleet.render()
    kept = {title(obj) for obj in fleet.objects}
    gone = [obj for obj in before if title(obj) not in kept]
    assert {"InferenceService tabular/iris", "LLMInferenceService chat/qwen-7b"} <= {title(obj) for obj in gone}
    assert "ServingRuntime oci-model-example/kserve-ovms" in {title(obj) for obj in gone}
    fleet.sync()
    assert [title(obj) for obj in gone if fleet.plane.get(obj) is not None] == []
    assert [title(obj) for obj in fleet.objects if fleet.plane.get(obj) is None] == []
    for stage in (fleet.stage("tabular", "deployments"), fleet.stage("oci-model-example", "runtimes")):
        assert fleet.flux.state(stage).inventory == frozenset(), "nothing is left of it, and that is fine"


def test_flux_judges_models_as_the_checks_are_meant(plane: ControlPlane, flux: Flux, tmp_path: Path) -> None:
    """Each recorded status, on a model that has a namespace, and so a Kustomization, to itself."""
    kinds: dict[str, Json] = {"InferenceService": {}, "LLMInferenceService": {"runtime": "llm-d"}}
    cases = {case.name.lower(): case for case in recorded() if case.body["kind"] in kinds}
    repo = repository(tmp_path, waitForModels=True)
    for namespace, case in cases.items():
        text = model(metadata={"namespace": namespace}, **kinds[case.body["kind"]])
        repo.write(f"deployments/{namespace}.yaml", text)
    fleet = Fleet(plane, flux, repo)
    services = {obj["metadata"]["namespace"]: obj for obj in fleet.objects if obj["kind"] in kinds}
    for namespace, service in services.items():
        # Before Flux comes: what it sees first is not the model's first second, but the recorded status.
        plane.client.apply(service).expect(title(service))
        if namespace.endswith("change-not-seen"):
            plane.client.merge(service, {"spec": {"replicas": 2}}, manager="kubectl-edit").expect(title(service))
        fleet.controllers.expect(service, cases[namespace].body)
    fleet.controllers.act()

    def verdict(namespace: str) -> str:
        """kstatus' word for a model, as its Kustomization shows it."""
        state = flux.state(fleet.stage(namespace, "deployments"))
        if state.reason == "HealthCheckFailed":
            found = re.search(r"/m status: '(\w+)'", state.message)
            return found[1] if found else state.message
        if state.reason == "ReconciliationSucceeded":
            return "Current"
        # Or Unknown, if it has no status yet, to which no expression applies: Flux goes on asking all the same.
        return "InProgress" if "health checks" in state.progress else ""

    expected = {namespace: case.flux.replace("Unknown", "InProgress") for namespace, case in cases.items()}
    first, *others = (namespace for namespace, status in expected.items() if status == "InProgress")
    try:
        fleet.commit()
        fleet.wait(
            "Flux judges every model as expected",
            lambda: {namespace: verdict(namespace) for namespace in expected} == expected,
        )
        # When one of them is served, Flux has looked once more.
        fleet.controllers.look_after([services[first]])
        fleet.wait("Flux has seen that one is served", lambda: verdict(first) == "Current")
        assert {verdict(namespace) for namespace in others} == {"InProgress"}
    finally:
        fleet.controllers.look_after(services.values())
        fleet.wait("Flux waits for no model", lambda: all(verdict(namespace) == "Current" for namespace in others))
        fleet.delete()


def test_a_kustomization_that_goes_leaves_its_models(plane: ControlPlane, flux: Flux, tmp_path: Path) -> None:
    repo = repository(tmp_path)
    repo.deploy()
    fleet = Fleet(plane, flux, repo)
    try:
        fleet.sync()
        plane.delete(fleet.kustomizations)
        assert [title(obj) for obj in fleet.objects if plane.get(obj) is None] == []
    finally:
        fleet.delete()


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "bare"])
def test_only_the_guard_keeps_text_from_substitution(
    plane: ControlPlane, flux: Flux, tmp_path: Path, guarded: bool
) -> None:
    """Which Flux does as soon as somebody gives a Kustomization variables, for whatever reason."""
    repo = repository(tmp_path)
    repo.deploy(args=["--chat-template-content-format=${FORMAT}"])
    fleet = Fleet(plane, flux, repo)
    (stage,) = fleet.kustomizations
    if not guarded:
        (file,) = (repo.root / "rendered").rglob("m.yaml")
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f"    {GUARD}\n", ""), encoding="utf-8")
        assert file.read_text(encoding="utf-8") != text

    def outcome(variables: dict[str, str]) -> tuple[str, str]:
        """How the stage ends when it has these variables, and what the model's argument is then."""
        if variables:
            stage["spec"]["postBuild"] = {"substitute": variables}
        fleet.commit()
        (state,) = fleet.reconcile(stage)
        stored = plane.get(fleet.objects["InferenceService"])
        assert stored is not None
        (argument,) = stored["spec"]["predictor"]["model"]["args"]
        return state.reason, argument.partition("=")[2]

    try:
        found = [outcome(variables) for variables in ({}, {"OTHER": "x"}, {"FORMAT": "string"})]
    finally:
        fleet.delete()
    done = "ReconciliationSucceeded"
    if guarded:
        assert found == [(done, "${FORMAT}"), (done, "${FORMAT}"), (done, "${FORMAT}")]
    else:
        assert found == [(done, "${FORMAT}"), ("BuildFailed", "${FORMAT}"), (done, "string")]


# --- Secrets that come late ---


@pytest.fixture
def late(plane: ControlPlane, flux: Flux, tmp_path: Path) -> Iterator[Fleet]:
    """Two namespaces with a model each: of one, External Secrets makes the Secret, of the other somebody by hand."""
    repo = repository(tmp_path)
    connection = {"s3": {"endpoint": "https://s3.example.com", "bucket": "models"}}
    keys = {name: {"key": "models/s3", "property": name} for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    external = {"external": {"store": {"kind": "ClusterSecretStore", "name": "vault"}, "keys": keys}}
    for namespace, secret in (("fetched", {"secret": external}), ("by-hand", {})):
        metadata = {"name": "bucket", "namespace": namespace}
        repo.write(f"deployments/{namespace}.yaml", document("Connection", metadata, {**connection, **secret}))
        source = {"s3": {"connection": "bucket", "path": "granite"}}
        repo.deploy(
            name=f"m-{namespace}", metadata={"namespace": namespace}, model={"type": "generative", "source": source}
        )
    fleet = Fleet(plane, flux, repo)
    yield fleet
    fleet.delete()


def service_in(fleet: Fleet, namespace: str) -> Json:
    (found,) = (obj for obj in fleet.objects.all("InferenceService") if obj["metadata"]["namespace"] == namespace)
    return found


def test_a_secret_that_is_fetched_late_unblocks_the_services(late: Fleet) -> None:
    external = late.objects["ExternalSecret"]
    late.controllers.expect(external, RECORDED["ExternalSecret-store-unreachable"])
    connections, deployments = (late.stage("fetched", folder) for folder in ("connections", "deployments"))
    late.commit()
    late.wait(
        "the services' turn has not come",
        lambda: (
            "health checks" in late.flux.state(connections).progress
            and late.flux.state(deployments).reason == "DependencyNotReady"
        ),
    )
    assert late.plane.get(external) is not None
    assert late.plane.get(service_in(late, "fetched")) is None
    late.controllers.look_after([external])
    late.wait("the services are there", lambda: late.is_synced(connections) and late.is_synced(deployments))
    assert late.plane.get(service_in(late, "fetched")) is not None


def test_a_secret_that_is_made_late_unblocks_the_services(late: Fleet) -> None:
    connections, deployments = (late.stage("by-hand", folder) for folder in ("connections", "deployments"))
    late.commit()
    late.wait("the services are refused", lambda: late.flux.state(deployments).reason == "ReconciliationFailed")
    assert "Secret bucket not found in namespace by-hand" in late.flux.state(deployments).message
    assert late.is_synced(connections), "what goes before waits for nothing"
    assert late.plane.get(service_in(late, "by-hand")) is None
    late.make_secrets()
    # As Flux does by itself, after its retry interval.
    assert [state.ready for state in late.reconcile(deployments)] == ["True"]
    assert late.plane.get(service_in(late, "by-hand")) is not None


def test_in_one_stage_a_service_would_keep_its_own_secret_from_being_made(late: Fleet) -> None:
    """Why there are stages: Flux dry-runs all of a Kustomization before it applies any of it."""
    stage = late.stage("fetched", "deployments")
    stage["spec"]["path"] = stage["spec"]["path"].removesuffix("/deployments")
    stage["spec"].pop("dependsOn")
    late.kustomizations = [stage]
    late.commit()
    late.wait("the services are refused", lambda: late.flux.state(stage).reason == "ReconciliationFailed")
    (again,) = late.reconcile(stage)
    assert "Secret bucket not found in namespace fetched" in again.message
    assert [title(obj) for obj in late.objects_of(stage) if late.plane.get(obj) is not None] == []


# --- what is compared ---


def drift(fleet: Fleet, kustomization: Json, obj: Json) -> list[str]:
    """How a stored object differs from the rendered one; Flux's labels, which it must have, are no difference."""
    stored = fleet.plane.get(obj)
    if stored is None:
        return ["not there"]
    metadata = kustomization["metadata"]
    labels = {f"{OWNER}/{key}": metadata[key] for key in ("name", "namespace")}
    wanted = {**obj, "metadata": {**obj["metadata"], "labels": {**obj["metadata"].get("labels", {}), **labels}}}
    return [str(item) for item in differences(wanted, stored)]


def versions(fleet: Fleet) -> dict[str, str]:
    """The version of each stored object, which every write moves."""
    return {
        title(obj): stored["metadata"]["resourceVersion"] for obj in fleet.objects if (stored := fleet.plane.get(obj))
    }
