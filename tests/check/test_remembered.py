"""What a run remembers from one deployment to the next changes no verdict, and keeps nothing alive that others freed."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from check.cluster.released import of_release
from check.rules.cases import compiled, config, deployment, gpus, llmd, named, reported, template
from servewright import Repository
from servewright.check.cluster import Memo, check_object
from servewright.compilation import Compiled, compile_each
from servewright.diagnostics.model import Diagnostic
from test_streaming import CONNECTION, DEPLOYMENT, PROJECT

GPU = {"nvidia.com/gpu": "1"}


def about(name: str, *documents: dict[str, Any]) -> list[Diagnostic]:
    """What is said about an object of this name; the spans without files, which are numbered."""
    found = [item for item in compiled(*documents).diagnostics if (item.object or "").endswith(f"/{name}")]
    return [item._replace(span=item.span and item.span._replace(file="")) for item in found]


@pytest.mark.parametrize(
    "changes",
    [
        {"hardware": {"profile": "nvidia-gpu", "resources": {"requests": {"hugepages-2Mi": "3Mi"}}}},
        {"hardware": {"profile": "nvidia-gpu", "resources": {"requests": {"requests.example.com/a": "1"}}}},
        {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "A_B", "key": "k"}}}]},
        {"container": {"readinessProbe": {"httpGet": {"port": 0}}}},
        {"pod": {"tolerations": [{"operator": "Exists", "value": "x", "key": "k"}]}},
    ],
    ids=str,
)
@pytest.mark.parametrize("neighbours", [1, 2])
def test_a_bad_pod_is_found_beside_sound_ones_and_bad_ones(changes: dict[str, Any], neighbours: int) -> None:
    """Pods that seem to be alike are looked at once; each of these differs from those before in one thing."""
    alone = about("z", deployment("z", **changes))
    assert [found.code for found in alone if found.severity == "error"]
    sound = [deployment(f"a{number}") for number in range(neighbours)]
    assert about("z", *sound, deployment("z", **changes)) == alone
    assert about("z", *sound, deployment("y", **changes), deployment("z", **changes)) == alone


def own_template(name: str, container: dict[str, Any], **spec: Any) -> dict[str, Any]:
    found = template(container, **spec)
    found["metadata"]["name"] = found["objects"][0]["metadata"]["name"] = name
    return found


@pytest.mark.parametrize(
    ("added", "good", "bad"),
    [
        (
            {"livenessProbe": {"tcpSocket": {"port": 8080}}},
            own_template("good", {"livenessProbe": {"tcpSocket": {"port": 8000}}}),
            own_template("bad", {"livenessProbe": {"httpGet": {"port": 8000}}}),
        ),
        (
            {"volumeMounts": [{"name": "cache", "mountPath": "/cache"}]},
            own_template("good", {}, volumes=[{"name": "cache", "emptyDir": {}}]),
            own_template("bad", {}),
        ),
    ],
    ids=["a probe of another kind", "a mount without its volume"],
)
def test_pieces_that_are_fine_over_one_runtime_are_looked_at_over_another(
    added: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]
) -> None:
    """What teams add to their pods is remembered, together with the runtime that it is laid over."""
    wrong = deployment("z", runtime="bad", container=added)
    alone = about("z", good, bad, wrong)
    assert [found.code for found in alone if found.severity == "error"] == ["SW506"]
    fine = [deployment(name, runtime="good", container=added) for name in ("a", "b")]
    assert about("z", good, bad, *fine, wrong) == alone
    assert not [found for found in about("b", good, bad, *fine, wrong) if found.severity == "error"]


@pytest.mark.parametrize(
    ("fine", "wrong"),
    [
        ({"pod": {"tolerations": [{"key": "k", "operator": "Exists"}]}}, {"key": "k", "operator": "Exists", "value": "x"}),
        ({"pod": {"tolerations": [{"key": "k", "operator": "Equal", "value": "x"}]}}, {"key": "k", "operator": "Equal", "value": "-x"}),
    ],
    ids=["a field more", "another value"],
)  # fmt: skip
def test_pieces_are_known_by_all_that_is_in_them(fine: dict[str, Any], wrong: dict[str, Any]) -> None:
    bad = deployment("z", pod={"tolerations": [wrong]})
    alone = about("z", bad)
    assert [found.code for found in alone if found.severity == "error"] == ["SW506"]
    assert about("z", deployment("a", **fine), deployment("b", **fine), bad) == alone


@pytest.mark.parametrize(
    ("runtime", "fine", "wrong"),
    [
        ([], ["--tensor-parallel-size=2"], ["--tensor-parallel-size=4"]),
        ([], ["--tensor-parallel-size=2"], ["--pipeline-parallel-size=2", "--tensor-parallel-size=2"]),
        ([], ["--tensor-parallel-size", "2"], ["--tensor-parallel-size", "4"]),
        ([], ["--config=x"], ["--tensor-parallel-size=4"]),
        (["--tensor-parallel-size"], ["2"], ["4"]),
    ],
    ids=str,
)
def test_a_size_that_is_fine_in_one_deployment_is_not_in_another(
    runtime: list[str], fine: list[str], wrong: list[str]
) -> None:
    own = own_template("own", {"command": ["vllm", "serve"], "args": runtime})
    bad = deployment("z", runtime="own", hardware=gpus(2), args=wrong)
    alone = about("z", own, bad)
    assert [found.code for found in alone if found.code == "SW620"] == ["SW620"]
    neighbours = [deployment(name, runtime="own", hardware=gpus(2), args=fine) for name in ("a", "b")]
    assert about("z", own, *neighbours, bad) == alone
    assert not [found for found in about("b", own, *neighbours, bad) if found.code == "SW620"]


@pytest.mark.parametrize(
    ("runtime", "here", "code"),
    [
        ({}, {"env": [{"name": "PYTHONPATH", "value": "/x"}]}, "SW601"),
        ({"args": ["--port=8080"]}, {"args": ["--port=1"]}, "SW603"),
        ({}, {"args": ["--max-model-len 8192"]}, "SW619"),
        ({"args": ["{{.Labels.team}}"]}, {}, "SW617"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_applies_to_one_deployment_is_found_beside_others(
    runtime: dict[str, Any], here: dict[str, Any], code: str
) -> None:
    """Rules that have nothing to look at in one deployment may have in the next, which has arguments, or another runtime."""
    own = own_template("own", {"command": ["vllm", "serve"], **runtime})
    plain = own_template("plain", {"command": ["other"]})
    bad = deployment("z", runtime="own", **here)
    alone = about("z", own, plain, bad)
    assert code in [found.code for found in alone]
    neighbours = [
        deployment("a", runtime="plain"),
        deployment("b", runtime="plain", args=["--x=1"], env=[{"name": "A", "value": "1"}]),
        deployment("c", runtime="own"),
        deployment("d", runtime="own", args=["--x=1"]),
        deployment("e", runtime="own", env=[{"name": "A", "value": "1"}]),
    ]
    for kept in range(len(neighbours)):
        assert about("z", own, plain, *neighbours[kept:], bad) == alone


def test_as_many_accelerators_as_are_fine_in_one_deployment_are_too_few_in_another() -> None:
    two = ["--tensor-parallel-size=2"]
    bad = deployment("z", hardware=gpus(1), args=two)
    alone = about("z", bad)
    assert [found.code for found in alone if found.code == "SW620"] == ["SW620"]
    assert about("z", deployment("a", hardware=gpus(2), args=two), bad) == alone


def test_amounts_that_are_fine_on_one_profile_are_looked_at_on_another() -> None:
    amounts = {"requests": {"hugepages-2Mi": "4Mi"}}
    good = [deployment(name, hardware={"profile": "nvidia-gpu", "resources": amounts}) for name in ("a", "b")]
    bad = {"requests": {"hugepages-2Mi": "4Mi"}, "limits": {"hugepages-2Mi": "8Mi"}}
    documents = [*good, deployment("z", hardware={"profile": "nvidia-gpu", "resources": bad})]
    assert [found.severity for found in about("z", *documents) if found.code == "SW506"] == ["error"]


def test_a_new_spec_is_not_taken_for_one_that_is_gone() -> None:
    """Specs are known by their identity, which Python gives to another one as soon as the first is freed."""
    load, memo = of_release(), Memo()
    for number in range(200):
        container: dict[str, Any] = {"name": "kserve-container", "image": f"i{number}"}
        if number % 3 == 0:
            container["port"] = 1
        body = {
            "apiVersion": "serving.kserve.io/v1alpha1",
            "kind": "ServingRuntime",
            "metadata": {"name": "a", "namespace": "b"},
            "spec": {"containers": [container], "supportedModelFormats": [{"name": "onnx"}]},
        }
        found = check_object(body, load, memo)
        assert bool(found) == (number % 3 == 0)
        assert found == check_object(body, load)


def test_what_is_copied_is_judged_by_its_own_config() -> None:
    """Of one config, what is wrong is said at its place in the catalog; the copies of another have nothing to do with it."""
    bad = config("bad", baseRefs=[{"name": "x"}])
    good = config("good", template={"containers": [{"name": "main"}]})
    documents = [
        llmd(llmd={"config": "bad" if number % 2 else "good"})
        | {"metadata": {"name": f"m{number}", "namespace": "demo"}}
        for number in range(12)
    ]
    compilation = compiled(bad, good, *documents)
    (wrong,) = [found for found in compilation.diagnostics if found.code == "SW609"]
    assert wrong.span is not None
    assert wrong.span.file == "catalog/0.yaml"
    specs = [item.body["spec"] for item in compilation.objects if item.body["kind"] == "LLMInferenceServiceConfig"]
    assert len(specs) == 12
    assert len({id(spec) for spec in specs}) == 2


def test_no_service_outlives_its_turn() -> None:
    """Documents come one after the other; the checks must not keep the objects of those that are done."""
    names = [f"m{number}" for number in range(8)]
    files = {f"deployments/{name}.yaml": DEPLOYMENT.replace("NAME", name) for name in names}
    files["deployments/a.yaml"] = CONNECTION.replace("KIND", "Connection")
    alive: list[int] = []

    def take(compiled: Compiled) -> None:
        gc.collect()
        alive.append(sum(isinstance(item, dict) and "predictor" in item for item in gc.get_objects()))

    before = sum(isinstance(item, dict) and "predictor" in item for item in gc.get_objects())
    compile_each(Repository.of({"servewright.yaml": PROJECT, **files}), take)
    # The first is the connection's. The schema of the kind, once it is loaded, has a field of that name, too.
    services = [count - before for count in alive[1:]]
    assert len(services) == 8
    assert services == services[:1] * 8


@pytest.mark.parametrize("kind", ["ServiceAccount", "PersistentVolumeClaim", "Secret"])
def test_what_the_catalog_has_is_known_by_namespace(kind: str) -> None:
    """It is gone through once; what another namespace has does not count."""
    codes = {"ServiceAccount": "SW611", "PersistentVolumeClaim": "SW612", "Secret": "SW616"}
    spec: dict[str, Any] = {
        "ServiceAccount": {"pod": {"serviceAccountName": "mine"}},
        "PersistentVolumeClaim": {"pod": {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "mine"}}]}},
        "Secret": {"pod": {"imagePullSecrets": ["mine"]}},
    }[kind]
    here, there = deployment("here", **spec), deployment("there", **spec)
    there["metadata"]["namespace"] = "other"
    catalog = [named(kind, "mine"), named(kind, "theirs", namespace="other")]
    found = reported(*catalog, here, there, code=codes[kind])
    assert [item.object and item.object.split("/")[1:] for item in found] == [["other", "there"]]
