"""The schema oracle itself: the facts that set releases apart, and that it refuses what a cluster would refuse."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from crd_schemas import RELEASES, has_field, problems, release_of, versions

Object = dict[str, Any]

INFERENCE_SERVICE = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: fraud
  namespace: bank
  labels: {opendatahub.io/dashboard: "true", networking.kserve.io/visibility: exposed}
  annotations:
    openshift.io/display-name: Fraud (v2)
    serving.kserve.io/autoscalerClass: none
    serving.kserve.io/deploymentMode: Standard
spec:
  predictor:
    automountServiceAccountToken: false
    deploymentStrategy: {type: Recreate}
    minReplicas: 1
    maxReplicas: 1
    timeout: 60
    serviceAccountName: models-s3-sa
    nodeSelector: {zone: a}
    tolerations: [{effect: NoSchedule, key: nvidia.com/gpu, operator: Exists}]
    volumes: [{name: shm, emptyDir: {medium: Memory, sizeLimit: 2Gi}}]
    model:
      modelFormat: {name: onnx, version: "1"}
      protocolVersion: v2
      runtime: fraud
      args: [--verbose]
      env: [{name: A, value: "1"}, {name: B}]
      ports: [{containerPort: 8080, protocol: TCP}, {containerPort: 8080, protocol: UDP}]
      volumeMounts: [{name: shm, mountPath: /dev/shm}]
      resources:
        requests: {cpu: 500m, memory: 8Gi, nvidia.com/gpu: "1"}
        limits: {cpu: 500m, memory: 8Gi, nvidia.com/gpu: 1}
      storage: {key: models-s3, path: fraud/2}
"""

LLM_INFERENCE_SERVICE = """
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceService
metadata:
  name: qwen
  namespace: demo
  labels: {opendatahub.io/dashboard: "true"}
  annotations: {security.opendatahub.io/enable-auth: "true"}
spec:
  model: {uri: "hf://Qwen/Qwen2.5-7B-Instruct", name: Qwen/Qwen2.5-7B-Instruct}
  replicas: 1
  parallelism: {tensor: 2}
  router: {gateway: {refs: [{name: gw, namespace: openshift-ingress}]}, route: {}, scheduler: {}}
  baseRefs: [{name: my-config}]
  prefill: {replicas: 2, template: {containers: [{name: main, resources: {}}]}}
  template:
    containers:
    - {name: main, resources: {requests: {cpu: "4", memory: 8Gi}, limits: {cpu: "4", memory: 8Gi, nvidia.com/gpu: "1"}}}
    tolerations: [{effect: NoSchedule, key: nvidia.com/gpu, operator: Exists}]
"""

OTHER_OBJECTS = """
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: fraud, namespace: bank}
spec:
  multiModel: false
  supportedModelFormats: [{name: onnx, version: "1", autoSelect: true, priority: 1}]
  containers:
  - name: kserve-container
    image: quay.io/org/ovms@sha256:0000
    args: ["--model_path={{.Name}}"]
    ports: [{containerPort: 8888, protocol: TCP}]
    resources: {requests: {cpu: 1, memory: 2Gi}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: models-s3, namespace: bank}
spec:
  refreshInterval: 1h0m0s
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  target:
    creationPolicy: Owner
    deletionPolicy: Retain
    template: {engineVersion: v2, mergePolicy: Merge, metadata: {labels: {opendatahub.io/managed: "true"}}}
  data:
  - secretKey: AWS_ACCESS_KEY_ID
    remoteRef: {key: models/s3, property: id, conversionStrategy: Default, decodingStrategy: None, metadataPolicy: None}
---
apiVersion: infrastructure.opendatahub.io/v1
kind: HardwareProfile
metadata: {name: gpu, namespace: redhat-ods-applications}
spec:
  identifiers:
  - {displayName: GPU, identifier: nvidia.com/gpu, minCount: 1, defaultCount: "1", resourceType: Accelerator}
  scheduling: {type: Node, node: {nodeSelector: {gpu: "yes"}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: fraud-sa, namespace: bank}
secrets: [{name: models-s3}]
---
apiVersion: v1
kind: Secret
metadata: {name: ci-fraud-sa, namespace: bank, annotations: {kubernetes.io/service-account.name: fraud-sa}}
type: kubernetes.io/service-account-token
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: fraud-view-role, namespace: bank}
rules:
- {verbs: [get], apiGroups: [serving.kserve.io], resources: [inferenceservices], resourceNames: [fraud]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: fraud-view, namespace: bank}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: fraud-view-role}
subjects:
- {kind: ServiceAccount, name: app, namespace: web}
- {kind: Group, name: "system:authenticated", apiGroup: rbac.authorization.k8s.io}
---
apiVersion: maas.opendatahub.io/v1alpha1
kind: MaaSModelRef
metadata: {name: qwen, namespace: demo, annotations: {openshift.io/display-name: Qwen}}
spec: {modelRef: {kind: LLMInferenceService, name: qwen}}
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [connections, deployments/fraud.yaml]
---
apiVersion: opendatahub.io/v1alpha
kind: OdhDashboardConfig
metadata: {name: odh-dashboard-config, namespace: redhat-ods-applications}
spec: {modelServing: {deploymentStrategy: recreate, isLLMdDefault: true}, templateDisablement: [caikit]}
---
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: ovms, namespace: redhat-ods-applications}
objects: [{apiVersion: serving.kserve.io/v1alpha1, kind: ServingRuntime, metadata: {name: ovms}}]
"""

EXAMPLES = {obj["kind"]: obj for obj in yaml.safe_load_all(INFERENCE_SERVICE + "---" + OTHER_OBJECTS)}


def llm(release: str) -> Object:
    """The LLMInferenceService example in the version that we emit for the release."""
    obj: Object = yaml.safe_load(LLM_INFERENCE_SERVICE)
    if release.endswith("-3.3"):
        obj["apiVersion"] = "serving.kserve.io/v1alpha1"
    return obj


def numbers_where(kind: str, path: str) -> set[str]:
    """The version numbers of all releases whose `kind` has the field; equal numbers must agree."""
    found = {r for r in RELEASES if has_field(r, kind, path)}
    numbers = {r.rpartition("-")[2] for r in found}
    assert found == {r for r in RELEASES if r.rpartition("-")[2] in numbers}
    return numbers


ALL = {"3.3", "3.4", "3.5", "3.6"}


@pytest.mark.parametrize("release", RELEASES)
def test_llm_inference_service_versions(release: str) -> None:
    expected = ["v1alpha1"] if release.endswith("-3.3") else ["v1alpha1", "v1alpha2"]
    assert [*versions(release, "LLMInferenceService")] == expected
    assert [*versions(release, "LLMInferenceServiceConfig")] == expected
    served = [f"serving.kserve.io/{version}" for version in expected]
    assert sorted(release_of(release).llm_versions_served) == served
    assert release_of(release).llm_api_version == served[-1]


@pytest.mark.parametrize("release", RELEASES)
def test_versions_that_never_differ(release: str) -> None:
    assert [*versions(release, "InferenceService")] == ["v1beta1"]
    assert [*versions(release, "ServingRuntime")] == ["v1alpha1"]
    assert [*versions(release, "ClusterServingRuntime")] == ["v1alpha1"]
    assert [*versions(release, "ExternalSecret")] == ["v1"], "v1beta1 is described but no longer served"
    assert [*versions(release, "HardwareProfile")] == ["v1alpha1", "v1"]


def test_models_as_a_service_has_no_kind_of_its_own_before_openshift_ai_3_4() -> None:
    assert numbers_where("MaaSModelRef", "spec.modelRef") == ALL - {"3.3"}


@pytest.mark.parametrize(
    ("kind", "path", "numbers"),
    [
        ("LLMInferenceService", "spec.rolloutStrategy", {"3.6"}),
        ("LLMInferenceService", "spec.prefill.rolloutStrategy", {"3.6"}),
        ("LLMInferenceService", "spec.labels", ALL - {"3.3"}),
        ("LLMInferenceService", "spec.annotations", ALL - {"3.3"}),
        ("LLMInferenceService", "spec.prefill.labels", ALL - {"3.3"}),
        ("LLMInferenceService", "spec.scaling", ALL - {"3.3"}),
        ("LLMInferenceService", "spec.storageInitializer", ALL - {"3.3"}),
        ("LLMInferenceService", "spec.tracing", {"3.5", "3.6"}),
        ("LLMInferenceService", "spec.kvCacheOffloading", {"3.5", "3.6"}),
        ("LLMInferenceService", "spec.worker.containers[].env", ALL),
        ("LLMInferenceService", "spec.prefill.worker", ALL),
        ("LLMInferenceService", "spec.router.gateway.refs[].namespace", ALL),
        ("LLMInferenceService", "spec.parallelism.dataLocal", ALL),
        ("InferenceService", "spec.canary", {"3.5", "3.6"}),
        ("InferenceService", "spec.predictor.deploymentStrategy", ALL),
        ("InferenceService", "spec.predictor.labels", ALL),
        ("InferenceService", "spec.predictor.annotations", ALL),
        ("InferenceService", "spec.predictor.timeout", ALL),
        ("InferenceService", "spec.predictor.schedulerName", ALL),
        ("InferenceService", "spec.predictor.priorityClassName", ALL),
        ("InferenceService", "spec.predictor.model.storage.key", ALL),
        ("InferenceService", "spec.predictor.rolloutStrategy", set()),
        ("InferenceService", "spec.predictor.model.env.name", set()),  # a list: the items are [].name
        ("InferenceGraph", "spec.nodes", {"3.6"}),
        ("OdhDashboardConfig", "spec.modelServing.isLLMdDefault", ALL),
    ],
)
def test_which_releases_have_a_field(kind: str, path: str, numbers: set[str]) -> None:
    assert numbers_where(kind, path) == numbers


def test_a_misspelt_kind_or_release_is_not_a_missing_field() -> None:
    with pytest.raises(LookupError, match="InferenceServices"):
        has_field("openshift-ai-3.4", "InferenceServices", "spec")
    with pytest.raises(KeyError):
        problems("openshift-ai-3.7", EXAMPLES["Role"])


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("kind", EXAMPLES)
def test_good_objects_pass(release: str, kind: str) -> None:
    if kind == "MaaSModelRef" and release.endswith("-3.3"):
        assert "is not served" in problems(release, EXAMPLES[kind])[0]
    else:
        assert problems(release, EXAMPLES[kind]) == []


@pytest.mark.parametrize("release", RELEASES)
def test_a_good_llm_inference_service_passes(release: str) -> None:
    assert problems(release, llm(release)) == []


@pytest.mark.parametrize("release", RELEASES)
def test_rollout_strategy_is_refused_where_the_release_lacks_it(release: str) -> None:
    obj = llm(release)
    obj["spec"]["rolloutStrategy"] = {"maxSurge": 0, "maxUnavailable": "100%"}
    assert (problems(release, obj) == []) == (release == "open-data-hub-3.6")


def test_a_version_or_kind_that_is_not_served_is_a_problem() -> None:
    assert problems("openshift-ai-3.3", yaml.safe_load(LLM_INFERENCE_SERVICE)) == [
        "(object): serving.kserve.io/v1alpha2 LLMInferenceService is not served by openshift-ai-3.3, "
        "only serving.kserve.io/v1alpha1"
    ]
    old_secret = EXAMPLES["ExternalSecret"] | {"apiVersion": "external-secrets.io/v1beta1"}
    assert problems("openshift-ai-3.4", old_secret) == [
        "(object): external-secrets.io/v1beta1 ExternalSecret is not served by openshift-ai-3.4, "
        "only external-secrets.io/v1"
    ]
    assert problems("openshift-ai-3.4", {"apiVersion": "v1", "kind": "Pod"}) == [
        "(object): v1 Pod is not served by openshift-ai-3.4"
    ]


def change(path: str, value: Any) -> Callable[[Object], None]:
    """An edit that sets `path`, such as `spec.containers.0.image`."""

    def edit(obj: Object) -> None:
        node: Any = obj
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in steps:
            node = node[step]
        node[last] = value

    return edit


BROKEN: list[tuple[str, str, Any, str]] = [
    # unknown fields, at every depth
    ("InferenceService", "specs", {}, "(object): Additional properties"),
    ("InferenceService", "spec.predictor.tiemout", 60, "spec.predictor: Additional properties"),
    ("InferenceService", "spec.predictor.model.env.0.valeu", "1", "spec.predictor.model.env[0]: Additional"),
    ("HardwareProfile", "spec.enabled", True, "spec: Additional properties"),
    ("ExternalSecret", "spec.data.0.remoteRef.name", "x", "spec.data[0].remoteRef: Additional properties"),
    # wrong types; nothing is converted
    ("InferenceService", "spec.predictor.minReplicas", "1", "spec.predictor.minReplicas: '1' is not of type"),
    ("InferenceService", "spec.predictor.minReplicas", 1.0, "spec.predictor.minReplicas: 1.0 is not of type"),
    ("InferenceService", "spec.predictor.minReplicas", True, "spec.predictor.minReplicas: True is not of type"),
    ("InferenceService", "spec.predictor.minReplicas", 2**31, "spec.predictor.minReplicas: 2147483648 is greater"),
    ("InferenceService", "spec.predictor.minReplicas", None, "spec.predictor.minReplicas: None is not of type"),
    ("InferenceService", "spec.predictor.model.env.0.value", 1, "spec.predictor.model.env[0].value: 1 is not of type"),
    ("InferenceService", "spec.predictor.nodeSelector.zone", True, "spec.predictor.nodeSelector.zone: True is not"),
    ("InferenceService", "spec.predictor.nodeSelector", {1: "a"}, "spec.predictor.nodeSelector: {1: 'a'} is not of"),
    ("ServingRuntime", "spec.containers.0.resources.requests.cpu", 0.5, "requests.cpu: 0.5 is not valid under any"),
    ("ServingRuntime", "spec.containers.0.resources.requests.cpu", "half", "requests.cpu: 'half' does not match"),
    ("ServingRuntime", "spec.containers.0.resources.requests.cpu", "1\n", "does not match"),
    ("ServingRuntime", "spec.supportedModelFormats.0.priority", 0, "0 is less than the minimum of 1"),
    # required fields, enums
    ("ServingRuntime", "spec", {}, "spec: 'containers' is a required property"),
    ("ExternalSecret", "spec.data.0.remoteRef", {}, "spec.data[0].remoteRef: 'key' is a required property"),
    ("ExternalSecret", "spec.target.template.mergePolicy", "Append", "'Append' is not one of ['Replace', 'Merge']"),
    ("OdhDashboardConfig", "spec.modelServing.deploymentStrategy", "Recreate", "is not one of ['rolling'"),
    # list-maps, keys' defaults included
    ("InferenceService", "spec.predictor.model.env.1.name", "A", "model.env: items 0 and 1 are duplicates: name 'A'"),
    ("InferenceService", "spec.predictor.model.ports.1", {"containerPort": 8080}, "items 0 and 1 are duplicates"),
    # metadata
    ("InferenceService", "metadata.name", "Fraud", "metadata.name: 'Fraud' does not match"),
    ("InferenceService", "metadata.labels.dashboard", True, "metadata.labels.dashboard: True is not of type"),
    ("InferenceService", "metadata.labels.note", "two words", "metadata.labels.note: 'two words' does not match"),
    ("InferenceService", "metadata.annotations.a b", "c", "metadata.annotations: 'a b' does not match"),
    ("InferenceService", "metadata.resourceVersion", "1", "metadata: Additional properties"),
    ("InferenceService", "status", {}, "status: belongs to the cluster"),
    # kinds without a CRD
    ("Secret", "data", {"token": "eA=="}, "(object): Additional properties"),
    ("Secret", "stringData", {"token": "x"}, "(object): Additional properties"),
    ("Secret", "metadata.annotations", {"a": "b"}, "'kubernetes.io/service-account.name' is a required property"),
    ("ServiceAccount", "imagePullSecrets", ["registry"], "imagePullSecrets[0]: 'registry' is not of type"),
    ("Role", "rules.0.verbs", [], "rules[0].verbs: [] should be non-empty"),
    ("RoleBinding", "subjects.0.apiGroup", "rbac.authorization.k8s.io", "subjects[0]: Additional properties"),
    ("RoleBinding", "subjects.1", {"kind": "User", "name": "eve"}, "subjects[1]: 'apiGroup' is a required"),
    ("MaaSModelRef", "spec.modelRef.namespace", "demo", "spec.modelRef: Additional properties"),
    ("Kustomization", "namespace", "demo", "(object): Additional properties"),
    ("Kustomization", "resources.0", "../other", "resources[0]: "),
]


@pytest.mark.parametrize(("kind", "path", "value", "message"), BROKEN, ids=[f"{b[0]}-{b[1]}-{b[2]}" for b in BROKEN])
def test_broken_objects_fail_with_the_place(kind: str, path: str, value: Any, message: str) -> None:
    obj = copy.deepcopy(EXAMPLES[kind])
    change(path, value)(obj)
    found = problems("openshift-ai-3.4", obj)
    assert len(found) == 1, found
    assert message in found[0]


@pytest.mark.parametrize("release", RELEASES)
def test_what_a_volume_claim_template_would_lose_is_refused(release: str) -> None:
    """The CRDs declare no fields in that metadata, so a cluster drops its labels."""
    claim = {"metadata": {"labels": {"a": "b"}}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    obj = copy.deepcopy(EXAMPLES["InferenceService"])
    obj["spec"]["predictor"]["volumes"] = [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": claim}}]
    assert [p.partition(":")[0] for p in problems(release, obj)] == [
        "spec.predictor.volumes[0].ephemeral.volumeClaimTemplate.metadata"
    ]


def test_schemaless_parts_accept_anything() -> None:
    obj = llm("open-data-hub-3.6")
    obj["spec"]["router"]["scheduler"] = {"config": {"inline": {"plugins": [{"type": "x", "parameters": {"a": 1.5}}]}}}
    assert problems("open-data-hub-3.6", obj) == []


def test_duplicates_in_a_set_are_refused() -> None:
    obj = llm("open-data-hub-3.6")
    removal = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["X-A", "X-B"]}}
    obj["spec"]["router"]["route"] = {"http": {"spec": {"rules": [{"filters": [removal]}]}}}
    obj["spec"]["router"]["gateway"] = {}
    assert problems("open-data-hub-3.6", obj) == []
    removal["requestHeaderModifier"] = {"remove": ["X-A", "X-A"]}
    assert [p.rpartition(" ")[2] for p in problems("open-data-hub-3.6", obj)] == ["'X-A'"]
