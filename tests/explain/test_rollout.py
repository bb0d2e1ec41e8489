"""What a change costs: pods and requests in steady state, while it rolls out, and as recommended."""

from __future__ import annotations

import pytest

from explain.fleet import FLEET, compiled
from explain.test_calling import GENERATIVE, LLMD, PREDICTIVE, explained
from servewright.explain.explanation import explain
from servewright.explain.rollout import Strategy, sum_of

ODH_36 = {
    "servewright.yaml": FLEET["servewright.yaml"]
    .partition("  gitops:")[0]
    .replace("openshift-ai", "open-data-hub")
    .replace('"3.4"', '"3.6"')
    + "  applicationsNamespace: redhat-ods-applications\n"
}


def strategy(spec: str, files: dict[str, str] | None = None) -> Strategy:
    return explained(spec, files).decisions.strategy


@pytest.mark.parametrize(("replicas", "peak"), [(1, 2), (4, 5), (5, 7), (8, 10), (99, 124)])
def test_a_rolling_update_adds_a_quarter_of_the_pods_rounded_up(replicas: int, peak: int) -> None:
    found = strategy(PREDICTIVE + f"  replicas: {replicas}\n  strategy: RollingUpdate\n")
    assert (found.steady.pods, found.peak.pods) == (replicas, peak)
    assert found.recommended is not None and found.recommended.pods == 2 * replicas
    assert not found.interrupts


def test_recreate_adds_nothing_and_interrupts() -> None:
    found = strategy(GENERATIVE + "  replicas: 3\n  strategy: Recreate\n")
    assert (found.peak, found.recommended, found.interrupts) == (found.steady, None, True)
    assert found.steady.requests == {"cpu": "24", "memory": "192Gi", "nvidia.com/gpu": "3"}


def test_llm_d_rolls_where_the_release_has_no_setting_for_it() -> None:
    found = strategy(LLMD + "  replicas: 2\n  auth: {tokens: [t]}\n")
    assert (found.type, found.steady.pods, found.peak.pods, found.interrupts) == ("Recreate", 2, 3, False)


def test_llm_d_recreates_where_the_release_can() -> None:
    found = strategy(LLMD + "  replicas: 2\n  auth: {tokens: [t]}\n", ODH_36)
    assert (found.steady.pods, found.peak.pods, found.interrupts) == (2, 2, True)


def test_prefill_and_decode_are_added_up() -> None:
    found = explain(("chat", "llama-70b"), compiled()).decisions.strategy
    assert [(item.name, item.replicas, item.extra) for item in found.workloads] == [("decode", 1, 1), ("prefill", 2, 1)]
    assert found.steady.requests == {"cpu": "24", "memory": "768Gi", "nvidia.com/gpu": "8"}
    assert found.peak.requests == {"cpu": "40", "memory": "1280Gi", "nvidia.com/gpu": "14"}


def test_a_multi_node_replica_is_several_pods_and_has_no_surge() -> None:
    spec = LLMD + "  llmd: {worker: true, parallelism: {data: 16, dataLocal: 4}}\n  auth: {tokens: [t]}\n"
    found = strategy(spec)
    assert (found.steady.pods, found.peak.pods, found.interrupts) == (4, 4, True)


@pytest.mark.parametrize(
    ("amounts", "total"),
    [
        ([("500m", 3)], "1500m"),
        ([("500m", 2), ("2", 1)], "3"),
        ([("64Gi", 2), ("256Gi", 1)], "384Gi"),
        ([("512Mi", 2)], "1Gi"),
        ([("1G", 1), ("1Gi", 1)], "2073741824"),
        ([("0", 3), ("4Gi", 1)], "4Gi"),
        ([("2k", 5)], "10k"),
    ],
)
def test_sums_are_canonical_quantities(amounts: list[tuple[str, int]], total: str) -> None:
    assert sum_of(amounts) == total
