"""Rules about LLMInferenceServices and their configs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from check.rules.cases import APPLICATIONS, config, gpus, llmd, messages, reported

PRESET = "v3-4-0-kserve-config-llm"
CPU = {"resources": {"requests": {"cpu": "4", "memory": "8Gi"}}}


@pytest.mark.parametrize(
    ("count", "parallelism", "few", "many"),
    [
        (1, None, False, False),
        (2, None, False, True),
        (1, {"tensor": 2}, True, False),
        (2, {"tensor": 2}, False, False),
        (4, {"tensor": 2}, False, True),
        (4, {"data": 8, "dataLocal": 4}, False, False),
        (4, {"tensor": 2, "data": 4, "dataLocal": 4}, True, False),
        (2, {"pipeline": 2}, False, False),
    ],
)
def test_accelerators_and_parallelism(count: int, parallelism: Any, few: bool, many: bool) -> None:
    spec = llmd(hardware=gpus(count), **({"llmd": {"parallelism": parallelism}} if parallelism else {}))
    assert bool(reported(spec, code="SW606")) == few
    assert bool(reported(spec, code="SW615")) == many


def test_each_node_of_a_pipeline_uses_its_own_accelerators() -> None:
    spread = {"worker": True, "parallelism": {"tensor": 2, "pipeline": 2}}
    assert not reported(llmd(hardware=gpus(2), llmd=spread), code="SW615")
    assert reported(llmd(hardware=gpus(4), llmd=spread), code="SW615")


@pytest.mark.parametrize("argument", ["--tensor-parallel-size=4", "--tensor_parallel_size 4", "-tp=4", "-dp 4"])
def test_a_spread_by_arguments_is_vllms_business(argument: str) -> None:
    for spec in (
        llmd(hardware=gpus(4), args=[argument]),
        llmd(hardware=gpus(1), args=[argument], llmd={"parallelism": {"tensor": 2}}),
        llmd(hardware=gpus(4), env=[{"name": "VLLM_ADDITIONAL_ARGS", "value": argument}]),
    ):
        assert not reported(spec, code="SW615")
        assert not reported(spec, code="SW606")


def test_a_base_config_may_give_the_parallelism() -> None:
    spec = llmd(hardware=gpus(4), llmd={"baseRefs": ["wide"]})
    assert not reported(config("wide", parallelism={"tensor": 4}), spec, code="SW615")


@pytest.mark.parametrize(
    ("main", "few"),
    [
        ({"resources": {"limits": {"nvidia.com/gpu": 4}}}, False),
        ({"resources": {"limits": {"cpu": "4"}}}, True),
        ({"resources": "x"}, True),
        (None, True),
    ],
)
def test_a_base_config_may_give_the_accelerators(main: Any, few: bool) -> None:
    spec = llmd(hardware=CPU, llmd={"config": "own", "parallelism": {"tensor": 4}})
    containers = [{"name": "main", **main}] if main else None
    found = reported(config("own", template={"containers": containers}), spec, code="SW606")
    assert bool(found) == few


def test_a_base_config_that_nobody_knows_may_give_the_accelerators() -> None:
    def spec(hardware: dict[str, Any]) -> dict[str, Any]:
        return llmd(hardware=hardware, llmd={"baseRefs": ["unknown"], "parallelism": {"tensor": 4}})

    assert not reported(spec(CPU), code="SW606")
    assert reported(spec(gpus(2)), code="SW606")  # the service's amount wins


def test_prefill_is_judged_by_its_own_resources_and_parallelism() -> None:
    prefill = {"parallelism": {"tensor": 1}, "resources": {"requests": {"nvidia.com/gpu": "2"}}}
    spec = llmd(hardware=gpus(4), llmd={"parallelism": {"tensor": 4}, "prefill": prefill})
    (found,) = reported(spec, code="SW615")
    assert found.field == "spec.prefill.template.containers[0].resources.limits['nvidia.com/gpu']"
    assert "llmd.prefill.parallelism: {tensor: 2}" in (found.help or "")
    prefill = {"parallelism": {"tensor": 4}}
    (found,) = reported(llmd(hardware=gpus(2), llmd={"parallelism": {"tensor": 2}, "prefill": prefill}), code="SW606")
    assert found.field == "spec.prefill.parallelism.tensor"


@pytest.mark.parametrize("argument", ["--port=9000", "--port 9000", "--served_model_name=x", "--model=y"])
def test_options_that_llmd_gives_too(argument: str) -> None:
    (found,) = reported(llmd(args=["--max-model-len=8192", argument]), code="SW603")
    assert found.span is not None
    assert found.span.file.startswith("deployments/")
    own = config("own", template={"containers": [{"name": "main", "command": ["vllm"]}]})
    assert not reported(own, llmd(args=[argument], llmd={"config": "own"}), code="SW603")


def test_pipelines_over_nodes_need_the_preset_of_their_role() -> None:
    pipeline = {"tensor": 1, "pipeline": 2}
    plain = llmd(llmd={"worker": True, "parallelism": pipeline})
    both = llmd(llmd={"worker": True, "parallelism": pipeline, "prefill": {"worker": True, "parallelism": pipeline}})
    roles = {role: config(f"{PRESET}-{role}worker-pipeline-parallel") for role in ("", "decode-", "prefill-")}
    assert len(reported(plain, code="SW605")) == 1
    assert len(reported(both, code="SW605")) == 2
    assert not reported(plain, roles[""], code="SW605")
    assert len(reported(both, roles[""], code="SW605")) == 2
    assert [found.field for found in reported(both, roles["decode-"], code="SW605")] == [
        "spec.prefill.parallelism.pipeline"
    ]
    assert not reported(both, roles["decode-"], roles["prefill-"], code="SW605")
    elsewhere = config(f"{PRESET}-worker-pipeline-parallel", namespace="other")
    assert reported(plain, elsewhere, code="SW605")


@pytest.mark.parametrize("namespace", ["demo", APPLICATIONS])
def test_base_configs_are_looked_up_in_two_namespaces(namespace: str) -> None:
    spec = llmd(llmd={"baseRefs": ["a"], "routing": "b"})
    assert not reported(spec, config("a", namespace), config("b", namespace), code="SW607")
    assert len(reported(spec, config("a", "other"), config("b", namespace), code="SW607")) == 1


def test_a_routing_config_is_pointed_at_where_it_is_named() -> None:
    (found,) = reported(llmd(llmd={"routing": "b"}), code="SW607")
    assert found.span is not None
    assert found.span.file.startswith("deployments/")


@pytest.mark.parametrize("name", [f"{PRESET}-template", "kserve-config-llm-template-amd-rocm"])
def test_presets_change_their_names(name: str) -> None:
    (message,) = messages(config(name), llmd(llmd={"baseRefs": [name]}), code="SW607")
    assert "its name changes with each upgrade" in message


def test_base_configs_of_a_version_that_the_release_does_not_serve() -> None:
    spec, base = llmd(llmd={"baseRefs": ["a"]}), config("a")
    assert not reported(spec, base, code="SW607")
    (message,) = messages(spec, base, code="SW607", release="3.3")
    assert "`serving.kserve.io/v1alpha2`, which openshift-ai 3.3 does not serve" in message


@pytest.mark.parametrize(("scheme", "wrong"), [("HTTP", True), ("HTTPS", False), (None, False)])
def test_probes_by_http(scheme: str | None, wrong: bool) -> None:
    request = {"path": "/health", "port": 8000} | ({"scheme": scheme} if scheme else {})
    assert bool(reported(llmd(container={"livenessProbe": {"httpGet": request}}), code="SW608")) == wrong


@pytest.mark.parametrize(
    ("probe", "handler", "refused"),
    [
        ("readinessProbe", {"exec": {"command": ["true"]}}, True),
        ("livenessProbe", {"tcpSocket": {"port": 8000}}, True),
        ("livenessProbe", {"httpGet": {"path": "/health", "port": 8000}}, False),
        ("livenessProbe", {"failureThreshold": 60}, False),
    ],
    ids=str,
)
def test_a_probe_is_merged_with_that_of_the_preset(probe: str, handler: dict[str, Any], refused: bool) -> None:
    found = reported(llmd(container={probe: handler}, llmd={"prefill": {"replicas": 1}}), code="SW506")
    assert [item.field for item in found] == (
        [f"spec.template.containers[0].{probe}.{next(iter(handler))}"] if refused else []
    )
    own = llmd(container={probe: handler}, llmd={"config": "own"})
    assert not reported(config("own"), own, code="SW506")


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        ({}, 0),
        ({"baseRefs": []}, 0),
        ({"baseRefs": [{"name": "x"}]}, 1),
        ({"router": {"scheduler": {"replicas": 0}}}, 1),
        ({"router": {"scheduler": {"replicas": 1}}}, 0),
        ({"baseRefs": [{"name": "x"}], "router": {"scheduler": {"replicas": -1}}}, 2),
        ({"router": {"scheduler": "x"}}, 0),
        ({"router": []}, 0),
    ],
)
def test_what_admission_refuses_in_a_config(spec: dict[str, Any], count: int) -> None:
    found = reported(config("own", **spec), llmd(llmd={"config": "own"}), code="SW609")
    assert len(found) == count


def test_a_config_without_a_spec_is_no_reason_to_fail() -> None:
    base = config("own")
    for value in (None, "text", 5, []):
        base["spec"] = value
        assert not reported(base, llmd(llmd={"config": "own"}), code="SW609")


def test_one_name_on_one_gateway() -> None:
    def model(name: str, served: str | None = None, **settings: Any) -> dict[str, Any]:
        spec = llmd(llmd=settings) if settings else llmd()
        spec["metadata"]["name"] = name
        if served:
            spec["spec"]["model"] = {**spec["spec"]["model"], "servedName": served}
        return spec

    default = {"name": "openshift-ai-inference", "namespace": "openshift-ingress"}
    other = {"name": "edge", "namespace": "openshift-ingress"}
    assert reported(model("a", "x"), model("b", "x"), code="SW610")
    assert reported(model("a"), model("b", "a"), code="SW610")
    assert reported(model("a", "x"), model("b", "x", gateway=default), code="SW610")
    assert not reported(model("a", "x"), model("b", "x", gateway=other), code="SW610")
    assert not reported(model("a", "x"), model("b", "y"), code="SW610")
    stopped = model("b", "x")
    stopped["spec"]["stopped"] = True
    assert not reported(model("a", "x"), stopped, code="SW610")


HTTP = {"route": {"http": {"refs": [{"name": "r"}]}}}


@pytest.mark.parametrize(
    ("spec", "settings", "count"),
    [
        ({"scaling": {"maxReplicas": 2}}, {}, 1),
        ({"prefill": {"scaling": {"maxReplicas": 2}}}, {}, 0),
        ({"prefill": {"scaling": {"maxReplicas": 2}}}, {"prefill": {"replicas": 1}}, 1),
        ({"router": HTTP}, {}, 1),
        ({"router": HTTP | {"gateway": {"refs": [{"name": "g"}]}}}, {}, 0),
        ({"router": HTTP}, {"gateway": {"name": "edge", "namespace": "x"}}, 0),
        ({"router": {"route": "x"}, "scaling": None, "prefill": []}, {"prefill": {"replicas": 1}}, 0),
    ],
)
@pytest.mark.parametrize(
    ("how", "line"),
    [
        ({"config": "own"}, "config: own"),
        ({"topology": {"type": "workload-single-node", "config": "own"}}, "config: own"),
        ({"routing": "own"}, "routing: own"),
        ({"baseRefs": ["other", "own"]}, "- own"),
    ],
)
def test_configs_that_contradict_the_service(
    spec: dict[str, Any], settings: dict[str, Any], count: int, how: dict[str, Any], line: str
) -> None:
    document = llmd(llmd={**how, **settings})
    found = reported(config("own", **spec), config("other"), document, code="SW618")
    assert len(found) == count
    for diagnostic in found:
        assert diagnostic.span is not None
        assert line in yaml.safe_dump(document).split("\n")[diagnostic.span.line - 1]


def test_another_config_may_name_the_gateway() -> None:
    spec, routes = llmd(llmd={"routing": "own", "baseRefs": ["other"]}), config("own", router=HTTP)
    assert reported(routes, config("other"), spec, code="SW618")
    assert not reported(routes, config("other", router={"gateway": {"refs": [{"name": "g"}]}}), spec, code="SW618")
    assert not reported(routes, spec, code="SW618")  # nobody knows what `other` says
