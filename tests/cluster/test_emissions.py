"""What each part of the drift-free form is for: without it, a cluster would store something else, or refuse.

Every row renders a deployment for Open Data Hub 3.6, sees that its object is stored as it was sent, then alters one
emission and sees what becomes of it. ``ELSEWHERE`` lists what only the webhooks of Open Data Hub's own
odh-model-controller would change or refuse. That is no module that could be built here; those rows show that the API
server and KServe leave the altered object alone, so that a row moves up as soon as they do not.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from cluster.conftest import Setup
from cluster.control_plane import ControlPlane
from cluster.differences import differences
from harness import Repo, project

Json = dict[str, Any]

RELEASE = "open-data-hub-3.6"
PLAIN = [Setup(RELEASE)]
WEBHOOKS = [Setup(RELEASE, webhooks=True)]
BOTH = PLAIN + WEBHOOKS

ISVC, LLM, RUNTIME, BINDING = "InferenceService", "LLMInferenceService", "ServingRuntime", "RoleBinding"
MODE = "serving.kserve.io/deploymentMode"
PROFILE_NAMESPACE = "opendatahub.io/hardware-profile-namespace"

CPU_LIMIT = {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}
COMMON: Json = {"env": [{"name": "EMPTY", "value": ""}, CPU_LIMIT]}
ON_KSERVE: Json = {
    **COMMON,
    "model": {"type": "generative", "source": {"oci": {"image": "oci://quay.io/acme/m:1", "connection": "registry"}}},
    "auth": {"tokens": ["a"], "subjects": [{"kind": "User", "name": "alice"}, {"kind": "Group", "name": "team"}]},
    "pod": {
        "volumes": [{"name": "shm", "emptyDir": {"sizeLimit": "2Gi"}}],
        "tolerations": [{"key": "team", "effect": "NoSchedule", "operator": "Exists"}],
    },
}
ON_LLMD: Json = {
    **COMMON,
    "runtime": "llm-d",
    "model": {"type": "generative", "source": {"s3": {"connection": "models-s3", "path": "granite/8b"}}},
    "llmd": {"parallelism": {"tensor": 1}, "prefill": {}},
}


def predictor(obj: Json) -> Json:
    found: Json = obj["spec"]["predictor"]
    return found


def model(obj: Json) -> Json:
    found: Json = obj["spec"]["predictor"]["model"]
    return found


def container(obj: Json) -> Json:
    """The model's container of an LLMInferenceService."""
    found: Json = obj["spec"]["template"]["containers"][0]
    return found


def annotations_of(obj: Json) -> Json:
    found: Json = obj["metadata"]["annotations"]
    return found


def requests(obj: Json) -> Json:
    holder = model(obj) if obj["kind"] == ISVC else container(obj)
    found: Json = holder["resources"]["requests"]
    return found


def as_v1alpha1(obj: Json) -> None:
    """Send it in the other version: the cluster converts it to the one that it stores, through KServe's types."""
    obj["apiVersion"] = "serving.kserve.io/v1alpha1"


def converted(alter: Callable[[Json], Any]) -> Callable[[Json], None]:
    def both(obj: Json) -> None:
        alter(obj)
        as_v1alpha1(obj)

    return both


class Row(NamedTuple):
    """One emission, how it is altered, and what each cluster then says: a difference, or its reason to refuse."""

    emission: str
    kind: str
    alter: Callable[[Json], Any]
    outcome: str
    clusters: list[Setup] = WEBHOOKS


CPU = "requests.cpu"
MODEL, TEMPLATE = "spec.predictor.model", "spec.template.containers[0]"
ROWS = [
    # quantities are canonical strings
    Row("cpu 0.5", ISVC, lambda o: requests(o).update(cpu="0.5"), f"changed {MODEL}.resources.{CPU}: '500m'"),
    Row("cpu 0.5", LLM, lambda o: requests(o).update(cpu="0.5"), f"changed {TEMPLATE}.resources.{CPU}: '500m'"),
    Row(
        "memory 1.5Gi",
        ISVC,
        lambda o: requests(o).update(memory="1.5Gi"),
        f"changed {MODEL}.resources.requests.memory: '1536Mi'",
    ),
    Row(
        "memory 2000",
        ISVC,
        lambda o: requests(o).update(memory="2000"),
        f"changed {MODEL}.resources.requests.memory: '2k'",
    ),
    Row(
        "an integer",
        ISVC,
        lambda o: requests(o).update({"nvidia.com/gpu": 0}),
        f"changed {MODEL}.resources.requests.nvidia.com/gpu: '0'",
    ),
    Row(
        "an integer",
        LLM,
        lambda o: requests(o).update({"nvidia.com/gpu": 1}),
        f"changed {TEMPLATE}.resources.requests.nvidia.com/gpu: '1'",
    ),
    Row(
        "a float",
        RUNTIME,
        lambda o: o["spec"]["containers"][0].update(resources={"requests": {"cpu": 0.5}}),
        "must be of type integer,string",
        BOTH,
    ),
    Row(
        "the size of a volume",
        ISVC,
        lambda o: predictor(o)["volumes"][0]["emptyDir"].update(sizeLimit="2048Mi"),
        "changed spec.predictor.volumes[0].emptyDir.sizeLimit: '2Gi'",
    ),
    # the deployment mode is spelled as KServe spells it, and is there
    Row(
        "mode",
        ISVC,
        lambda o: annotations_of(o).update({MODE: "RawDeployment"}),
        f"changed metadata.annotations.{MODE}: 'Standard'",
    ),
    Row("mode", ISVC, lambda o: annotations_of(o).pop(MODE), f"added metadata.annotations.{MODE}: 'Standard'"),
    # an LLM's uri is always there: admission makes an empty one, which ends empty
    Row("uri", LLM, lambda o: o["spec"]["model"].pop("uri"), "spec.model.uri: Required value", PLAIN),
    Row("uri", LLM, lambda o: o["spec"]["model"].pop("uri"), "added spec.model.uri: ''"),
    # what would be added inside a list is there
    Row(
        "apiGroup of a User",
        BINDING,
        lambda o: _subject(o, "User").pop("apiGroup"),
        "apiGroup: 'rbac.authorization.k8s.io'",
        BOTH,
    ),
    Row(
        "apiGroup of a Group",
        BINDING,
        lambda o: _subject(o, "Group").pop("apiGroup"),
        "apiGroup: 'rbac.authorization.k8s.io'",
        BOTH,
    ),
    Row(
        "divisor",
        ISVC,
        lambda o: model(o)["env"][1]["valueFrom"]["resourceFieldRef"].pop("divisor"),
        f"added {MODEL}.env[1].valueFrom.resourceFieldRef.divisor: '0'",
    ),
    Row(
        "divisor",
        LLM,
        lambda o: container(o)["env"][1]["valueFrom"]["resourceFieldRef"].pop("divisor"),
        f"added {TEMPLATE}.env[1].valueFrom.resourceFieldRef.divisor: '0'",
    ),
    Row(
        "protocol of a port",
        RUNTIME,
        lambda o: o["spec"]["containers"][0]["ports"][0].pop("protocol"),
        "added spec.containers[0].ports[0].protocol: 'TCP'",
        BOTH,
    ),
    Row("resources", LLM, lambda o: container(o).pop("resources"), f"added {TEMPLATE}.resources: {{}}"),
    Row(
        "resources of prefill",
        LLM,
        lambda o: o["spec"]["prefill"]["template"]["containers"][0].pop("resources"),
        "added spec.prefill.template.containers[0].resources: {}",
    ),
    # nothing that is dropped: here by the conversion from one version to the other
    Row(
        "an empty env var",
        LLM,
        converted(lambda o: container(o)["env"][0].update(value="")),
        f"removed {TEMPLATE}.env[0].value: ''",
    ),
    Row("empty args", LLM, converted(lambda o: container(o).update(args=[])), f"removed {TEMPLATE}.args: []"),
    Row(
        "expert: false",
        LLM,
        converted(lambda o: o["spec"]["parallelism"].update(expert=False)),
        "removed spec.parallelism.expert: False",
    ),
    Row(
        "empty gateway refs",
        LLM,
        converted(lambda o: o["spec"]["router"]["gateway"].update(refs=[])),
        "removed spec.router.gateway.refs: []",
    ),
    Row(
        "a toleration's empty value",
        LLM,
        converted(lambda o: o["spec"]["template"]["tolerations"][0].update(value="")),
        "removed spec.template.tolerations[0].value: ''",
    ),
    # what is added without a difference is there too, so that Git shows it
    Row(
        "automountServiceAccountToken",
        ISVC,
        lambda o: predictor(o).pop("automountServiceAccountToken"),
        "added spec.predictor.automountServiceAccountToken: False",
    ),
    Row(
        "modelFormat",
        ISVC,
        lambda o: annotations_of(o).pop("modelFormat"),
        "added metadata.annotations.modelFormat: 'vLLM'",
    ),
    Row("protocolVersion", ISVC, lambda o: model(o).pop("protocolVersion"), f"added {MODEL}.protocolVersion: 'v2'"),
    Row("resources", ISVC, lambda o: model(o).pop("resources"), f"added {MODEL}.resources: {{}}"),
    Row("model.name", LLM, lambda o: o["spec"]["model"].pop("name"), "added spec.model.name: 'm'"),
    Row("a container's name", LLM, lambda o: container(o).pop("name"), "omits all key fields", BOTH),
]

ELSEWHERE = [
    # odh-model-controller writes the whole object anew from its own types, which leaves out what is empty
    Row("an empty env var", ISVC, lambda o: model(o)["env"][0].update(value=""), ""),
    Row("a toleration's empty value", ISVC, lambda o: predictor(o)["tolerations"][0].update(value=""), ""),
    Row("empty args", ISVC, lambda o: model(o).update(args=[]), ""),
    # its webhook of hardware profiles: the profile's tolerations first, the profile's node selector wins, its
    # resources and queue are filled in, and a profile is only found with its namespace
    Row("order of tolerations", ISVC, lambda o: predictor(o)["tolerations"].reverse(), ""),
    Row("node selector", ISVC, lambda o: predictor(o)["nodeSelector"].update(gpu="h100"), ""),
    Row("the profile's namespace", ISVC, lambda o: annotations_of(o).pop(PROFILE_NAMESPACE), ""),
    Row("the profile's resources", ISVC, lambda o: requests(o).clear(), ""),
    # its webhook of connections: uri, service account and pull secrets are written from the connection
    Row("an S3 connection's uri", LLM, lambda o: o["spec"]["model"].update(uri="s3://models//granite/8b/"), ""),
    Row("a connection's pull secret", ISVC, lambda o: predictor(o).pop("imagePullSecrets"), ""),
]


def _subject(binding: Json, kind: str) -> Json:
    found: Json = next(item for item in binding["subjects"] if item["kind"] == kind)
    return found


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """One object of each kind, as Open Data Hub 3.6 gets it."""
    found: dict[str, Json] = {}
    for spec, kinds in ((ON_KSERVE, (ISVC, RUNTIME, BINDING)), (ON_LLMD, (LLM,))):
        repo = Repo(tmp_path_factory.mktemp("repo"))
        repo.write("servewright.yaml", project(RELEASE.replace("-3", " 3")))
        repo.deploy(**spec)
        objects = repo.render()
        found.update({kind: objects[kind] for kind in kinds})
    return found


def answer(cluster: ControlPlane, obj: Json) -> str:
    """The cluster's reason to refuse an object, or all that it would change."""
    cluster.namespaces(obj["metadata"]["namespace"])
    verdict = cluster.apply(obj, dry_run=True)
    if verdict.stored is None:
        return verdict.reason
    found = [str(item) for item in differences(obj, verdict.stored)]
    # See test_rendered.ADDED.
    return "\n".join(item for item in found if item != f"added {MODEL}.name: ''")


def cases(rows: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("cluster", "row"),
        [
            pytest.param(setup, row, id=f"{row.kind}-{row.emission}-{setup}".replace(" ", "_"))
            for row in rows
            for setup in row.clusters
        ],
        indirect=["cluster"],
    )


@cases(ROWS)
def test_without_it_the_cluster_stores_something_else_or_refuses(
    cluster: ControlPlane, row: Row, rendered: dict[str, Json]
) -> None:
    whole = rendered[row.kind]
    assert answer(cluster, whole) == ""
    altered = copy.deepcopy(whole)
    row.alter(altered)
    assert altered != whole
    assert row.outcome in answer(cluster, altered)


@cases(ELSEWHERE)
def test_what_only_open_data_hubs_own_controller_would_see(
    cluster: ControlPlane, row: Row, rendered: dict[str, Json]
) -> None:
    altered = copy.deepcopy(rendered[row.kind])
    row.alter(altered)
    assert altered != rendered[row.kind]
    assert answer(cluster, altered) == ""
