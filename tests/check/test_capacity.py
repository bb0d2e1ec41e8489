"""Deployments against quotas and limit ranges: what is counted, what is refused, and what is not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
import yaml

from servewright import Repository, compile_repository
from servewright.diagnostics.model import Diagnostic

PROJECT = """\
apiVersion: servewright.dev/v1alpha1
kind: Project
metadata: {{name: capacity}}
spec:
  platform: {{name: {0}, version: "{1}"}}
  applicationsNamespace: apps
  rules: {{builtin-images: "off", llmd-rolls: "off", exposed-without-auth: "off"{2}}}
"""
CONNECTION = """\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: models, namespace: demo}
spec:
  s3: {endpoint: "https://s3.example.com", bucket: models, region: us-east-1}
"""
RELEASES = [
    (platform, version) for version in ("3.3", "3.4", "3.5") for platform in ("openshift-ai", "open-data-hub")
] + [("open-data-hub", "3.6")]
ROLLING, RECREATING = RELEASES[:-1], RELEASES[-1:]

PVC = {"pvc": {"claim": "models", "path": "m"}}
S3 = {"s3": {"connection": "models", "path": "m"}}
OCI = {"oci": {"image": "oci://quay.io/org/m:1"}}
SIZE = {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"cpu": "4", "memory": "8Gi"}}
GPU = {"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}


def service(name: str = "m", source: object = PVC, resources: object = SIZE, **fields: object) -> dict[str, str]:
    """A predictive deployment on OVMS, whose runtime gives no resources."""
    spec = {
        "model": {"type": "predictive", "format": {"name": "openvino_ir", "version": "opset13"}, "source": source},
        "strategy": "Recreate",
        "hardware": {"resources": resources},
        **fields,
    }
    return document(name, spec)


def llm(name: str = "m", source: object = PVC, resources: object = GPU, **fields: object) -> dict[str, str]:
    spec = {"model": {"type": "generative", "source": source}, "hardware": {"resources": resources}}
    return document(name, {**spec, "runtime": "llm-d", **fields})


def document(name: str, spec: Mapping[str, object], **metadata: object) -> dict[str, str]:
    body = {
        "apiVersion": "servewright.dev/v1alpha1",
        "kind": "ModelDeployment",
        "metadata": {"name": name, "namespace": "demo", **metadata},
        "spec": dict(spec),
    }
    return {f"deployments/{name}.yaml": yaml.safe_dump(body, sort_keys=False)}


def in_catalog(kind: str, name: str, spec: Mapping[str, object], api: str = "v1") -> dict[str, str]:
    body = {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "demo"}, "spec": dict(spec)}
    return {f"catalog/{kind}-{name}.yaml": yaml.safe_dump(body, sort_keys=False)}


def quota(hard: Mapping[str, object], name: str = "q", **spec: object) -> dict[str, str]:
    return in_catalog("ResourceQuota", name, {"hard": dict(hard), **spec})


def limits(*items: Mapping[str, object], name: str = "l") -> dict[str, str]:
    return in_catalog("LimitRange", name, {"limits": [dict(item) for item in items]})


def found(
    *files: Mapping[str, str], release: tuple[str, str] = ("openshift-ai", "3.4"), rules: str = ""
) -> tuple[Diagnostic, ...]:
    """What is said about capacity; nothing else may be wrong."""
    every = {"servewright.yaml": PROJECT.format(*release, rules), "deployments/models.yaml": CONNECTION}
    for more in files:
        every |= more
    diagnostics = compile_repository(Repository.of(every)).diagnostics
    wrong = [item for item in diagnostics if item.severity == "error" and item.code[:3] not in ("SW7", "SW9")]
    assert wrong == []
    return tuple(item for item in diagnostics if item.code[:3] in ("SW7", "SW9"))


def codes(*files: Mapping[str, str], **more: object) -> list[str]:
    return [item.code for item in found(*files, **more)]  # type: ignore[arg-type]


def enough(name: str, amount: str, less: str, *files: Mapping[str, str], **more: object) -> None:
    """A quota of ``amount`` is enough, and one of ``less`` is not."""
    assert codes(quota({name: amount}), *files, **more) == []
    assert codes(quota({name: less}), *files, **more) == ["SW701"]


def _line(said: Diagnostic, **fields: object) -> str:
    """The line of the deployment that is pointed at."""
    assert said.span is not None
    fields = {"resources": GPU, "strategy": "RollingUpdate"} if said.code == "SW702" else fields
    return service(**fields)["deployments/m.yaml"].splitlines()[said.span.line - 1].strip()  # type: ignore[arg-type]


# What is counted


@pytest.mark.parametrize(
    ("name", "amount", "less"),
    [
        # Three pods of 2 CPUs, each with an authentication proxy of 100m and 64Mi, at most 200m and 128Mi.
        ("requests.cpu", "6300m", "6299m"),
        ("cpu", "6300m", "6299m"),
        ("limits.cpu", "12600m", "12599m"),
        ("requests.memory", "12480Mi", "13086228479"),
        ("memory", "12480Mi", "12479Mi"),
        ("limits.memory", "24960Mi", "24959Mi"),
        ("pods", "3", "2"),
        ("count/pods", "3", "2"),
    ],
)
def test_a_quota_of_exactly_the_sum_is_enough(name: str, amount: str, less: str) -> None:
    enough(name, amount, less, service("one"), service("two", replicas=2))


def test_accelerators_are_counted_by_their_requests() -> None:
    files = service("one", resources={"limits": {"nvidia.com/gpu": "2"}}), service("two", resources=GPU, replicas=2)
    enough("requests.nvidia.com/gpu", "4", "3", *files)
    assert (
        codes(quota({"nvidia.com/gpu": "0", "limits.nvidia.com/gpu": "0"}), *files) == []
    )  # Kubernetes counts neither


def test_what_downloads_a_model_counts_if_it_is_more_than_the_rest() -> None:
    enough("limits.memory", "24Gi", "24575Mi", service(source=S3))
    big = {"limits": {"memory": "30Gi", "cpu": "1"}}
    enough("limits.memory", "30848Mi", "30847Mi", service(source=S3, resources=big))
    (said,) = found(quota({"limits.memory": "8Gi"}), service(source=S3))
    assert any("`storage-initializer`" in note.message for note in said.related)


def test_a_model_in_an_image_runs_beside_the_server() -> None:
    enough("requests.cpu", "2110m", "2109m", service(source=OCI))
    mlserver = {"type": "predictive", "format": {"name": "sklearn", "version": "1"}, "source": OCI}
    enough("requests.cpu", "2100m", "2099m", service(model=mlserver, runtime="mlserver-runtime-template"))


def test_a_runtime_gives_what_the_spec_leaves_open() -> None:
    model = {"type": "predictive", "format": {"name": "sklearn", "version": "1"}, "source": PVC}
    files = service(resources={"requests": {"memory": "3Gi"}}, model=model, runtime="mlserver-runtime-template")
    release = ("openshift-ai", "3.5")
    enough("requests.cpu", "1100m", "1099m", files, release=release)
    enough("requests.memory", "3136Mi", "3135Mi", files, release=release)
    enough(
        "limits.memory", "3200Mi", "3199Mi", files, release=release
    )  # a missing limit is the request, not the runtime's


RUNTIME = {
    "supportedModelFormats": [{"name": "openvino_ir", "version": "opset13", "autoSelect": True}],
    "containers": [
        {"name": "kserve-container", "image": "x"},
        {"name": "cache", "image": "x", "resources": {"requests": {"cpu": "500m"}}},
    ],
}


def test_other_containers_of_the_runtime_count() -> None:
    runtime = in_catalog("ServingRuntime", "cached", RUNTIME, "serving.kserve.io/v1alpha1")
    enough("requests.cpu", "2600m", "2599m", runtime, service(runtime={"existing": "cached"}))


def test_a_stopped_model_counts_for_nothing() -> None:
    nothing = quota({"pods": "0", "requests.cpu": "0"})
    assert codes(nothing, service(stopped=True), llm("l", stopped=True)) == []


@pytest.mark.parametrize("release", RELEASES)
def test_llm_d_counts_decode_prefill_workers_and_scheduler(release: tuple[str, str]) -> None:
    several = {"parallelism": {"data": 2, "dataLocal": 1}, "worker": True}
    prefill = {"prefill": {"replicas": 3, "resources": {"requests": {"nvidia.com/gpu": "2"}}}}
    enough("requests.nvidia.com/gpu", "4", "3", llm(replicas=2, llmd=several), release=release)
    room = 0 if release in RECREATING else 3  # one pod more of each kind
    files = llm(replicas=2, llmd=prefill)
    assert codes(quota({"requests.nvidia.com/gpu": str(8 + room)}), files, release=release) == []
    assert codes(quota({"requests.nvidia.com/gpu": "7"}), files, release=release) == ["SW701"]
    assert codes(quota({"pods": "5"}), files, release=release) == ["SW701"]  # and the scheduler's


def test_the_scheduler_of_llm_d_counts_where_its_size_is_known() -> None:
    files = llm(resources=SIZE)
    enough("requests.cpu", "3", "2999m", files, release=RECREATING[0])
    enough("limits.memory", "24Gi", "24575Mi", files, release=RECREATING[0])
    assert codes(quota({"requests.cpu": "4"}), files) == []  # 2, and 2 in a rollout


# Rollouts


@pytest.mark.parametrize(
    ("replicas", "room", "code"),
    [(1, 0, "SW702"), (3, 0, "SW702"), (3, 1, None), (4, 0, "SW703"), (4, 1, None), (8, 1, "SW703"), (8, 2, None)],
)
def test_a_rolling_update_needs_room_beside_the_old_pods(replicas: int, room: int, code: str | None) -> None:
    hard = quota({"requests.nvidia.com/gpu": str(replicas + room)})
    files = service(resources=GPU, replicas=replicas)
    assert codes(hard, files) == []  # Recreate
    rolling = service(resources=GPU, replicas=replicas, strategy="RollingUpdate")
    assert codes(hard, rolling) == ([code] if code else [])


def test_the_deadlock_of_a_single_gpu_says_what_to_write_and_can_be_waived() -> None:
    hard = quota({"requests.nvidia.com/gpu": "1"})
    (said,) = found(hard, service(resources=GPU, strategy="RollingUpdate"))
    assert (said.severity, _line(said)) == ("error", "strategy: RollingUpdate")
    assert said.help and "strategy: Recreate" in said.help
    assert "`requests.nvidia.com/gpu`: 1 needed, 0 left" in said.message
    spec = yaml.safe_load(service(resources=GPU, strategy="RollingUpdate")["deployments/m.yaml"])["spec"]
    waived = document("m", spec, annotations={"servewright.dev/allow": "rollout-stuck: it is never changed"})
    assert codes(hard, waived) == ["SW901"]
    files = service(resources=GPU, strategy="RollingUpdate")
    assert codes(hard, files, rules=', rollout-stuck: "off"') == []
    assert [item.severity for item in found(hard, files, rules=", SW702: warning")] == ["warning"]


@pytest.mark.parametrize("release", RELEASES)
def test_llm_d_rolls_as_its_release_does(release: tuple[str, str]) -> None:
    hard = quota({"requests.nvidia.com/gpu": "1"})
    assert codes(hard, llm(), release=release) == ([] if release in RECREATING else ["SW702"])
    several = llm(llmd={"parallelism": {"data": 2, "dataLocal": 1}, "worker": True})
    assert codes(quota({"requests.nvidia.com/gpu": "2"}), several, release=release) == []


@pytest.mark.parametrize("release", ROLLING)
def test_prefill_and_decode_may_have_to_take_turns(release: tuple[str, str]) -> None:
    files = llm(llmd={"prefill": {"resources": {"requests": {"nvidia.com/gpu": "2"}}}})
    said = {room: codes(quota({"requests.nvidia.com/gpu": str(3 + room)}), files, release=release) for room in range(4)}
    assert said == {0: ["SW702"], 1: ["SW702"], 2: ["SW703"], 3: []}


def test_what_is_already_too_much_is_said_once() -> None:
    files = service(resources=GPU, replicas=2, strategy="RollingUpdate")
    assert codes(quota({"requests.nvidia.com/gpu": "1"}), files) == ["SW701"]


# What a quota is about


@pytest.mark.parametrize(
    ("spec", "counts"),
    [
        ({"scopes": ["NotTerminating"]}, True),
        ({"scopes": ["Terminating"]}, False),
        ({"scopes": ["BestEffort"]}, False),
        ({"scopes": ["NotBestEffort", "NotTerminating"]}, True),
        ({"scopes": ["CrossNamespacePodAffinity"]}, False),
        ({"scopes": ["SomethingNew"]}, False),
        ({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}}, True),
        ({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "DoesNotExist"}]}}, False),
        ({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}]}}, True),
        ({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "NotIn", "values": ["high"]}]}}, False),
        ({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["low"]}]}}, False),
    ],
)  # fmt: skip
def test_scopes_decide_which_pods_count(spec: dict[str, object], counts: bool) -> None:
    files = service(pod={"priorityClassName": "high"})
    assert codes(quota({"pods": "0"}, **spec), files) == (["SW701"] if counts else [])


def test_affinity_to_other_namespaces_is_a_scope() -> None:
    term = {"topologyKey": "zone", "namespaces": ["other"], "labelSelector": {"matchLabels": {"a": "b"}}}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    hard = quota({"pods": "0"}, scopes=["CrossNamespacePodAffinity"])
    assert codes(hard, service(pod={"affinity": affinity})) == ["SW701"]


def test_other_namespaces_and_what_is_used_do_not_matter() -> None:
    exported = yaml.safe_load(quota({"requests.cpu": "2100m"})["catalog/ResourceQuota-q.yaml"])
    exported["status"] = {"hard": {"requests.cpu": "1"}, "used": {"requests.cpu": "2100m"}}
    exported["metadata"] |= {"resourceVersion": "1", "managedFields": [{"manager": "oc"}]}
    listed = {"apiVersion": "v1", "kind": "List", "items": [exported]}
    assert codes({"catalog/q.yaml": yaml.safe_dump(listed)}, service()) == []
    exported["metadata"]["namespace"] = "other"
    exported["spec"]["hard"] = {"requests.cpu": "0"}
    assert codes({"catalog/q.yaml": yaml.safe_dump(exported)}, service()) == []


def test_numbers_are_quantities_too() -> None:
    assert codes(quota({"requests.cpu": 2.1, "limits.memory": 8724152320}), service()) == []
    assert codes(quota({"requests.cpu": 2, "limits.memory": 8724152319}), service()) == ["SW701", "SW701"]


@pytest.mark.parametrize("terms", [5, "x", {"a": 1}, [5], [{"namespaces": []}]])
def test_affinity_of_any_shape_never_raises(terms: object) -> None:
    affinity = {
        "podAffinity": {f"{how}DuringSchedulingIgnoredDuringExecution": terms for how in ("required", "preferred")}
    }
    files = {"servewright.yaml": PROJECT.format("openshift-ai", "3.4", "")} | service(pod={"affinity": affinity})
    hard = quota({"pods": "0"}, scopes=["CrossNamespacePodAffinity"])
    diagnostics = compile_repository(Repository.of(files | hard)).diagnostics
    assert "SW701" not in {item.code for item in diagnostics}


def test_rendered_objects_count() -> None:
    files = service("one"), service("two", runtime={"template": "kserve-ovms", "name": "shared"})
    more = service("three", runtime={"template": "kserve-ovms", "name": "shared"})
    hard = {"count/inferenceservices.serving.kserve.io": "3", "count/servingruntimes.serving.kserve.io": "2"}
    assert codes(quota(hard), *files, more) == []
    for name, allowed in hard.items():
        assert codes(quota({name: str(int(allowed) - 1)}), *files, more) == ["SW701"]
    assert codes(quota({"count/secrets": "0"}), service()) == ["SW701"]  # the connection's
    assert codes(quota({"services": "0", "persistentvolumeclaims": "0", "count/unheard.of": "0"}), service()) == []


def test_the_largest_contributor_is_where_an_excess_is_reported() -> None:
    (said,) = found(quota({"requests.cpu": "5"}), service("a"), service("b", replicas=2), service("c"))
    assert said.span and said.span.file == "deployments/b.yaml"
    assert [note.message for note in said.related] == [
        "the quota", "`b` needs 4200m", "`a` needs 2100m", "`c` needs 2100m",
    ]  # fmt: skip


# What quotas and limit ranges want


def test_a_quota_on_cpu_or_memory_wants_it_of_every_container() -> None:
    bare = service(resources=GPU)
    for name in ("cpu", "requests.cpu", "limits.cpu", "memory", "requests.memory", "limits.memory"):
        assert codes(quota({name: "90G"}), bare) == ["SW704"], name
        assert codes(quota({name: "90G"}), service()) == [], name
    assert codes(quota({"requests.nvidia.com/gpu": "9", "pods": "9", "requests.ephemeral-storage": "9Gi"}), bare) == []
    assert codes(quota({"requests.cpu": "9"}), service(resources={"limits": {"cpu": "1"}})) == []
    assert codes(quota({"pods": "9", "requests.cpu": "9"}, scopes=["Terminating"]), bare) == []


def test_defaults_of_a_limit_range_fill_the_gaps_and_count() -> None:
    filled = limits({"type": "Container", "default": {"cpu": "3"}, "defaultRequest": {"cpu": "1"}})
    assert codes(quota({"requests.cpu": "1100m", "limits.cpu": "3200m"}), filled, service(resources=GPU)) == ["SW706"]
    assert sorted(codes(quota({"requests.cpu": "1099m"}), filled, service(resources=GPU))) == ["SW701", "SW706"]
    assert codes(quota({"requests.cpu": "2100m"}), filled, service()) == []
    at_most = limits({"type": "Container", "max": {"cpu": "3"}})  # which is a default too
    assert codes(quota({"requests.cpu": "3100m"}), at_most, service(resources=GPU)) == ["SW706"]


def test_a_container_that_the_platform_adds_without_resources_is_demanded_too() -> None:
    files = llm(llmd={"prefill": {}}, resources=SIZE)
    (said,) = found(quota({"requests.cpu": "90"}), files)
    assert said.code == "SW704" and "`llm-d-routing-sidecar`" in said.message
    assert said.help and "LimitRange" in said.help


def test_configs_of_the_cluster_may_give_what_the_spec_does_not() -> None:
    files = llm(llmd={"baseRefs": ["sized"]}, resources={"requests": {"nvidia.com/gpu": "1"}})
    assert codes(quota({"requests.cpu": "90"}), files) == []
    filled = limits({"type": "Container", "defaultRequest": {"memory": "90Gi"}, "max": {"cpu": "1m"}})
    assert codes(quota({"requests.memory": "1Gi"}), filled, files) == []


@pytest.mark.parametrize(
    ("item", "side"),
    [
        ({"type": "Container", "max": {"cpu": "3999m"}}, "limit"),
        ({"type": "Container", "max": {"cpu": "4"}}, None),
        ({"type": "Container", "min": {"memory": "64Mi"}}, None),
        ({"type": "Container", "min": {"memory": "65Mi"}}, "request"),
        ({"type": "Container", "maxLimitRequestRatio": {"memory": "2"}}, None),
        ({"type": "Container", "maxLimitRequestRatio": {"memory": "1500m"}}, "limit"),
        ({"type": "Pod", "max": {"cpu": "4200m"}}, None),
        ({"type": "Pod", "max": {"cpu": "4199m"}}, "limit"),
        ({"type": "Pod", "min": {"cpu": "2100m"}}, None),
        ({"type": "Pod", "min": {"cpu": "2101m"}}, "request"),
        ({"type": "Pod", "min": {"nvidia.com/gpu": "1"}}, "request"),
        ({"type": "Pod", "max": {"nvidia.com/gpu": "1"}}, "limit"),
        ({"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}, None),
    ],
)
def test_limit_ranges_bound_containers_and_pods(item: dict[str, object], side: str | None) -> None:
    said = found(limits(item), service())
    assert {entry.code for entry in said} == ({"SW705"} if side else set())
    assert all(f"{side} of " in entry.message for entry in said)


def test_a_limit_range_holds_for_the_container_that_downloads() -> None:
    item = {"type": "Container", "max": {"memory": "16Gi"}}
    assert codes(limits(item), service()) == []
    (said,) = found(limits(item), service(source=S3))
    assert "`storage-initializer`" in said.message
    assert _line(said, source=S3) == "source:"


def test_what_the_spec_does_not_decide_is_somebody_elses_to_change() -> None:
    item = {"type": "Pod", "max": {"cpu": "5"}}
    (said,) = found(limits(item), llm(resources=SIZE), release=RECREATING[0])
    assert "a scheduler pod" in said.message
    assert said.help and "ask for another LimitRange" in said.help
    assert codes(limits(item), llm(resources=SIZE)) == []  # where its size is not known


def test_a_violation_points_at_the_line_of_the_resource() -> None:
    (said,) = found(limits({"type": "Container", "max": {"memory": "6Gi"}}), service())
    assert _line(said) == "memory: 8Gi"


# The catalog, and determinism


@pytest.mark.parametrize(
    ("text", "line"),
    [('{hard: {cpu: "lots"}}', 4), ("{hard: {cpu: -1}}", 4), ("{hard: [cpu]}", 4), ("{hard: {cpu: true}}", 4)],
)
def test_an_amount_that_is_no_quantity_is_refused(text: str, line: int) -> None:
    head = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: demo}\nspec: "
    files = {"servewright.yaml": PROJECT.format("openshift-ai", "3.4", ""), "catalog/q.yaml": head + text + "\n"}
    (said,) = compile_repository(Repository.of(files | service())).diagnostics
    assert (said.code, said.span and said.span.line) == ("SW027", line)


@pytest.mark.parametrize(
    "spec", ["[]", "{limits: [1, {type: Pod, max: []}]}", "{hard: }", "{scopes: 1, scopeSelector: 2}", ""]
)
@pytest.mark.parametrize("kind", ["ResourceQuota", "LimitRange"])
def test_nonsense_never_raises(kind: str, spec: str) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: q, namespace: demo}}\nspec: {spec}\nstatus: {{used: 7}}\n"
    files = {"servewright.yaml": PROJECT.format("openshift-ai", "3.4", ""), "catalog/q.yaml": text}
    diagnostics = compile_repository(Repository.of(files | service())).diagnostics
    assert {item.code for item in diagnostics} <= {"SW027"}


def test_the_order_of_files_does_not_matter() -> None:
    parts = [
        quota({"requests.nvidia.com/gpu": "3", "pods": "4"}, "one"),
        quota({"requests.cpu": "3"}, "two"),
        limits({"type": "Container", "default": {"cpu": "2"}}, name="a"),
        limits({"type": "Container", "default": {"cpu": "1", "memory": "1Gi"}}, name="b"),
    ]
    models = [service("a", resources=GPU, strategy="RollingUpdate"), service("b", resources=GPU, replicas=2), llm("c")]
    names = [f"{number}.yaml" for number in range(9)]
    seen = set()
    for order in itertools.islice(itertools.permutations([*parts, *models]), 0, None, 97):
        files = {"servewright.yaml": PROJECT.format("openshift-ai", "3.4", "")}
        for name, part in zip(names, order, strict=False):
            ((path, text),) = part.items()
            files[f"{path.partition('/')[0]}/{name}"] = text
        diagnostics = compile_repository(Repository.of(files)).diagnostics
        seen.add(tuple(sorted((item.code, item.message, item.help) for item in diagnostics)))
    assert len(seen) == 1
    assert {code for code, _, _ in seen.pop()} >= {"SW701", "SW706"}


@pytest.mark.parametrize("release", RELEASES, ids=":".join)
def test_a_scheduler_whose_resources_are_not_known_is_not_best_effort(release: tuple[str, str]) -> None:
    model = llm(resources={"requests": {**SIZE["requests"], **GPU["requests"]}})
    assert found(model, quota({"pods": "0"}, scopes=["BestEffort"]), release=release) == ()
