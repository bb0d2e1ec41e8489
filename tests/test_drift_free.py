"""What is emitted is what the cluster stores: nothing is left for admission and defaulting to add, change or remove.

Every behaviour here was observed on a real API server with KServe's and Open Data Hub's webhooks; what is said in a
test's name, or in the line below it, is what would happen otherwise. At the end of the file, everything that the
golden repositories and the examples render to is held against the releases' own CRDs.
"""

from __future__ import annotations

import functools
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from crd_schemas import ARCHIVE, RELEASES, has_field, problems
from harness import APPLICATIONS, Json, Objects, Repo, documents, project, rendered
from servewright.model.quantity import parse

HERE = Path(__file__).parent
ARGOCD_WAVE = "argocd.argoproj.io/sync-wave"

# Both serving paths; llm-d with every workload that it can have.
EVERY_WORKLOAD = {
    "worker": True,
    "parallelism": {"data": 2, "dataLocal": 1},
    "prefill": {"parallelism": {"data": 2, "dataLocal": 1}},
}
PATHS = pytest.mark.parametrize(
    "path",
    [
        pytest.param({"runtime": "vllm-cuda-runtime-template"}, id="InferenceService"),
        pytest.param({"runtime": "llm-d", "llmd": EVERY_WORKLOAD}, id="LLMInferenceService"),
    ],
)


def service(objects: Objects) -> Json:
    """The InferenceService or LLMInferenceService."""
    (found,) = [item for item in objects if item["kind"] in ("InferenceService", "LLMInferenceService")]
    return found


def pods(objects: Objects) -> list[Json]:
    """The pod level of every workload: the predictor, or template, worker and prefill."""
    found = service(objects)
    if found["kind"] == "InferenceService":
        return [found["spec"]["predictor"]]
    prefill = found["spec"].get("prefill", {})
    every = (found["spec"].get("template"), found["spec"].get("worker"), prefill.get("template"), prefill.get("worker"))
    return [pod for pod in every if pod]


def containers(objects: Objects) -> list[Json]:
    """The model's container in every workload."""
    return [pod["model"] if "model" in pod else pod["containers"][0] for pod in pods(objects)]


def annotations_of(obj: Json) -> Json:
    found: Json = obj["metadata"].get("annotations", {})
    return found


def labels_of(obj: Json) -> Json:
    found: Json = obj["metadata"].get("labels", {})
    return found


# --- what each emission is needed for --------------------------------------------------------------------------------


@PATHS
def test_an_env_var_with_an_empty_value_is_its_name_only(repo: Repo, path: Json) -> None:
    """Otherwise the stored value differs."""
    repo.deploy(env=[{"name": "EMPTY", "value": ""}], **path)
    assert [container["env"] for container in containers(repo.render())] == [[{"name": "EMPTY"}]] * count(path)


def count(path: Json) -> int:
    """How many workloads a deployment on ``path`` has."""
    return 4 if "llmd" in path else 1


@PATHS
def test_tolerations_are_the_profiles_first_without_empty_values_and_invented_operators(repo: Repo, path: Json) -> None:
    """Otherwise the stored list differs: admission puts the profile's first and drops empty values."""
    repo.deploy(pod={"tolerations": [{"key": "team", "value": "nlp", "effect": "NoSchedule"}]}, **path)
    profiled = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
    own = {"key": "team", "value": "nlp", "effect": "NoSchedule"}
    assert [pod["tolerations"] for pod in pods(repo.render())] == [[profiled, own]] * count(path)


@PATHS
def test_a_toleration_that_the_profile_has_too_is_there_once(repo: Repo, path: Json) -> None:
    own = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
    repo.deploy(pod={"tolerations": [own]}, **path)
    assert [pod["tolerations"] for pod in pods(repo.render())] == [[own]] * count(path)


@PATHS
def test_the_profile_wins_on_a_node_selector_conflict(repo: Repo, path: Json) -> None:
    """Otherwise the stored value differs."""
    repo.deploy(pod={"nodeSelector": {"gpu": "h100", "zone": "a"}}, **path)
    assert [pod["nodeSelector"] for pod in pods(repo.render())] == [{"gpu": "a100", "zone": "a"}] * count(path)


CANONICAL = [
    ("cpu", "0.5", "500m"),
    ("cpu", "1000m", "1"),
    ("cpu", "1500m", "1500m"),
    ("memory", "1.5Gi", "1536Mi"),
    ("memory", "1024Mi", "1Gi"),
    ("memory", "1000Mi", "1000Mi"),
    ("memory", "1000M", "1G"),
    ("memory", "2000", "2k"),
    ("nvidia.com/gpu", "0", "0"),
]


@PATHS
@pytest.mark.parametrize(("resource", "written", "stored"), CANONICAL)
def test_quantities_are_strings_in_canonical_form(
    repo: Repo, path: Json, resource: str, written: str, stored: str
) -> None:
    """Otherwise the stored value differs, and GitOps engines report it for ever."""
    repo.deploy(hardware={"resources": {"requests": {resource: written}}}, **path)
    resources = {"requests": {resource: stored}, "limits": {resource: stored}}
    assert [container["resources"] for container in containers(repo.render())] == [resources] * count(path)


@PATHS
def test_a_profiles_integer_counts_become_strings(repo: Repo, path: Json) -> None:
    repo.deploy(**path)
    amounts = {"cpu": "4", "memory": "32Gi", "nvidia.com/gpu": "1"}
    expected = {"requests": amounts, "limits": amounts}
    assert [container["resources"] for container in containers(repo.render())] == [expected] * count(path)


@PATHS
@pytest.mark.parametrize(("written", "stored"), [("2048Mi", "2Gi"), ("1e9", "1e9"), ("0.5Gi", "512Mi")])
def test_the_size_of_a_volume_is_canonical_too(repo: Repo, path: Json, written: str, stored: str) -> None:
    repo.deploy(pod={"volumes": [{"name": "shm", "emptyDir": {"sizeLimit": written}}]}, **path)
    volume = {"name": "shm", "emptyDir": {"sizeLimit": stored}}
    assert [pod["volumes"] for pod in pods(repo.render())] == [[volume]] * count(path)


def test_the_deployment_mode_is_spelled_standard(repo: Repo) -> None:
    """It is stored as ``Standard`` whatever is sent."""
    repo.deploy()
    assert annotations_of(service(repo.render()))["serving.kserve.io/deploymentMode"] == "Standard"


@PATHS
def test_the_profiles_namespace_is_always_written(repo: Repo, path: Json) -> None:
    """Without it admission looks in the model's own namespace, and refuses the model."""
    repo.deploy(**path)
    written = annotations_of(service(repo.render()))
    assert written["opendatahub.io/hardware-profile-name"] == "nvidia-gpu"
    assert written["opendatahub.io/hardware-profile-namespace"] == APPLICATIONS


S3 = {"type": "generative", "source": {"s3": {"connection": "models-s3", "path": "granite/8b"}}}
OCI = {"type": "generative", "source": {"oci": {"image": "oci://quay.io/acme/m:1", "connection": "registry"}}}
URI = {
    "type": "predictive",
    "format": {"name": "openvino_ir", "version": "opset13"},
    "source": {"uri": {"connection": "weights"}},
}


def test_the_uri_of_an_llm_in_s3_is_bucket_and_path(repo: Repo) -> None:
    """Otherwise it is changed on write, and moved by the second apply."""
    repo.deploy(model=S3, runtime="llm-d")
    found = service(repo.render())
    assert found["spec"]["model"]["uri"] == "s3://models/granite/8b"
    assert annotations_of(found)["opendatahub.io/connection-path"] == "granite/8b"


def test_the_path_in_s3_is_the_same_text_everywhere(repo: Repo) -> None:
    repo.deploy(model=S3)
    found = service(repo.render())
    assert found["spec"]["predictor"]["model"]["storage"] == {"key": "models-s3", "path": "granite/8b"}
    assert annotations_of(found)["opendatahub.io/connection-path"] == "granite/8b"


@pytest.mark.parametrize("written", ["/granite/8b", "granite//8b", "granite/../8b"])
@pytest.mark.parametrize("runtime", ["auto", "llm-d"])
def test_a_path_that_would_have_to_be_normalised_is_refused(repo: Repo, runtime: str, written: str) -> None:
    """The webhook does not trim: ``/granite/8b/`` becomes ``s3://models//granite/8b/``."""
    source = {"s3": {"connection": "models-s3", "path": written}}
    repo.deploy(model={"type": "generative", "source": source}, runtime=runtime)
    repo.expect("SW236 deployments/m.yaml:12:15")


@PATHS
def test_pull_secrets_start_with_the_oci_connections(repo: Repo, path: Json) -> None:
    """Otherwise the injected one is lost when the list is applied again."""
    repo.deploy(model=OCI, pod={"imagePullSecrets": ["mirror", "registry"]}, **path)
    names = [{"name": "registry"}, {"name": "mirror"}]
    assert [pod["imagePullSecrets"] for pod in pods(repo.render())] == [names] * count(path)


def test_users_and_groups_carry_their_api_group(repo: Repo) -> None:
    """Otherwise it is added inside a list."""
    repo.deploy(auth={"subjects": [{"kind": "User", "name": "alice"}, {"kind": "Group", "name": "nlp"}]})
    group = "rbac.authorization.k8s.io"
    assert repo.render()["RoleBinding"]["subjects"] == [
        {"apiGroup": group, "kind": "User", "name": "alice"},
        {"apiGroup": group, "kind": "Group", "name": "nlp"},
    ]


def test_service_accounts_carry_no_api_group(repo: Repo) -> None:
    repo.deploy(auth={"subjects": [{"kind": "ServiceAccount", "name": "app", "namespace": "web"}]})
    assert repo.render()["RoleBinding"]["subjects"] == [{"kind": "ServiceAccount", "name": "app", "namespace": "web"}]


@PATHS
def test_a_resource_field_reference_carries_its_divisor(repo: Repo, path: Json) -> None:
    """Otherwise it is added inside a list."""
    reference = {"resourceFieldRef": {"resource": "limits.cpu"}}
    repo.deploy(env=[{"name": "CPUS", "valueFrom": reference}], **path)
    stored = {"name": "CPUS", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}}
    assert [container["env"] for container in containers(repo.render())] == [[stored]] * count(path)


TEMPLATE = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: own
  namespace: demo
  labels: {opendatahub.io/dashboard: "true"}
  annotations:
    opendatahub.io/model-type: '["generative"]'
    opendatahub.io/modelServingSupport: '["single"]'
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {name: own}
  spec:
    containers:
    - name: kserve-container
      image: quay.io/acme/own:1
      args: []
      env: [{name: EMPTY, value: ""}]
      ports: [{containerPort: 8080, name: http1}, {containerPort: 9000, name: grpc, protocol: UDP}]
      livenessProbe: {initialDelaySeconds: 0, httpGet: {path: /, port: 8080}}
      resources: {limits: {cpu: 2, memory: 2048Mi}}
      volumeMounts: [{name: shm, mountPath: /dev/shm, readOnly: false}]
    nodeSelector: {}
    multiModel: false
    supportedModelFormats: [{name: vLLM}]
    volumes: [{name: shm, emptyDir: {}}]
"""


def test_the_ports_of_a_serving_runtime_carry_their_protocol(repo: Repo) -> None:
    """Otherwise the CRD adds it inside a list."""
    repo.write("catalog/template.yaml", TEMPLATE)
    repo.deploy(runtime="own")
    (container,) = repo.render()["ServingRuntime"]["spec"]["containers"]
    assert container["ports"] == [
        {"containerPort": 8080, "name": "http1", "protocol": "TCP"},
        {"containerPort": 9000, "name": "grpc", "protocol": "UDP"},
    ]


def test_everything_else_in_a_serving_runtime_is_as_in_its_template(repo: Repo) -> None:
    """It has no mutating webhook: integers, zeros and empty lists are stored as they are sent."""
    repo.write("catalog/template.yaml", TEMPLATE)
    repo.deploy(runtime="own")
    expected = documents(TEMPLATE)[0]["objects"][0]["spec"]
    expected["containers"][0]["ports"][0]["protocol"] = "TCP"
    assert repo.render()["ServingRuntime"]["spec"] == expected


def test_every_listed_container_has_resources(repo: Repo) -> None:
    """Otherwise ``resources: {}`` is added inside a list, in worker and prefill too."""
    repo.deploy(hardware={"resources": {}}, runtime="llm-d", llmd=EVERY_WORKLOAD)
    assert [container["resources"] for container in containers(repo.render())] == [{}] * 4


def test_the_model_of_an_inference_service_has_resources(repo: Repo) -> None:
    """Otherwise ``resources: {}`` is added."""
    repo.deploy(hardware={"resources": {}}, runtime="vllm-cuda-runtime-template")
    assert [container["resources"] for container in containers(repo.render())] == [{}]


def test_false_expert_parallelism_is_left_out(repo: Repo) -> None:
    """It is removed on write."""
    repo.deploy(runtime="llm-d", llmd={"parallelism": {"tensor": 1, "expert": False}})
    assert service(repo.render())["spec"]["parallelism"] == {"tensor": 1}


@PATHS
def test_empty_arguments_and_variables_are_left_out(repo: Repo, path: Json) -> None:
    """They are removed on write."""
    repo.deploy(args=[], env=[], **path)
    assert all("args" not in container and "env" not in container for container in containers(repo.render()))


def test_the_default_gateway_has_no_empty_list_of_references(repo: Repo) -> None:
    """``refs: []`` is removed on write; ``gateway: {}`` means the platform's gateway."""
    repo.deploy(runtime="llm-d")
    assert service(repo.render())["spec"]["router"] == {"gateway": {}, "route": {}, "scheduler": {}}


def test_the_token_of_the_pods_own_account_is_not_mounted(repo: Repo) -> None:
    """KServe's defaulter adds it; then Git does not show it."""
    repo.deploy()
    assert service(repo.render())["spec"]["predictor"]["automountServiceAccountToken"] is False


def test_the_models_format_is_repeated_as_an_annotation(repo: Repo) -> None:
    """KServe's defaulter adds it; then Git does not show it."""
    repo.deploy()
    assert annotations_of(service(repo.render()))["modelFormat"] == "vLLM"


def test_the_protocol_is_written_for_formats_whose_protocol_is_defaulted(repo: Repo) -> None:
    repo.deploy()
    assert service(repo.render())["spec"]["predictor"]["model"]["protocolVersion"] == "v2"


def test_the_protocol_is_not_written_for_other_formats(repo: Repo) -> None:
    repo.deploy(model=URI, hardware={"profile": "cpu"})
    assert "protocolVersion" not in service(repo.render())["spec"]["predictor"]["model"]


def test_what_an_s3_connection_injects_is_written(repo: Repo) -> None:
    """On an unchanged connection nothing is injected again."""
    repo.deploy(model=S3)
    found = service(repo.render())
    assert annotations_of(found)["opendatahub.io/connections"] == "models-s3"
    assert found["spec"]["predictor"]["serviceAccountName"] == "models-s3-sa"
    assert found["spec"]["predictor"]["model"]["storage"]["key"] == "models-s3"


def test_no_webhook_gives_workers_and_prefill_their_account_so_it_is_written(repo: Repo) -> None:
    repo.deploy(model=S3, runtime="llm-d", llmd=EVERY_WORKLOAD)
    assert [pod["serviceAccountName"] for pod in pods(repo.render())] == ["models-s3-sa"] * 4


def test_the_account_of_an_s3_connection_is_there_before_the_models(repo: Repo) -> None:
    """An llm-d workload with an account that is missing never starts."""
    repo.deploy(model=S3, runtime="llm-d")
    account = repo.render()["ServiceAccount"]
    assert account["metadata"]["name"] == "models-s3-sa"
    assert account["secrets"] == [{"name": "models-s3"}]


def test_an_own_service_account_is_kept(repo: Repo) -> None:
    """Admission sets the connection's only where there is none."""
    repo.deploy(model=S3, pod={"serviceAccountName": "runner"})
    assert service(repo.render())["spec"]["predictor"]["serviceAccountName"] == "runner"


def test_what_a_uri_connection_injects_is_written(repo: Repo) -> None:
    repo.deploy(model=URI, hardware={"profile": "cpu"})
    found = service(repo.render())
    assert annotations_of(found)["opendatahub.io/connections"] == "weights"
    assert found["spec"]["predictor"]["model"]["storageUri"] == "https://models.example.com/weights.tar.gz"


def test_the_image_of_an_oci_connection_is_written_because_nothing_injects_it(repo: Repo) -> None:
    repo.deploy(model=OCI)
    assert service(repo.render())["spec"]["predictor"]["model"]["storageUri"] == "oci://quay.io/acme/m:1"


QUEUED = """\
apiVersion: infrastructure.opendatahub.io/v1
kind: HardwareProfile
metadata: {name: queued, namespace: redhat-ods-applications}
spec:
  identifiers:
  - {identifier: cpu, displayName: CPU, resourceType: CPU, minCount: 1, defaultCount: 4}
  - {identifier: memory, displayName: Memory, resourceType: Memory, minCount: 1Gi, defaultCount: 32Gi}
  - {identifier: nvidia.com/gpu, displayName: GPU, resourceType: Accelerator, minCount: 1, defaultCount: 1}
  scheduling: {type: Queue, kueue: {localQueueName: team-queue}}
"""


@PATHS
def test_a_queue_profile_gives_a_label_and_no_scheduling(repo: Repo, path: Json) -> None:
    repo.write("catalog/queued.yaml", QUEUED)
    repo.deploy(hardware={"profile": "queued"}, **path)
    objects = repo.render()
    assert labels_of(service(objects))["kueue.x-k8s.io/queue-name"] == "team-queue"
    assert all("nodeSelector" not in pod and "tolerations" not in pod for pod in pods(objects))


@PATHS
def test_a_node_profile_gives_no_queue_label(repo: Repo, path: Json) -> None:
    """On LLMInferenceService it reaches the immutable selector, so it must never come and go by itself."""
    repo.deploy(**path)
    assert not [key for key in labels_of(service(repo.render())) if key.startswith("kueue.x-k8s.io/")]


def test_the_name_of_an_llm_is_always_written(repo: Repo) -> None:
    repo.deploy(runtime="llm-d")
    assert service(repo.render())["spec"]["model"]["name"] == "m"


def test_the_container_of_an_llm_is_main(repo: Repo) -> None:
    """A profile is skipped as a whole when containers are listed without ``main``."""
    repo.deploy(runtime="llm-d", llmd=EVERY_WORKLOAD)
    assert [container["name"] for container in containers(repo.render())] == ["main"] * 4


def test_the_model_of_an_inference_service_has_no_name(repo: Repo) -> None:
    """Admission refuses one, and adds an empty one itself, which is no difference."""
    repo.deploy()
    assert "name" not in service(repo.render())["spec"]["predictor"]["model"]


# --- removed on write ------------------------------------------------------------------------------------------------

REMOVED = [
    pytest.param(
        {"container": {"volumeMounts": [{"name": "shm", "mountPath": "/dev/shm", "readOnly": False, "subPath": ""}]}},
        "volumeMounts",
        [{"name": "shm", "mountPath": "/dev/shm"}],
        id="readOnly false",
    ),
    pytest.param(
        {"container": {"startupProbe": {"initialDelaySeconds": 0, "httpGet": {"path": "/", "port": 8080}}}},
        "startupProbe",
        {"httpGet": {"path": "/", "port": 8080}},
        id="zeros of a probe",
    ),
    pytest.param(
        {"container": {"securityContext": {"capabilities": {"drop": ["ALL"], "add": []}}}},
        "securityContext",
        {"capabilities": {"drop": ["ALL"]}},
        id="empty lists",
    ),
]


@PATHS
@pytest.mark.parametrize(("spec", "field", "stored"), REMOVED)
def test_what_the_webhooks_would_remove_is_left_out(
    repo: Repo, path: Json, spec: Json, field: str, stored: object
) -> None:
    repo.deploy(pod={"volumes": [{"name": "shm", "emptyDir": {}}]}, **spec, **path)
    assert [container[field] for container in containers(repo.render())] == [stored] * count(path)


@PATHS
def test_empty_scheduling_is_left_out(repo: Repo, path: Json) -> None:
    repo.deploy(hardware={"profile": "cpu"}, pod={"tolerations": [], "nodeSelector": {}, "volumes": []}, **path)
    empty = {"tolerations", "nodeSelector", "volumes", "imagePullSecrets"}
    assert all(empty.isdisjoint(pod) for pod in pods(repo.render()))


@PATHS
def test_what_means_something_when_it_is_empty_or_false_is_kept(repo: Repo, path: Json) -> None:
    """Behind a pointer, empty and absent differ: these are kept everywhere."""
    reference = {"secretKeyRef": {"name": "hf", "key": "token", "optional": False}}
    repo.deploy(
        env=[{"name": "TOKEN", "valueFrom": reference}],
        pod={"affinity": {}, "volumes": [{"name": "tmp", "emptyDir": {}}]},
        container={"securityContext": {}, "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]},
        **path,
    )
    objects = repo.render()
    assert [pod["affinity"] for pod in pods(objects)] == [{}] * count(path)
    assert [pod["volumes"] for pod in pods(objects)] == [[{"name": "tmp", "emptyDir": {}}]] * count(path)
    assert [container["securityContext"] for container in containers(objects)] == [{}] * count(path)
    assert [container["env"][0]["valueFrom"] for container in containers(objects)] == [reference] * count(path)


CONFIG = """\
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceServiceConfig
metadata:
  name: accelerator
  namespace: redhat-ods-applications
  annotations:
    argocd.argoproj.io/tracking-id: platform:serving.kserve.io/LLMInferenceServiceConfig:redhat-ods-applications/accelerator
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    opendatahub.io/recommended-accelerators: '["amd.com/gpu"]'
spec:
  template:
    containers:
    - name: main
      image: quay.io/acme/vllm:1
      ports: [{containerPort: 8000}]
"""


def test_the_ports_of_a_copied_config_carry_their_protocol(repo: Repo) -> None:
    """Otherwise the CRD adds it inside a list."""
    repo.write("catalog/config.yaml", CONFIG)
    repo.deploy(runtime="llm-d", llmd={"config": "accelerator"})
    (container,) = repo.render()["LLMInferenceServiceConfig"]["spec"]["template"]["containers"]
    assert container["ports"] == [{"containerPort": 8000, "protocol": "TCP"}]


def test_a_copied_config_is_in_a_version_that_the_release_serves(repo: Repo) -> None:
    """3.3 does not know v1alpha2; its configs are v1alpha1."""
    repo.write("servewright.yaml", project("openshift-ai 3.3"))
    repo.write("catalog/config.yaml", CONFIG)
    repo.deploy(runtime="llm-d", llmd={"config": "accelerator"})
    if repo.run("render").code == 0:
        assert problems("openshift-ai-3.3", rendered(repo.root)["LLMInferenceServiceConfig"]) == []


@PATHS
def test_a_null_never_reaches_the_output(repo: Repo, path: Json) -> None:
    """In a list it cannot be left out without a word, so it is refused."""
    repo.deploy(pod={"volumes": [{"name": "a", "configMap": {"name": "a", "items": [None]}}]}, **path)
    assert repo.run("render").code == 1


def test_a_label_value_is_one_that_the_api_server_takes(repo: Repo) -> None:
    """Those that come from other fields too."""
    repo.deploy(model=S3 | {"registeredModel": {"id": "not a label value"}})
    assert repo.run("render").code == 1


# --- what reaches the pods -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["argocd", "flux", "none"])
@PATHS
def test_a_service_has_no_sync_wave(repo: Repo, path: Json, engine: str) -> None:
    """It would reach the pods, and changing it would restart the model; 0 is the default."""
    repo.write("servewright.yaml", project(gitops={"engine": engine}))
    repo.deploy(**path)
    assert ARGOCD_WAVE not in annotations_of(service(repo.render()))


def test_with_argocd_everything_that_a_service_needs_comes_in_a_wave_before_it(repo: Repo) -> None:
    repo.write("catalog/config.yaml", CONFIG)
    repo.deploy(name="service", model=S3, auth={"tokens": ["a"]})
    repo.deploy(name="llm", runtime="llm-d", auth={"tokens": ["a"]}, llmd={"config": "accelerator"})
    waves = {(item["kind"], item["metadata"]["name"]): annotations_of(item).get(ARGOCD_WAVE) for item in repo.render()}
    assert waves == {
        ("ServiceAccount", "models-s3-sa"): "-10",
        ("ServingRuntime", "service"): "-5",
        ("ServiceAccount", "service-sa"): "-5",
        ("Role", "service-view-role"): "-5",
        ("RoleBinding", "service-view"): "-5",
        ("Secret", "a-service-sa"): "-5",
        ("InferenceService", "service"): None,
        ("LLMInferenceServiceConfig", "llm"): "-5",
        ("ServiceAccount", "llm-sa"): "-5",
        ("Role", "llm-view-role"): "-5",
        ("RoleBinding", "llm-view"): "-5",
        ("Secret", "a-llm-sa"): "-5",
        ("LLMInferenceService", "llm"): None,
    }


@pytest.mark.parametrize("engine", ["flux", "none"])
def test_without_argocd_nothing_has_a_wave(repo: Repo, engine: str) -> None:
    repo.write("servewright.yaml", project(gitops={"engine": engine}))
    repo.deploy(model=S3, auth={"tokens": ["a"]})
    assert not [item for item in repo.render() if ARGOCD_WAVE in annotations_of(item)]


def test_an_inference_service_carries_these_annotations_and_labels_and_no_others(repo: Repo) -> None:
    """Almost every one of them reaches the pods, so nothing volatile may be among them."""
    repo.deploy(
        metadata={"labels": {"team": "nlp"}, "annotations": {"example.com/owner": "nlp"}},
        displayName="M",
        description="A model",
        stopped=True,
        model=S3 | {"registeredModel": {"id": "1", "versionId": "2", "name": "m"}},
        expose={"route": True, "return401": True, "timeoutSeconds": 60},
        auth={"tokens": ["a"]},
        aiAsset={"useCase": "chat"},
    )
    found = service(repo.render())
    assert sorted(annotations_of(found)) == [
        "example.com/owner",
        "modelFormat",
        "opendatahub.io/connection-path",
        "opendatahub.io/connections",
        "opendatahub.io/genai-use-case",
        "opendatahub.io/hardware-profile-name",
        "opendatahub.io/hardware-profile-namespace",
        "opendatahub.io/model-type",
        "openshift.io/description",
        "openshift.io/display-name",
        "security.opendatahub.io/auth-proxy-type",
        "security.opendatahub.io/enable-auth",
        "serving.kserve.io/autoscalerClass",
        "serving.kserve.io/deploymentMode",
        "serving.kserve.io/stop",
    ]
    assert sorted(labels_of(found)) == [
        "modelregistry.opendatahub.io/model-version-id",
        "modelregistry.opendatahub.io/name",
        "modelregistry.opendatahub.io/registered-model-id",
        "networking.kserve.io/visibility",
        "opendatahub.io/dashboard",
        "opendatahub.io/genai-asset",
        "team",
    ]


@PATHS
def test_another_version_of_servewright_renders_the_same_bytes(
    repo: Repo, path: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.deploy(**path)
    repo.render()
    monkeypatch.setattr("servewright.__version__", "99.0.0")
    assert repo.run("render", "--check").code == 0


@PATHS
def test_what_the_cluster_notes_about_a_profile_does_not_reach_the_model(repo: Repo, path: Json) -> None:
    """A new resource version, an edited display name: no restart."""
    repo.deploy(**path)
    repo.render()
    text = (repo.root / "catalog/profiles.yaml").read_text()
    noise = '{annotations: {opendatahub.io/display-name: "GPU"}, resourceVersion: "77", generation: 3, '
    repo.write("catalog/profiles.yaml", text.replace("metadata: {", f"metadata: {noise}"))
    assert repo.run("render", "--check").code == 0


@PATHS
def test_another_deployment_changes_nothing_about_this_one(repo: Repo, path: Json) -> None:
    repo.deploy(**path)
    repo.render()
    before = (repo.root / "rendered/demo/deployments/m.yaml").read_bytes()
    repo.deploy(name="other", model=S3)
    repo.render()
    assert (repo.root / "rendered/demo/deployments/m.yaml").read_bytes() == before


def test_labels_of_an_llms_pods_are_written_only_when_they_are_asked_for(repo: Repo) -> None:
    """They reach the immutable selector: adding them to a living service breaks it."""
    repo.deploy(runtime="llm-d", llmd=EVERY_WORKLOAD, metadata={"labels": {"team": "nlp"}})
    found = service(repo.render())
    assert "labels" not in found["spec"]
    assert "labels" not in found["spec"]["prefill"]


OWNED = [
    "app.kubernetes.io/instance",
    "argocd.argoproj.io/sync-wave",
    "argocd.argoproj.io/tracking-id",
    "kustomize.toolkit.fluxcd.io/name",
    "opendatahub.io/hardware-profile-resource-version",
    "serving.kserve.io/autoscalerClass",
]


@pytest.mark.parametrize("key", OWNED)
@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_keys_that_platforms_and_engines_own_are_refused(repo: Repo, field: str, key: str) -> None:
    repo.deploy(metadata={field: {key: "x"}})
    repo.expect("SW108 deployments/m.yaml:7:5")


def test_an_engines_own_keys_are_not_copied_from_the_cluster(repo: Repo) -> None:
    """The config of the platform may be Argo CD's own; its copy in the project is another application's."""
    repo.write("catalog/config.yaml", CONFIG)
    repo.deploy(runtime="llm-d", llmd={"config": "accelerator"})
    copied = annotations_of(repo.render()["LLMInferenceServiceConfig"])
    assert set(copied) == {ARGOCD_WAVE, "opendatahub.io/recommended-accelerators", "opendatahub.io/template-name"}


# --- strategies ------------------------------------------------------------------------------------------------------

TOPOLOGIES = [
    pytest.param({}, id="single node"),
    pytest.param({"worker": True, "parallelism": {"data": 2, "dataLocal": 1}}, id="workers"),
    pytest.param({"prefill": {}}, id="prefill"),
    pytest.param(EVERY_WORKLOAD, id="workers and prefill"),
]


@pytest.mark.parametrize("llmd", TOPOLOGIES)
def test_llm_d_stops_old_pods_first_where_the_release_can(repo: Repo, llmd: Json) -> None:
    """Otherwise the controller rolls updates, with a quarter more pods."""
    repo.write("servewright.yaml", project("open-data-hub 3.6"))
    repo.deploy(runtime="llm-d", llmd=llmd)
    spec = service(repo.render())["spec"]
    recreate = {"maxSurge": 0, "maxUnavailable": "100%"}  # "0" and 0/0 are refused, and so is 0/"25%"
    assert spec["rolloutStrategy"] == recreate
    assert spec.get("prefill", {}).get("rolloutStrategy", recreate) == recreate
    assert ("rolloutStrategy" in spec.get("prefill", {})) == ("prefill" in llmd)


@pytest.mark.parametrize("release", RELEASES)
def test_a_rollout_strategy_is_written_exactly_where_the_release_has_the_field(repo: Repo, release: str) -> None:
    """Elsewhere it would be dropped without a word."""
    repo.write("servewright.yaml", project(" ".join(release.rsplit("-", 1))))
    repo.deploy(runtime="llm-d", llmd={"prefill": {}})
    spec = service(repo.render())["spec"]
    assert ("rolloutStrategy" in spec) == has_field(release, "LLMInferenceService", "spec.rolloutStrategy")
    assert ("rolloutStrategy" in spec["prefill"]) == has_field(
        release, "LLMInferenceService", "spec.prefill.rolloutStrategy"
    )


@pytest.mark.parametrize("release", RELEASES)
def test_where_llm_d_rolls_updates_this_is_said(repo: Repo, release: str) -> None:
    repo.write("servewright.yaml", project(" ".join(release.rsplit("-", 1))))
    repo.deploy(runtime="llm-d")
    has_strategy = has_field(release, "LLMInferenceService", "spec.rolloutStrategy")
    assert ("info[SW322] llmd-rolls" in repo.run("validate").err) == (not has_strategy)


@pytest.mark.parametrize("strategy", ["Recreate", "RollingUpdate"])
def test_the_strategy_of_an_inference_service_is_its_type_only(repo: Repo, strategy: str) -> None:
    """Recreate with a rollingUpdate block is admitted, and then never reconciled."""
    repo.deploy(strategy=strategy)
    assert service(repo.render())["spec"]["predictor"]["deploymentStrategy"] == {"type": strategy}


@pytest.mark.parametrize("release", RELEASES)
def test_the_api_version_of_an_llm_is_the_one_that_the_release_stores(repo: Repo, release: str) -> None:
    repo.write("servewright.yaml", project(" ".join(release.rsplit("-", 1))))
    repo.deploy(runtime="llm-d")
    version = "v1alpha1" if release.endswith("3.3") else "v1alpha2"
    assert service(repo.render())["apiVersion"] == f"serving.kserve.io/{version}"


# --- replicas --------------------------------------------------------------------------------------------------------


def test_fixed_replicas_start_at_once(repo: Repo) -> None:
    """Equal bounds still make an autoscaler, and the model starts with one pod until that acts."""
    repo.deploy(replicas=3)
    found = service(repo.render())
    assert annotations_of(found)["serving.kserve.io/autoscalerClass"] == "none"
    assert (found["spec"]["predictor"]["minReplicas"], found["spec"]["predictor"]["maxReplicas"]) == (3, 3)


def test_a_model_has_one_replica_unless_told_otherwise(repo: Repo) -> None:
    """Written out: adding it later to a living service would restart it."""
    repo.deploy()
    found = service(repo.render())
    assert annotations_of(found)["serving.kserve.io/autoscalerClass"] == "none"
    assert (found["spec"]["predictor"]["minReplicas"], found["spec"]["predictor"]["maxReplicas"]) == (1, 1)


def test_an_llm_has_plain_replicas(repo: Repo) -> None:
    repo.deploy(runtime="llm-d", replicas=3)
    found = service(repo.render())
    assert found["spec"]["replicas"] == 3
    assert "serving.kserve.io/autoscalerClass" not in annotations_of(found)


# --- access objects --------------------------------------------------------------------------------------------------


@PATHS
def test_access_comes_before_the_service(repo: Repo, path: Json) -> None:
    """In a wave behind it, Argo CD would hold the tokens back until the model is healthy."""
    repo.deploy(auth={"tokens": ["a"]}, **path)
    kinds = [item["kind"] for item in repo.render() if item["metadata"]["name"] != "models-s3-sa"]
    before = ["ServiceAccount", "Role", "RoleBinding", "Secret"]
    assert kinds == [*([] if "llmd" in path else ["ServingRuntime"]), *before, service(repo.render())["kind"]]


@PATHS
def test_access_depends_on_nothing(repo: Repo, path: Json) -> None:
    repo.deploy(auth={"tokens": ["a"], "subjects": [{"kind": "User", "name": "alice"}]}, **path)
    assert not [item for item in repo.render() if "ownerReferences" in item["metadata"]]


@pytest.mark.parametrize(("runtime", "resource"), [("auto", "inferenceservices"), ("llm-d", "llminferenceservices")])
def test_a_caller_may_get_this_one_service_and_nothing_else(repo: Repo, runtime: str, resource: str) -> None:
    repo.deploy(runtime=runtime, auth={"tokens": ["a"]})
    assert repo.render()["Role"]["rules"] == [
        {"apiGroups": ["serving.kserve.io"], "resources": [resource], "resourceNames": ["m"], "verbs": ["get"]}
    ]


def test_without_tokens_there_is_no_account(repo: Repo) -> None:
    repo.deploy(auth={"subjects": [{"kind": "User", "name": "alice"}]})
    kinds = {item["kind"] for item in repo.render() if item["metadata"]["name"] != "models-s3-sa"}
    assert kinds == {"ServingRuntime", "Role", "RoleBinding", "InferenceService"}


def test_a_token_secret_has_no_value(repo: Repo) -> None:
    """Kubernetes fills it."""
    repo.deploy(auth={"tokens": ["CI Bot"]})
    secret = repo.render()["Secret"]
    assert sorted(secret) == ["apiVersion", "kind", "metadata", "type"]
    assert secret["metadata"]["name"] == "ci-bot-m-sa"
    assert annotations_of(secret)["kubernetes.io/service-account.name"] == "m-sa"


# --- everything that is rendered, against the releases' own CRDs ------------------------------------------------------


class Rendered(NamedTuple):
    """A rendered file and the release that it is for, as in ``openshift-ai-3.4``."""

    release: str
    file: Path

    @property
    def objects(self) -> list[Json]:
        return documents(self.file.read_text(encoding="utf-8"))


def corpus() -> Iterator[Rendered]:
    """Every file below ``tests/golden`` and ``examples`` that holds Kubernetes objects."""
    projects = [*sorted((HERE / "golden").rglob("servewright.yaml")), HERE.parent / "examples/servewright.yaml"]
    for file in projects:
        platform = yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]["platform"]
        folder = file.parent / "rendered" if file.parent.name == "examples" else _expected(file.parent)
        for path in sorted(folder.rglob("*.yaml")):
            if path.name != "kustomization.yaml":
                yield Rendered(f"{platform['name']}-{platform['version']}", path)


def _expected(folder: Path) -> Path:
    return (folder.parent if folder.name == "repo" else folder) / "expected"


CORPUS = list(corpus())
FILES = pytest.mark.parametrize(
    "item", [pytest.param(item, id=str(item.file.relative_to(HERE.parent))) for item in CORPUS]
)


def test_the_corpus_has_every_kind_and_four_releases() -> None:
    kinds = {obj["kind"] for item in CORPUS for obj in item.objects}
    assert kinds == {
        "ExternalSecret",
        "InferenceService",
        "LLMInferenceService",
        "LLMInferenceServiceConfig",
        "MaaSModelRef",
        "Role",
        "RoleBinding",
        "Secret",
        "ServiceAccount",
        "ServingRuntime",
    }
    assert {item.release.rsplit("-", 1)[1] for item in CORPUS} == {"3.3", "3.4", "3.5", "3.6"}


@FILES
def test_every_object_is_one_that_its_release_takes_as_it_is(item: Rendered) -> None:
    for obj in item.objects:
        assert problems(item.release, obj) == [], obj["kind"]


# Emptiness that means something: the platform's default router parts, a container's resources, volumes without
# options, affinity and security contexts that switch a default off. Copies of what administrators own (a runtime, a
# config) are left as they are.
MEANT = re.compile(
    r"spec\.router\.(?:route|gateway|scheduler)|.*\.containers\[\d+\]\.resources|spec\.predictor\.model\.resources"
    r"|.*\.emptyDir|.*\.affinity|.*\.securityContext|.*\.(?:nodeSelector|matchLabels)\.[^.]+.*"
)
COPIES = ("ServingRuntime", "LLMInferenceServiceConfig")


def fields(node: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every node below ``node`` with its path."""
    if path:
        yield path, node
    if isinstance(node, dict):
        for key, child in node.items():
            yield from fields(child, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from fields(child, f"{path}[{index}]")


@FILES
def test_nothing_is_null(item: Rendered) -> None:
    assert not [path for obj in item.objects for path, value in fields(obj) if value is None]


@FILES
def test_nothing_is_empty_that_could_be_left_out(item: Rendered) -> None:
    empty = [
        f"{obj['kind']} {path}"
        for obj in item.objects
        for path, value in fields(obj)
        if value in ("", [], {}) and not MEANT.fullmatch(path) and (obj["kind"] not in COPIES or "metadata" in path)
    ]
    assert not empty


@FILES
def test_quantities_are_canonical_strings(item: Rendered) -> None:
    """Those of copied runtimes apart, which are stored as they are."""
    quantity = re.compile(r".*\.(?:requests|limits)\.[^\[\]]+|.*\.(?:sizeLimit|divisor)")
    for obj in item.objects:
        if obj["kind"] in COPIES:
            continue
        for path, value in fields(obj):
            if quantity.fullmatch(path):
                assert isinstance(value, str), path
                read = parse(value)
                assert read is not None and read.canonical == value, path


CLUSTERS_OWN = (
    r"status|metadata\.(?:ownerReferences|resourceVersion|uid|generation|managedFields|creationTimestamp"
    r"|selfLink|finalizers|deletionTimestamp)"
)


@FILES
def test_nothing_is_written_that_belongs_to_the_cluster(item: Rendered) -> None:
    found = [path for obj in item.objects for path, _ in fields(obj) if re.match(CLUSTERS_OWN, path)]
    assert not found
    text = item.file.read_text(encoding="utf-8")
    for volatile in ("last-applied-configuration", "hardware-profile-resource-version", "tracking-id", "servewright"):
        assert volatile not in text
    assert not re.search(r"20\d\d-\d\d-\d\dT\d\d:", text)


@FILES
def test_no_secret_has_a_value(item: Rendered) -> None:
    assert not [obj for obj in item.objects if obj["kind"] == "Secret" and obj.keys() & {"data", "stringData"}]


@FILES
def test_a_file_ends_with_its_service_and_holds_each_object_once(item: Rendered) -> None:
    identities = [(obj["kind"], obj["metadata"]["namespace"], obj["metadata"]["name"]) for obj in item.objects]
    assert len(set(identities)) == len(identities)
    if item.file.parent.name == "deployments":
        kinds = [kind for kind, _, _ in identities if kind != "MaaSModelRef"]
        assert kinds[-1] in ("InferenceService", "LLMInferenceService")


# --- the CRDs' defaults ----------------------------------------------------------------------------------------------

DEFAULTED = {
    "InferenceService": "inferenceservices",
    "LLMInferenceService": "llminferenceservices",
    "LLMInferenceServiceConfig": "llminferenceserviceconfigs",
    "ServingRuntime": "servingruntimes",
}


@pytest.mark.parametrize("release", sorted({item.release for item in CORPUS}))
def test_the_api_server_adds_no_default_inside_a_list(release: str) -> None:
    """Engines compare lists as a whole: what would be added there must be sent."""
    added = [
        f"{item.file.relative_to(HERE.parent)} {obj['kind']} {path}"
        for item in CORPUS
        if item.release == release
        for obj in item.objects
        if obj["kind"] in DEFAULTED
        for path in defaults(crd(release, DEFAULTED[obj["kind"]], obj["apiVersion"]), obj)
        if "[" in path
    ]
    assert not added


@functools.cache
def _crd(name: str) -> Json:
    with tarfile.open(ARCHIVE, "r:xz") as archive:
        file = archive.extractfile(name)
        assert file is not None
        found: Json = yaml.load(file.read(), yaml.CSafeLoader)
        return found


def crd(release: str, plural: str, api_version: str) -> Json:
    """The schema of a kind in the CRDs that ``release`` installs, defaults included."""
    # The Open Data Hub tags of these numbers carry the product's files.
    folder = release if release.endswith("3.6") else f"openshift-ai-{release.rsplit('-', 1)[1]}"
    version = api_version.rpartition("/")[2]
    versions = _crd(f"{folder}/serving.kserve.io_{plural}.yaml")["spec"]["versions"]
    (found,) = [item for item in versions if item["name"] == version]
    schema: Json = found["schema"]["openAPIV3Schema"]
    return schema


def defaults(schema: Json, value: Any, path: str = "") -> Iterator[str]:
    """The paths at which defaulting would add something to ``value``."""
    if isinstance(value, dict):
        for name, child in schema.get("properties", {}).items():
            below = f"{path}.{name}" if path else name
            if name in value:
                yield from defaults(child, value[name], below)
            elif "default" in child:
                yield below
        values = schema.get("additionalProperties")
        if isinstance(values, dict):
            for name, child in value.items():
                yield from defaults(values, child, f"{path}.{name}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from defaults(schema.get("items", {}), child, f"{path}[{index}]")
