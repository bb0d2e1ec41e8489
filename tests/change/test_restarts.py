"""Which changes replace the pods of a model, and which do not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from change.cases import (
    FILE,
    RECREATES,
    RELEASES,
    ROLLS,
    Document,
    files,
    in_namespace,
    predictive,
    said,
    slugs,
    with_metadata,
)
from change.comparison import consequences
from check.rules.cases import APPLICATIONS, config, deployment, gpus, llmd, named, template
from servewright.change.consequences.reach import reaches_pods

RESTARTS = "model-restarts"


def profile(name: str, **more: Any) -> Document:
    """A hardware profile with one GPU, like `nvidia-gpu`."""
    identifiers = [
        {"displayName": "CPU", "identifier": "cpu", "minCount": 1, "maxCount": 8, "defaultCount": more.get("cpu", 2)},
        {"displayName": "Memory", "identifier": "memory", "minCount": "2Gi", "maxCount": "64Gi", "defaultCount": "4Gi"},
        {
            "displayName": "GPU",
            "identifier": "nvidia.com/gpu",
            "minCount": 1,
            "maxCount": 4,
            "defaultCount": 1,
            "resourceType": "Accelerator",
        },
    ]
    for item, kind in zip(identifiers, ("CPU", "Memory", "Accelerator"), strict=True):
        item["resourceType"] = kind
    scheduling = more.get("scheduling")
    spec = {"identifiers": identifiers, **({"scheduling": scheduling} if scheduling else {})}
    return named("HardwareProfile", name, "infrastructure.opendatahub.io/v1", APPLICATIONS, spec=spec)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("spec.predictor.model.args", {"args": ["--max-model-len=8192"]}),
        ("spec.predictor.model.env[A]", {"env": [{"name": "A", "value": "b"}]}),
        ("spec.predictor.model.image", {"container": {"image": "quay.io/acme/vllm:2"}}),
        ("spec.predictor.labels.team", {"pod": {"labels": {"team": "nlp"}}}),
        ("spec.predictor.nodeSelector.zone", {"pod": {"nodeSelector": {"zone": "a"}}}),
        ("spec.predictor.priorityClassName", {"pod": {"priorityClassName": "high"}}),
        (
            "spec.predictor.model.livenessProbe",  # once, whatever is in it
            {"container": {"livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "periodSeconds": 5}}},
        ),
        ("spec.predictor.timeout", {"expose": {"timeoutSeconds": 90}}),
        ("metadata.annotations['openshift.io/description']", {"description": "For chats"}),
        ("metadata.annotations['openshift.io/display-name']", {"displayName": "Granite"}),
        ("metadata.annotations['security.opendatahub.io/enable-auth']", {"auth": {"tokens": ["bot"]}}),
        ("metadata.labels['networking.kserve.io/visibility']", {"expose": {"route": True}}),
        ("metadata.labels['opendatahub.io/genai-asset']", {"aiAsset": {}}),
    ],
)
@pytest.mark.parametrize("release", [("openshift-ai", "3.4"), RECREATES])
def test_what_reaches_the_pods_of_an_inference_service_restarts_it(
    field: str, change: Document, release: tuple[str, str]
) -> None:
    before = deployment()
    assert said(RESTARTS, before, deployment(**change), release=release) == [
        f"`granite` restarts, pod after pod: `{field}` changes"
    ]


@pytest.mark.parametrize(
    "change", [{"replicas": 3}, {"strategy": "Recreate"}, {"replicas": 9, "strategy": "Recreate"}, {"expose": {}}]
)
@pytest.mark.parametrize("release", RELEASES)
def test_replicas_and_strategy_restart_nothing(change: Document, release: tuple[str, str]) -> None:
    found = slugs(deployment(), deployment(**change), release=release)
    assert not found & {RESTARTS, "model-downtime", "rollout-extra", "rollout-accelerators"}


@pytest.mark.parametrize("release", RELEASES)
def test_replicas_of_llm_d_restart_nothing(release: tuple[str, str]) -> None:
    assert slugs(llmd(), llmd(replicas=2), release=release) == {"demand-changes"}


def test_a_label_of_the_deployment_restarts_an_inference_service_and_not_llm_d() -> None:
    labels = {"labels": {"team": "nlp"}, "annotations": {"example.com/owner": "web"}}
    assert said(RESTARTS, deployment(), with_metadata(deployment(), **labels)) == [
        "`granite` restarts, pod after pod: `metadata.annotations['example.com/owner']`, `metadata.labels.team` change"
    ]
    assert slugs(llmd(), with_metadata(llmd(), **labels)) == set()


def test_only_another_profile_name_restarts_nothing() -> None:
    profiles = [profile("a"), profile("b")]
    before, after = ([*profiles, deployment(hardware={"profile": name})] for name in "ab")
    assert slugs(before, after) == set()
    after[1] = profile("b", cpu=3)
    assert said(RESTARTS, before, after) == [
        "`granite` restarts, pod after pod: `spec.predictor.model.resources.limits.cpu`, "
        "`spec.predictor.model.resources.requests.cpu` change"
    ]


@pytest.mark.parametrize(
    ("path", "reaches"),
    [
        (("metadata", "annotations", "modelFormat"), False),
        (("metadata", "annotations", "haproxy.router.openshift.io/timeout"), False),
        (("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"), False),
        (("metadata", "annotations", "opendatahub.io/hardware-profile-name"), False),
        (("metadata", "annotations", "opendatahub.io/hardware-profile-namespace"), False),
        (("metadata", "annotations", "autoscaling.knative.dev/min-scale"), False),
        (("metadata", "annotations", "autoscaling.knative.dev/max-scale"), False),
        (("metadata", "annotations", "internal.serving.kserve.io/storage-initializer-sourceuri"), False),
        (("metadata", "annotations", "serving.kserve.io/stop"), False),  # deletes them instead
        (("metadata", "annotations", "argocd.argoproj.io/tracking-id"), True),
        (("metadata", "labels", "app.kubernetes.io/instance"), True),
        (("spec", "predictor", "scaleTarget"), False),
        (("spec", "predictor", "scaleMetric"), False),
        (("spec", "predictor", "minReplicas"), False),
        (("spec", "predictor", "maxReplicas"), False),
        (("apiVersion",), False),
    ],
)
def test_metadata_of_an_inference_service_is_copied_but_for_a_few_keys(path: tuple[str, ...], reaches: bool) -> None:
    assert reaches_pods("InferenceService", path) is reaches


@pytest.mark.parametrize(
    ("path", "reaches"),
    [
        *((("metadata", "annotations", f"prometheus.io/{key}"), True) for key in ("scrape", "port", "path", "scheme")),
        (("metadata", "labels", "kueue.x-k8s.io/queue-name"), True),
        (("spec", "scaling", "minReplicas"), False),
        (("metadata", "annotations", "prometheus.io/other"), False),
        (("metadata", "annotations", "k8s.v1.cni.cncf.io/networks"), True),
        (("metadata", "annotations", "openshift.io/display-name"), False),
        (("spec", "annotations", "a"), True),
        (("spec", "router", "gateway", "refs"), False),
        (("spec", "prefill", "replicas"), False),
        (("spec", "prefill", "rolloutStrategy", "maxSurge"), False),
        (("spec", "prefill", "template", "containers"), True),
        (("apiVersion",), False),
    ],
)
def test_of_llm_d_few_keys_reach_the_pods(path: tuple[str, ...], reaches: bool) -> None:
    assert reaches_pods("LLMInferenceService", path) is reaches


@pytest.mark.parametrize(
    ("field", "reaches"),
    [
        *((field, True) for field in ("containers", "initContainers", "volumes", "imagePullSecrets", "resourceClaims")),
        *((field, True) for field in ("labels", "annotations", "nodeSelector", "affinity", "tolerations")),
        ("schedulerName", True),
        *((field, False) for field in ("supportedModelFormats", "protocolVersions", "multiModel", "disabled")),
    ],
)
def test_of_a_runtime_some_fields_reach_the_pods(field: str, reaches: bool) -> None:
    assert reaches_pods("ServingRuntime", ("spec", field)) is reaches
    assert not reaches_pods("ServingRuntime", ("metadata", "labels", field))


def test_another_queue_restarts_a_model_of_several_nodes() -> None:
    def of(queue: str) -> list[Document]:
        scheduling = {"type": "Queue", "kueue": {"localQueueName": queue}}
        hardware = {"profile": "queued", "resources": {"requests": {"nvidia.com/gpu": "2"}}}
        spread = {"worker": True, "parallelism": {"data": 4, "dataLocal": 2}}
        return [profile("queued", scheduling=scheduling), llmd(hardware=hardware, llmd=spread)]

    assert said(RESTARTS, of("a"), of("b")) == [
        "`granite` restarts, its only replica included: `metadata.labels['kueue.x-k8s.io/queue-name']` changes"
    ]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("spec.template.containers[main].env[VLLM_ADDITIONAL_ARGS]", {"args": ["--max-model-len=8192"]}),
        ("spec.annotations.a", {"pod": {"annotations": {"a": "b"}}}),
        ("spec.model.name", {"model": {**llmd()["spec"]["model"], "servedName": "g"}}),
        ("spec.baseRefs", {"llmd": {"baseRefs": ["own"]}}),
        ("spec.parallelism.tensor", {"llmd": {"parallelism": {"tensor": 1}}}),
    ],
)
def test_what_reaches_the_pods_of_llm_d_restarts_it(field: str, change: Document) -> None:
    own = config("own")
    assert said(RESTARTS, [own, llmd()], [own, llmd(**change)]) == [
        f"`granite` restarts, pod after pod: `{field}` changes"
    ]


@pytest.mark.parametrize("change", [{"displayName": "G"}, {"description": "d"}, {"auth": {"tokens": ["bot", "two"]}}])
def test_names_and_access_restart_nothing_of_llm_d(change: Document) -> None:
    assert RESTARTS not in slugs(llmd(), llmd(**change))


def test_a_gateway_restarts_nothing_of_llm_d() -> None:
    gateway = {"llmd": {"gateway": {"name": "inner", "namespace": "web"}}}
    assert slugs(llmd(), llmd(**gateway)) == {"url-changes"}


def test_a_release_that_writes_another_version_restarts_nothing() -> None:
    before, after = (files(llmd(), release=release) for release in (("openshift-ai", "3.3"), ROLLS))
    assert {found.rule.slug for _, found in consequences(before, after)} <= {"runtime-image"}


def test_prefill_pods_restart_alone() -> None:
    def prefill(**fields: Any) -> Document:
        return llmd(hardware=gpus(1), llmd={"prefill": {"replicas": 1, **fields}})

    grown = prefill(resources={"requests": {"cpu": "3"}})
    (message,) = said(RESTARTS, prefill(), grown)
    assert message.startswith("the prefill pods of `granite` restart, pod after pod: `spec.prefill.template")
    assert said("rollout-accelerators", prefill(), grown) == [
        "while `granite` restarts, 1 pod (3 cpu, 4Gi memory, 1 nvidia.com/gpu) runs beside its 3 pods"
    ]
    assert said("rollout-accelerators", prefill(), prefill(parallelism={"expert": True}))


def test_prefill_that_comes_restarts_the_main_pods() -> None:
    after = llmd(llmd={"prefill": {"replicas": 2}})
    assert said(RESTARTS, llmd(), after) == [
        "the decode pods of `granite` restart, pod after pod: `spec.prefill` changes"
    ]
    assert said("rollout-accelerators", llmd(), after) == [
        "while `granite` restarts, 1 pod (2 cpu, 4Gi memory, 1 nvidia.com/gpu) runs beside its 4 pods"
    ]


def test_stopped_models_do_not_restart() -> None:
    args = {"args": ["--max-model-len=8192"]}
    running, stopped = deployment(), deployment(stopped=True)
    assert slugs(stopped, deployment(stopped=True, **args)) == set()
    assert RESTARTS not in slugs(running, deployment(stopped=True, **args))
    assert RESTARTS not in slugs(stopped, deployment(**args))


def test_an_engine_that_annotates_the_rest_restarts_nothing() -> None:
    """The waves of Argo CD are on runtimes and access objects."""

    def engine(name: str) -> dict[str, str]:
        text = files(deployment(auth={"tokens": ["bot"]}))
        return {**text, "servewright.yaml": text["servewright.yaml"] + f"  gitops: {{engine: {name}}}\n"}

    assert consequences(engine("argocd"), engine("none")) == ()


OWN = {"runtime": "own"}


def test_the_spec_of_a_runtime_restarts_and_its_metadata_does_not() -> None:
    before = template({"args": ["--a"]})
    named_differently = copy.deepcopy(before)
    named_differently["objects"][0]["metadata"]["annotations"]["openshift.io/display-name"] = "Ours"
    model = deployment(**OWN)
    assert slugs([before, model], [named_differently, model]) == set()
    more_formats = template({"args": ["--a"]}, supportedModelFormats=[{"name": "vLLM"}, {"name": "other"}])
    assert slugs([before, model], [more_formats, model]) == set()
    assert said(RESTARTS, [before, model], [template({"args": ["--b"]}), model]) == [
        "`granite` restarts, pod after pod: `spec.containers[kserve-container].args` of the ServingRuntime `granite` changes"
    ]
    assert said(RESTARTS, [before, model], [template({"args": ["--a"]}, annotations={"a": "b"}), model]) == [
        "`granite` restarts, pod after pod: `spec.annotations.a` of the ServingRuntime `granite` changes"
    ]


def test_what_the_service_gives_itself_hides_the_runtime() -> None:
    model = deployment(**OWN, container={"image": "quay.io/acme/vllm:1"})
    assert slugs([template({}), model], [template({"image": "quay.io/acme/own:2"}), model]) == set()
    # Arguments are put together, so the service's hide none of the runtime's.
    model = deployment(**OWN, args=["--b"])
    assert said(RESTARTS, [template({"args": ["--a"]}), model], [template({"args": ["--c"]}), model])


def test_a_config_that_is_copied_restarts_its_models() -> None:
    def spec(image: str) -> Document:
        return config("fast", template={"containers": [{"name": "main", "image": image}]})

    model = llmd(llmd={"config": "fast"})
    before, after = ([spec(f"quay.io/acme/fast:{tag}"), model] for tag in (1, 2))
    (message,) = said(RESTARTS, before, after)
    assert message.startswith(
        "`granite` restarts, pod after pod: `spec.template.containers[main].image` of the LLMInferenceServiceConfig `"
    )
    assert said("runtime-image", before, after) == [
        "the image of `main` in `granite` goes from `quay.io/acme/fast:1` to `quay.io/acme/fast:2`"
    ]


def test_what_a_config_says_of_prefill_may_be_all_that_there_is() -> None:
    def spec(image: str) -> Document:
        return config("fast", prefill={"template": {"containers": [{"name": "main", "image": image}]}})

    model = llmd(llmd={"config": "fast"})
    before, after = ([spec(f"quay.io/acme/fast:{tag}"), model] for tag in (1, 2))
    (message,) = said(RESTARTS, before, after)
    assert message.startswith("`granite` restarts, pod after pod: `spec.prefill.template")


def test_profiles_of_one_name_in_two_namespaces_are_two() -> None:
    def local(namespace: str, cpu: int) -> Document:
        found = profile("small", cpu=cpu)
        return {**found, "metadata": {"name": "small", "namespace": namespace, FILE: f"small-{namespace}"}}

    models = [
        in_namespace(deployment(name, hardware={"profile": "small"}), space)
        for space in ("demo", "web")
        for name in "ab"
    ]
    before, after = ([local("demo", cpu), local("web", cpu), *models] for cpu in (2, 3))
    assert said("restarts-many", before, after) == [
        f"2 models restart, because the HardwareProfile `{space}/small` changes: `{space}/a` and `{space}/b`"
        for space in ("demo", "web")
    ]


def test_resources_of_a_runtime_that_the_service_gives_itself_restart_nothing() -> None:
    model = deployment(**OWN)
    asked = {"requests": {"cpu": "1"}, "limits": {"cpu": "2", "memory": "4Gi"}}
    assert said(RESTARTS, [template({}), model], [template({"resources": asked}), model]) == []
    more = {"requests": {"ephemeral-storage": "1Gi"}}
    assert said(RESTARTS, [template({}), model], [template({"resources": more}), model]) != []


def test_many_fields_are_counted() -> None:
    env = [{"name": "A", "value": "b"}]
    after = deployment(args=["--a"], env=env, description="d", displayName="D", expose={"route": True})
    (message,) = said(RESTARTS, deployment(), after)
    assert message.endswith(" and 2 more change")


def test_several_models_that_go_back_to_one_thing_are_told_together() -> None:
    models = [deployment(name, **OWN) for name in ("c", "a", "b")]
    found = said("restarts-many", [template({}), *models], [template({"image": "quay.io/acme/own:2"}), *models])
    assert found == ["3 models restart, because the runtime template `own` changes: `demo/a`, `demo/b` and `demo/c`"]
    assert said("restarts-many", [template({}), models[0]], [template({"args": ["-a"]}), models[0]]) == []
    many = [deployment(f"m{number}", **OWN) for number in range(8)]
    (message,) = said("restarts-many", [template({}), *many], [template({"args": ["-a"]}), *many])
    assert message.endswith("`demo/m0`, `demo/m1`, `demo/m2`, `demo/m3`, `demo/m4` and 3 more")


def test_a_shared_runtime_restarts_all_that_use_it() -> None:
    def models(name: str) -> list[Document]:
        return [deployment(item, runtime={"template": name, "name": "shared"}) for item in ("a", "b")]

    other = template({"image": "quay.io/acme/other:1"})
    other["metadata"]["name"] = other["objects"][0]["metadata"]["name"] = "other"
    both = [template({}), other]
    before, after = [*both, *models("own")], [*both, *models("other")]
    assert said("restarts-many", before, after) == [
        "2 models restart, because the shared ServingRuntime `demo/shared` changes: `demo/a` and `demo/b`"
    ]
    assert said("runtime-image", before, after) == [
        f"the image of `kserve-container` in `{name}` goes from `quay.io/acme/own:1` to `quay.io/acme/other:1`"
        for name in "ab"
    ]
    edited = [template({"image": "quay.io/acme/own:2"}), other, *models("own")]
    assert said("restarts-many", before, edited) == [
        "2 models restart, because the runtime template `own` changes: `demo/a` and `demo/b`"
    ]
    assert {RESTARTS, "runtime-image"} <= slugs(before, edited)


def test_another_model_is_told_with_the_way_it_is_loaded() -> None:
    def of(**source: Any) -> Document:
        return deployment(model={"type": "generative", "source": source})

    web = of(uri={"url": "hf://org/granite"})
    claim = of(pvc={"claim": "models", "path": "granite"})
    image = of(oci={"image": "oci://quay.io/acme/granite:1"})
    assert said("model-source", claim, web) == [
        "`granite` gets its model from `hf://org/granite` instead of `pvc://models/granite`: each new pod downloads it before it is ready"
    ]
    assert said("model-source", web, claim)[0].endswith("new pods mount it where it is")
    assert said("model-source", web, image)[0].endswith("each node that runs a new pod pulls its image")
    assert said("model-source", predictive(), predictive(replicas=2)) == []


def test_an_image_of_the_runtime_or_the_service_is_told() -> None:
    model = deployment(**OWN)
    assert said("runtime-image", [template({}), model], [template({"image": "quay.io/acme/own:2"}), model]) == [
        "the image of `kserve-container` in `granite` goes from `quay.io/acme/own:1` to `quay.io/acme/own:2`"
    ]
    own_image = llmd(container={"image": "quay.io/acme/vllm:2"})
    assert said("runtime-image", llmd(), own_image) == [
        "the image of `main` in `granite` goes from that of llm-d's preset to `quay.io/acme/vllm:2`"
    ]
    assert said("runtime-image", own_image, llmd()) == [
        "the image of `main` in `granite` goes from `quay.io/acme/vllm:2` to that of llm-d's preset"
    ]
