"""HardwareProfiles whose scheduling is not what a cluster would hold."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from check.rules.cases import deployment, named, reported


def profile(**scheduling: Any) -> dict[str, Any]:
    counts = {"displayName": "x", "minCount": 1, "defaultCount": 1}
    identifiers = [
        {"identifier": name, "resourceType": kind, **counts}
        for name, kind in (("cpu", "CPU"), ("memory", "Memory"), ("nvidia.com/gpu", "Accelerator"))
    ]
    spec = {"identifiers": identifiers, "scheduling": scheduling}
    return named("HardwareProfile", "own", "infrastructure.opendatahub.io/v1", spec=spec)


def place(document: dict[str, Any], code: str, **spec: Any) -> list[str]:
    """The fields at which the code is reported, all of them in the catalog."""
    found = reported(document, deployment(hardware={"profile": "own"}, **spec), code=code)
    assert all(item.span is not None and item.span.file.startswith("catalog/") for item in found)
    return [str(item.field) for item in found]


@pytest.mark.parametrize(
    ("node", "field"),
    [
        ({"nodeSelector": {"nvidia.com/gpu.present": True}}, "nodeSelector['nvidia.com/gpu.present']"),
        ({"nodeSelector": {"pool": 7}}, "nodeSelector.pool"),
        ({"nodeSelector": "gpu"}, "nodeSelector"),
        ({"tolerations": {"key": "gpu"}}, "tolerations"),
        ({"tolerations": [{"key": "gpu", "operator": "Exists"}, "gpu"]}, "tolerations[1]"),
    ],
    ids=str,
)
def test_nothing_of_a_nodes_scheduling_is_left_out_in_silence(node: dict[str, Any], field: str) -> None:
    assert place(profile(type="Node", node=node), "SW302") == [f"spec.scheduling.node.{field}"]


@pytest.mark.parametrize("node", [{}, {"nodeSelector": None, "tolerations": None}, {"tolerations": []}], ids=str)
def test_a_node_without_wishes(node: dict[str, Any]) -> None:
    assert place(profile(type="Node", node=node), "SW302") == []


@pytest.mark.parametrize("runtime", ["vllm-cuda-runtime-template", "llm-d"])
def test_a_queue_that_no_label_can_name_is_reported_at_the_profile(runtime: str) -> None:
    document = profile(type="Queue", kueue={"localQueueName": "team queue"})
    found = reported(document, deployment(hardware={"profile": "own"}, runtime=runtime), code="SW503")
    (line,) = [item.span.line for item in found if item.span and item.span.file.startswith("catalog/")]
    assert "localQueueName: team queue" in yaml.safe_dump(document).split("\n")[line - 1]
