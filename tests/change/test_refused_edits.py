"""Changes that the cluster refuses, or accepts and does not carry out."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from change.cases import RECREATES, RELEASES, Document, files, findings, said, slugs
from change.comparison import change
from change.test_restarts import profile
from check.rules.cases import config, deployment, gpus, llmd, named
from servewright.change.compare import compare
from servewright.change.consequences import consequences_of
from servewright.change.consequences.selector import selector_edits
from servewright.change.model import Change, DeploymentChange, FieldChange, ObjectChange
from servewright.check.schemas import load
from servewright.diagnostics.model import Finding
from servewright.lower.fields import Object

SIZE = "edit-refused"
WITH_POD_LABELS = tuple(release for release in RELEASES if release != ("openshift-ai", "3.3"))
CONNECTIONS = {
    "web": {"uri": {"url": "hf://org/granite"}},
    "web-2": {"uri": {"url": "hf://org/granite-2"}},
    "bucket": {"s3": {"endpoint": "https://s3.example.com", "bucket": "models", "region": "us-east-1"}},
    "registry": {"oci": {"registry": "quay.io/acme"}},
}
SOURCES: dict[str, Document] = {
    "plain": {"uri": {"url": "hf://org/granite"}},
    "claim": {"pvc": {"claim": "models", "path": "granite"}},
    "web": {"uri": {"connection": "web"}},
    "web-2": {"uri": {"connection": "web-2"}},
    "bucket": {"s3": {"connection": "bucket", "path": "granite"}},
    "bucket-2": {"s3": {"connection": "bucket", "path": "granite-2"}},
    "registry": {"oci": {"image": "oci://quay.io/acme/granite:1", "connection": "registry"}},
}


# No release has a preset for a pipeline over nodes; this cluster's administrator has made one.
PIPELINES = [config("own-config-llm-worker-pipeline-parallel")]


def nodes(llm: Document | None = None, gpu: int = 2, **parallelism: Any) -> Document:
    return llmd(hardware=gpus(gpu), llmd={"parallelism": parallelism, **(llm or {})})


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (nodes({"worker": True}, data=4, dataLocal=2), nodes({"worker": True}, data=8, dataLocal=2), "from 2 to 4"),
        (nodes({"worker": True}, data=4, dataLocal=2), nodes({"worker": True}, 1, data=2, dataLocal=1), None),
        (nodes(tensor=1), nodes(tensor=2), None),
        (nodes({"worker": True}, data=4, dataLocal=2), nodes(tensor=2), "from 2 to 1"),
        (nodes(tensor=2), nodes(data=2, dataLocal=2), None),
        (nodes({"worker": True}, pipeline=2), nodes({"worker": True}, pipeline=3), "from 2 to 3"),
        (nodes({"worker": True}, pipeline=2), nodes({"worker": True}, data=4, dataLocal=2), None),
    ],
)
@pytest.mark.parametrize("release", [("openshift-ai", "3.4"), RECREATES])
def test_the_size_of_the_parallelism_is_for_life(
    before: Document, after: Document, refused: str | None, release: tuple[str, str]
) -> None:
    sides = [*PIPELINES, before], [*PIPELINES, after]
    found = said(SIZE, *sides, release=release)
    what = "the size of its parallelism, `data` over `dataLocal` or `pipeline`, cannot go"
    whole = f"the cluster refuses this change of the LLMInferenceService `granite`: {what} {refused}"
    assert found == ([whole] if refused else [])
    if refused:  # nothing happens then
        assert not slugs(*sides, release=release) & {"model-restarts", "model-downtime", "demand-changes"}


def test_the_size_of_prefill_is_for_life_while_there_is_one() -> None:
    def of(data: int) -> Document:
        spread = {"data": data, "dataLocal": 2}
        return nodes({"prefill": {"worker": True, "parallelism": spread}}, tensor=2)

    assert said(SIZE, of(4), of(8)) == [
        "the cluster refuses this change of the LLMInferenceService `granite`: the size of its prefill parallelism, `data` over `dataLocal` or `pipeline`, cannot go from 2 to 4"
    ]
    assert said(SIZE, nodes(tensor=2), of(4)) == []
    assert said(SIZE, of(4), nodes(tensor=2)) == []


def test_a_new_object_and_another_kind_are_no_edits() -> None:
    after = nodes({"worker": True}, data=4, dataLocal=2)
    assert said(SIZE, [], after) == []
    assert said(SIZE, deployment(), after) == []


Fields = dict[tuple[str, ...], Any]


def altered(model: Document, kind: str, before: Fields, after: Fields) -> list[Finding]:
    """What is said when fields of an object change that no spec leads to."""
    (edit,) = change(files(), files(model)).deployments
    assert edit.after is not None
    item = next(found for found in edit.after.objects if found.body["kind"] == kind)
    old, new = (Object(with_fields(item.body, fields), item.rows) for fields in (before, after))
    schema = load(edit.after.context.release, item.body["apiVersion"], kind)
    fields = compare(old.body, new.body, schema)
    objects = (ObjectChange(item.identity, "changed", fields, old, new),)
    changed = edit._replace(change="changed", before=edit.after, objects=objects)
    found = consequences_of(Change((changed,), (), {}), allow_deletions=False)
    return [finding for _, finding in found]


def with_fields(body: Document, fields: Fields) -> Document:
    body = copy.deepcopy(body)
    for (*above, last), value in fields.items():
        place = body
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value
    return body


def test_the_deployment_mode_is_for_life() -> None:
    mode = ("metadata", "annotations", "serving.kserve.io/deploymentMode")
    found = altered(deployment(), "InferenceService", {mode: "Knative"}, {mode: "Standard"})
    assert [(item.rule.slug, item.message) for item in found] == [
        (
            SIZE,
            "the cluster refuses this change of the InferenceService `granite`: its deployment mode cannot go from `Knative` to `Standard`",
        )
    ]


def test_a_predictor_keeps_its_name_while_its_model_stays() -> None:
    name, uri = ("spec", "predictor", "name"), ("spec", "predictor", "model", "storageUri")
    found = altered(deployment(), "InferenceService", {name: "a"}, {name: "b"})
    assert [item.message for item in found] == [
        "the cluster refuses this change of the InferenceService `granite`: its predictor gets another name, and its model stays"
    ]
    both = altered(deployment(), "InferenceService", {name: "a", uri: "hf://a/b"}, {name: "b", uri: "hf://a/c"})
    assert SIZE not in {item.rule.slug for item in both}


def test_a_runtime_keeps_its_workers() -> None:
    workers = {("spec", "workerSpec"): {"pipelineParallelSize": 2}}
    found = altered(deployment(runtime="vllm-cuda-runtime-template"), "ServingRuntime", workers, {})
    assert [(item.rule.slug, item.message) for item in found] == [
        (SIZE, "the cluster refuses this change of the ServingRuntime `granite`: `workerSpec` cannot be removed")
    ]
    assert altered(deployment(runtime="vllm-cuda-runtime-template"), "ServingRuntime", {}, workers) == []


LABELLED: dict[str, Any] = {"pod": {"labels": {"a": "1"}}}


def queued(queue: str) -> list[Document]:
    scheduling = {"type": "Queue", "kueue": {"localQueueName": queue}}
    return [profile("queued", scheduling=scheduling), llmd(hardware={"profile": "queued"})]


@pytest.mark.parametrize("release", RELEASES)
def test_another_queue_gets_llm_d_stuck(release: tuple[str, str]) -> None:
    assert said("llmd-selector", queued("a"), queued("b"), release=release) == [
        "`granite` is stuck after this change until it is reverted: `metadata.labels['kueue.x-k8s.io/queue-name']` is in the selector of its Deployment, which Kubernetes never changes"
    ]
    nodes_profile = [profile("queued"), queued("a")[1]]
    assert said("llmd-selector", nodes_profile, queued("a"), release=release)
    assert said("llmd-selector", queued("a"), nodes_profile, release=release)


@pytest.mark.parametrize("release", WITH_POD_LABELS)
@pytest.mark.parametrize(("before", "after"), [({}, {"a": "1"}), ({"a": "1"}, {"a": "2"}), ({"a": "1"}, {})])
def test_other_pod_labels_get_llm_d_stuck(release: tuple[str, str], before: Document, after: Document) -> None:
    sides = llmd(pod={"labels": before}), llmd(pod={"labels": after}, args=["--max-model-len=8192"])
    assert said("llmd-selector", *sides, release=release) == [
        "`granite` is stuck after this change until it is reverted: `spec.labels.a` is in the selector of its Deployment, which Kubernetes never changes"
    ]
    assert slugs(*sides, release=release) == {"llmd-selector"}  # and restarts nothing


@pytest.mark.parametrize("stopped", [(True, True), (False, True), (True, False)], ids=str)
def test_a_model_that_is_stopped_has_no_selector(stopped: tuple[bool, bool]) -> None:
    before, after = (llmd(stopped=stop, **fields) for stop, fields in zip(stopped, ({}, LABELLED), strict=True))
    assert "llmd-selector" in slugs(llmd(), llmd(**LABELLED))
    assert "llmd-selector" not in slugs(before, after)


def test_what_is_in_no_selector_gets_nothing_stuck() -> None:
    def several(**spec: Any) -> Document:
        return llmd(hardware=gpus(2), llmd={"worker": True, "parallelism": {"data": 4, "dataLocal": 2}}, **spec)

    assert "llmd-selector" not in slugs(several(), several(pod={"labels": {"a": "1"}}))
    assert "model-restarts" in slugs(several(), several(pod={"labels": {"a": "1"}}))
    assert "llmd-selector" not in slugs(llmd(), llmd(pod={"annotations": {"a": "1"}}))
    assert "llmd-selector" not in slugs(deployment(), deployment(pod={"labels": {"a": "1"}}))
    assert "llmd-selector" not in slugs([], llmd(pod={"labels": {"a": "1"}}))


def sourced(kind: Any, source: str, **spec: Any) -> list[Document]:
    connections = [
        named("Connection", name, "servewright.dev/v1alpha1", spec=body) for name, body in CONNECTIONS.items()
    ]
    return [*connections, kind(model={"type": "generative", "source": SOURCES[source]}, **spec)]


@pytest.mark.parametrize(
    ("before", "after", "service", "llm"),
    [
        ("web", "plain", True, True),
        ("web", "claim", True, True),
        ("web", "registry", True, True),  # a registry's connection injects no address
        ("bucket", "plain", False, True),
        ("bucket", "registry", False, True),
        ("web", "web-2", False, False),  # what was cleared is injected again
        ("web", "bucket", False, False),
        ("bucket", "bucket-2", False, False),
        ("registry", "plain", False, False),  # only the pull secret is taken out
        ("plain", "web", False, False),
        ("plain", "claim", False, False),
    ],
)
def test_a_connection_that_goes_takes_the_address_with_it(before: str, after: str, service: bool, llm: bool) -> None:
    for kind, lost in ((deployment, service), (llmd, llm)):
        found = said("connection-lost", sourced(kind, before), sourced(kind, after))
        assert bool(found) is lost, kind
        if found:
            field = "spec.model.uri" if kind is llmd else "spec.predictor.model.storageUri"
            assert found == [
                f"`granite` loses its model at the first sync: admission takes the connection `{before}` out and clears `{field}` with it, which only a second sync sets again"
            ]


def test_a_stopped_model_has_nothing_to_lose() -> None:
    stopped = sourced(deployment, "plain", stopped=True)
    assert said("connection-lost", sourced(deployment, "web", stopped=True), stopped) == []
    assert said("connection-lost", sourced(deployment, "web"), stopped) == []
    assert said("connection-lost", sourced(deployment, "web", stopped=True), sourced(deployment, "plain"))


TOLERATION = {"key": "team", "operator": "Equal", "value": "nlp", "effect": "NoSchedule"}


@pytest.mark.parametrize("kind", [deployment, llmd])
def test_another_profile_clears_what_the_spec_gives_itself(kind: Any) -> None:
    profiles = [profile("a"), profile("b")]

    def of(name: str, pod: Document, **spec: Any) -> list[Document]:
        return [*profiles, kind(hardware={"profile": name}, pod=pod, **spec)]

    own = {"tolerations": [TOLERATION], "nodeSelector": {"zone": "x"}}
    assert said("profile-switched", of("a", own), of("b", own)) == [
        "`granite` restarts twice: admission clears `pod.tolerations` and `pod.nodeSelector` when the profile goes from `a` to `b`, and only a second sync sets them again"
    ]
    assert said("profile-switched", of("a", {}), of("b", {})) == []
    assert said("profile-switched", of("a", own), of("a", own, replicas=2)) == []
    assert said("profile-switched", of("a", own), of("b", own, stopped=True)) == []
    by_hand = {} if kind is llmd else {"runtime": "vllm-cuda-runtime-template"}
    nothing = [*profiles, kind(hardware={"resources": {"requests": {"nvidia.com/gpu": "1"}}}, pod=own, **by_hand)]
    assert said("profile-switched", nothing, of("b", own)) == []


def test_errors_say_the_way_out() -> None:
    before, after = nodes({"worker": True}, data=4, dataLocal=2), nodes({"worker": True}, data=8, dataLocal=2)
    sides = [([before], [after]), ([llmd()], [llmd(pod={"labels": {"a": "1"}})])]
    for side in (*sides, (sourced(deployment, "web"), sourced(deployment, "plain"))):
        (found,) = (item for item in findings(*side) if item.rule.severity == "error")
        assert found.help and "another name" in found.help


def test_labels_of_prefill_pods_get_llm_d_stuck_where_only_those_are_of_one_node() -> None:
    before, after = (
        DeploymentChange(
            "demo", "granite", "changed", None, None, (llmd_of(worker, {"a": "1"}, {"a": "2"}, prefill_worker),)
        )
        for worker, prefill_worker in ((True, False), (True, True))
    )
    assert [path for _, path in selector_edits(before)] == [("spec", "prefill", "labels", "a")]
    assert list(selector_edits(after)) == []


def llmd_of(worker: bool, old: Document, new: Document, prefill_worker: bool) -> ObjectChange:
    """An LLMInferenceService whose prefill labels differ."""

    def of(labels: Document) -> Object:
        prefill = {"labels": labels, **({"worker": {}} if prefill_worker else {})}
        return Object({"spec": {"prefill": prefill, **({"worker": {}} if worker else {})}})

    path = ("spec", "prefill", "labels", "a")
    identity = ("LLMInferenceService", "demo", "granite")
    return ObjectChange(identity, "changed", (FieldChange(path, old["a"], new["a"]),), of(old), of(new))
