"""Amounts of resources: each is judged by itself, so that one that is wrong hides no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness import Repo


def _codes(repo: Repo, **resources: dict[str, str]) -> list[str]:
    repo.deploy(hardware={"profile": "nvidia-gpu", "resources": resources})
    lines = (repo.root / "deployments/m.yaml").read_text(encoding="utf-8").splitlines()
    found = repo.run("validate").err.splitlines()
    codes = [line[6:11] for line in found if line.startswith("error[")]
    places = [int(line.split(":")[1]) for line in found if line.lstrip().startswith("--> deployments/m.yaml")]
    return [f"{code} {lines[place - 1].strip()}".replace('"', "") for code, place in zip(codes, places, strict=True)]


def test_an_amount_that_cannot_be_read_hides_none_that_is_out_of_range(repo: Repo) -> None:
    assert _codes(repo, requests={"nvidia.com/gpu": "1.5", "cpu": "200m"}, limits={"memory": "1000Gi"}) == [
        "SW307 nvidia.com/gpu: 1.5",
        "SW305 cpu: 200m",
        "SW305 memory: 1000Gi",
    ]


def test_nothing_more_is_said_of_a_resource_with_an_amount_that_cannot_be_read(repo: Repo) -> None:
    """Without its request, the profile's default would be compared with the limit."""
    assert _codes(repo, requests={"cpu": "many"}, limits={"cpu": "100m"}) == ["SW304 cpu: many"]


@pytest.mark.parametrize(
    ("hardware", "problem"),
    [
        pytest.param({"profile": "no-such"}, ["SW301"], id="no such profile"),
        pytest.param({"profile": "nvidia-gpu", "resources": {"requests": {"cpu": "99"}}}, ["SW305"], id="out of range"),
        pytest.param(None, ["SW102"], id="no hardware"),
    ],
)
def test_a_runtime_is_not_measured_by_hardware_that_is_not_known(repo: Repo, hardware: Any, problem: list[str]) -> None:
    """It would be said that the hardware has no accelerator."""
    repo.deploy(runtime="vllm-cuda-runtime-template", hardware=hardware)
    found = json.loads(repo.run("validate", "--format", "json").out)["diagnostics"]
    assert [item["code"] for item in found if item["code"] != "SW215"] == problem
