"""What no spec can lead to: the rows of docs/cluster-behaviour.md that say so, over every rendered example and golden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "cluster-behaviour.md"
SERVICE, LLM, RUNTIME = "InferenceService", "LLMInferenceService", "ServingRuntime"

Object = dict[str, Any]


class Never(NamedTuple):
    """Objects of ``kind`` are never as ``wrong`` says: what comes about then is known by ``ids``."""

    ids: str
    kind: str
    what: str
    wrong: Callable[[Object], object]


def at(path: str) -> Callable[[Object], object]:
    """What an object has at a dotted path; `*` stands for any step."""
    steps = path.split(".")

    def found(value: Any, rest: list[str]) -> bool:
        if not rest:
            return True
        if rest[0] == "*":
            inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            return any(found(item, rest[1:]) for item in inner)
        return isinstance(value, dict) and rest[0] in value and found(value[rest[0]], rest[1:])

    return lambda body: found(body, steps)


def key_anywhere(name: str) -> Callable[[Object], object]:
    def found(value: Any) -> bool:
        if isinstance(value, dict):
            return name in value or any(map(found, value.values()))
        return isinstance(value, list) and any(map(found, value))

    return lambda body: found(body["spec"])


def notes(body: Object) -> dict[str, str]:
    annotations: dict[str, str] = body["metadata"]["annotations"]
    return annotations


def predictor(body: Object) -> Object:
    part: Object = body["spec"]["predictor"]
    return part


def workloads(body: Object) -> Iterator[Object]:
    """Main, and prefill if there is one."""
    yield body["spec"]
    if "prefill" in body["spec"]:
        yield body["spec"]["prefill"]


def pods(body: Object) -> Iterator[Object]:
    return (workload[name] for workload in workloads(body) for name in ("template", "worker") if name in workload)


LEGACY = "sklearn tensorflow xgboost pytorch triton onnx huggingface pmml lightgbm paddle"
RECREATE = {"maxSurge": 0, "maxUnavailable": "100%"}

NEVER = [
    Never("P01 H05", SERVICE, "a predictor without `model`", lambda body: "model" not in predictor(body)),
    Never("P01 P20", SERVICE, "containers beside it", at("spec.predictor.containers")),
    Never("P20", SERVICE, "other components", lambda body: body["spec"].keys() != {"predictor"}),
    Never("P04", SERVICE, "older fields", lambda body: predictor(body).keys() & set(LEGACY.split())),
    Never("P02", SERVICE, "a name in `model`", at("spec.predictor.model.name")),
    Never(
        "P05 C06",
        SERVICE,
        "no place, or two",
        lambda body: len(predictor(body)["model"].keys() & {"storageUri", "storage"}) != 1,
    ),
    Never("P07", SERVICE, "several URIs", key_anywhere("storageUris")),
    Never("P09", SERVICE, "a logger", at("spec.predictor.logger")),
    Never(
        "P15 P18 M08",
        SERVICE,
        "another mode than Standard",
        lambda body: notes(body)["serving.kserve.io/deploymentMode"] != "Standard",
    ),
    Never(
        "P16",
        SERVICE,
        "a strategy that is more than its type",
        lambda body: (
            predictor(body)["deploymentStrategy"].keys() != {"type"}
            or predictor(body)["deploymentStrategy"]["type"] not in ("RollingUpdate", "Recreate")
        ),
    ),
    Never("P19", SERVICE, "a confidential model", key_anywhere("confidential")),
    Never("P19", LLM, "a confidential model", key_anywhere("confidential")),
    Never("R05 R06 R07", SERVICE, "no runtime", lambda body: not predictor(body)["model"].get("runtime")),
    Never(
        "R08 M01 M02 M03 M04 M05 M06 M07 M08 S07", SERVICE, "workers", key_anywhere("workerSpec")
    ),
    Never("M02 M03 M04 M05", RUNTIME, "workers", at("spec.workerSpec")),
    Never(
        "S01 S06",
        SERVICE,
        "replicas that are not one number from 1",
        lambda body: not predictor(body)["minReplicas"] == predictor(body)["maxReplicas"] >= 1,
    ),
    Never(
        "S02 S08 S10",
        SERVICE,
        "an autoscaler",
        lambda body: notes(body)["serving.kserve.io/autoscalerClass"] != "none",
    ),
    *(
        Never("S03 S04 S05", SERVICE, f"`{field}`", key_anywhere(field))
        for field in ("scaleMetric", "scaleTarget", "scaleMetricType", "autoScaling")
    ),
    Never("S09 M06", SERVICE, "canaries", at("spec.canary")),
    Never("L05 L20 S10", LLM, "scaling", lambda body: any("scaling" in workload for workload in workloads(body))),
    Never("L06 L07", LLM, "a route of its own", lambda body: body["spec"]["router"]["route"] != {}),
    Never("L06 L07", LLM, "an ingress", at("spec.router.ingress")),
    Never(
        "L06",
        LLM,
        "several gateways",
        lambda body: len(body["spec"]["router"]["gateway"].get("refs", ())) > 1,
    ),
    Never("L08", LLM, "a scheduler of its own", lambda body: body["spec"]["router"].get("scheduler", {}) != {}),
    Never("L09", LLM, "LoRA adapters", at("spec.model.lora")),
    Never(
        "L12",
        LLM,
        "another rollout than all at once",
        lambda body: any(workload.get("rolloutStrategy", RECREATE) != RECREATE for workload in workloads(body)),
    ),
    Never("L13", LLM, "an offloaded cache", key_anywhere("kvCacheOffloading")),
    Never("L14", LLM, "resource claims", lambda body: any("exp-dra" in key for key in notes(body))),
    Never("L14", LLM, "resource claims", key_anywhere("resourceClaims")),
    Never("L16", LLM, "a pod without `main`", lambda body: any(pod["containers"][0]["name"] != "main" for pod in pods(body))),
    Never(
        "L17",
        LLM,
        "workers or prefill that lack what the profile gives",
        lambda body: any(
            pod.get(field) != body["spec"]["template"].get(field)
            for pod in pods(body)
            for field in ("tolerations", "nodeSelector")
        )
        or any("resources" not in pod["containers"][0] for pod in pods(body)),
    ),
    Never("L21", LLM, "arguments or a command", lambda body: any(pod["containers"][0].keys() & {"args", "command"} for pod in pods(body))),
    *(
        Never(
            "H06",
            kind,
            "a profile without its namespace",
            lambda body: (
                "opendatahub.io/hardware-profile-name" in notes(body)
                and "opendatahub.io/hardware-profile-namespace" not in notes(body)
            ),
        )
        for kind in (SERVICE, LLM)
    ),
    Never(
        "C07",
        SERVICE,
        "two paths",
        lambda body: (
            notes(body).get("opendatahub.io/connection-path") != predictor(body)["model"].get("storage", {}).get("path")
        ),
    ),
]  # fmt: skip

# N05: kinds that are emitted; everything that is known of others cannot happen.
KINDS = {
    *(SERVICE, LLM, RUNTIME, "LLMInferenceServiceConfig", "MaaSModelRef"),
    *("ServiceAccount", "Secret", "ExternalSecret", "Role", "RoleBinding", "Kustomization"),
}


@cache
def rendered() -> tuple[tuple[str, Object], ...]:
    """Every object in a tree that the repository has: those of the examples and the goldens."""
    files = [*ROOT.glob("examples/rendered/**/*.yaml"), *ROOT.glob("tests/golden/*/expected/**/*.yaml")]
    return tuple(
        (path.relative_to(ROOT).as_posix(), body)
        for path in sorted(files)
        for body in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    )


@pytest.mark.parametrize("row", NEVER, ids=lambda row: f"{row.ids}: {row.kind} with {row.what}")
def test_nothing_rendered_is_so(row: Never) -> None:
    objects = [(path, body) for path, body in rendered() if body["kind"] == row.kind]
    assert len(objects) >= 5, "too few to say anything"
    assert [path for path, body in objects if row.wrong(body)] == []


def test_no_other_kind_is_rendered() -> None:
    assert {body["kind"] for _, body in rendered()} <= KINDS


def test_every_row_that_says_so_is_held_here() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    said = set(re.findall(r"^\| ([A-Z]\d\d) \|.*\| never emitted: [^|]+\|$", text, re.M))
    assert said == {"N05", *(name for row in NEVER for name in row.ids.split())}
