"""Gaps in service, what a rollout needs beside what runs, and what a model asks for afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from change.cases import RECREATES, RELEASES, ROLLS, Document, findings, in_file, predictive, said, slugs
from check.rules.cases import deployment, gpus, llmd

ARGS = {"args": ["--max-model-len=8192"]}
ENV = {"env": [{"name": "LOG_LEVEL", "value": "debug"}]}
DOWNTIME = "model-downtime"
# What a model of one GPU asks for, and one of llm-d.
ONE = "1 pod (2.1 cpu, 4.07Gi memory, 1 nvidia.com/gpu, `kube-rbac-proxy` included)"
TWO_OF_LLMD = "2 pods (2 cpu, 4Gi memory, 1 nvidia.com/gpu, llm-d's scheduler included)"
NODES = {"worker": True, "parallelism": {"data": 4, "dataLocal": 2}}


def several_nodes(**spec: Any) -> Document:
    """llm-d over two nodes with two GPUs each."""
    return llmd(hardware=gpus(2), llmd=NODES, **spec)


@pytest.mark.parametrize("release", RELEASES)
def test_recreate_has_a_gap_and_rolling_update_has_none(release: tuple[str, str]) -> None:
    recreate = deployment(strategy="Recreate", **ARGS)
    assert said(DOWNTIME, deployment(), recreate, release=release) == [
        "`granite` answers no requests while it restarts: all old pods stop before a new one starts"
    ]
    # The strategy of the head counts.
    rolling = deployment(strategy="RollingUpdate", **ARGS)
    assert said(DOWNTIME, deployment(strategy="Recreate"), rolling, release=release) == []


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("replicas", [1, 4])
def test_llm_d_has_a_gap_where_the_release_can_stop_all_pods(release: tuple[str, str], replicas: int) -> None:
    found = slugs(llmd(replicas=replicas), llmd(replicas=replicas, **ARGS), release=release)
    assert (DOWNTIME in found) == (release == RECREATES)
    assert ("rollout-accelerators" in found) == (release != RECREATES)


def test_a_single_replica_of_several_nodes_has_a_gap_anywhere() -> None:
    assert said(DOWNTIME, several_nodes(), several_nodes(**ARGS), release=ROLLS) == [
        "`granite` answers no requests while it restarts: its only replica, of 2 pods, is replaced, and none starts beside it"
    ]
    two = several_nodes(replicas=2), several_nodes(replicas=2, **ARGS)
    assert slugs(*two, release=ROLLS) == {"model-restarts"}
    assert said(DOWNTIME, *two, release=RECREATES) == [
        "`granite` answers no requests while it restarts: all old pods stop before a new one starts"
    ]


def test_workers_that_come_are_another_kind_of_workload() -> None:
    one_node = llmd(hardware=gpus(2), llmd={"parallelism": {"data": 2, "dataLocal": 2}})
    several = llmd(hardware=gpus(2), llmd={"worker": True, "parallelism": {"data": 2, "dataLocal": 2}})
    assert said(DOWNTIME, one_node, several) == [
        "`granite` answers no requests while it restarts: one node or several are two kinds of workload, and the old one is deleted"
    ]


@pytest.mark.parametrize(
    ("before", "after", "there"),
    [
        (deployment(), llmd(), f"{ONE} runs beside the 2 pods of the new LLMInferenceService"),
        (llmd(), deployment(), f"{TWO_OF_LLMD} run beside the 1 pod of the new InferenceService"),
    ],
)
def test_llm_d_instead_of_another_runtime_is_another_object(before: Document, after: Document, there: str) -> None:
    old, new = (
        ("InferenceService", "LLMInferenceService") if after == llmd() else ("LLMInferenceService", "InferenceService")
    )
    assert said(DOWNTIME, before, after) == [
        f"`granite` becomes another object: the {old} is deleted with its pods, and the {new} answers once its own have loaded the model"
    ]
    assert said("rollout-accelerators", before, after) == [f"until the {old} `granite` is deleted, {there}"]
    assert {"url-changes"} <= slugs(before, after)
    assert "model-restarts" not in slugs(before, after)


@pytest.mark.parametrize(
    ("replicas", "extra"),
    [
        (1, "1 pod (2.1 cpu, 4.07Gi memory, `kube-rbac-proxy` included) runs beside its 1 pod"),
        (4, "1 pod (2.1 cpu, 4.07Gi memory, `kube-rbac-proxy` included) runs beside its 4 pods"),
        (5, "2 pods (4.2 cpu, 8.13Gi memory, `kube-rbac-proxy` included) run beside its 5 pods"),
    ],
)
def test_a_rollout_needs_a_quarter_more_rounded_up(replicas: int, extra: str) -> None:
    before, after = predictive(replicas=replicas), predictive(replicas=replicas, **ENV)
    assert said("rollout-extra", before, after) == [f"while `fraud` restarts, {extra}"]
    assert "rollout-accelerators" not in slugs(before, after)
    assert slugs(before, predictive(replicas=replicas, strategy="Recreate", **ENV)) == {
        "model-restarts",
        DOWNTIME,
        "strategy-changes",
    }


def test_accelerators_are_a_warning_of_their_own() -> None:
    found = findings([deployment()], [deployment(**ARGS)])
    assert {(item.rule.slug, item.rule.severity) for item in found} == {
        ("model-restarts", "info"),
        ("rollout-accelerators", "warning"),
    }


def test_scaling_up_counts_the_new_replicas() -> None:
    after = deployment(replicas=8, **ARGS)
    assert said("rollout-accelerators", deployment(), after)[0].endswith(" run beside its 8 pods")
    assert said("demand-changes", deployment(), after) == [
        "`granite` asks for 8 pods instead of 1, 16.8 cpu instead of 2.1, 32.5Gi memory instead of 4.07Gi, 8 nvidia.com/gpu instead of 1 (`kube-rbac-proxy` included)"
    ]


def test_demand_names_what_differs() -> None:
    assert said("demand-changes", deployment(hardware=gpus(1)), deployment(hardware=gpus(2))) == [
        "`granite` asks for 2 nvidia.com/gpu instead of 1"
    ]
    assert said("demand-changes", deployment(), predictive("granite")) == [
        "`granite` asks for 0 nvidia.com/gpu instead of 1"
    ]
    assert said("demand-changes", deployment(), deployment(**ARGS)) == []


def test_what_comes_asks_and_what_goes_frees() -> None:
    other = predictive()
    assert said("demand-changes", [other], [other, deployment()]) == [f"`granite` is new and asks for {ONE}"]
    assert said("demand-changes", [other, deployment()], [other]) == [
        f"`granite` asks for nothing any more: {ONE} is free"
    ]
    assert said("demand-changes", deployment(stopped=True), deployment()) == []  # told with the start
    assert slugs([other], [other, deployment()]) == {"demand-changes", "deployment-added"}
    assert slugs([other], [other, deployment(stopped=True)]) == {"deployment-added"}


@pytest.mark.parametrize(("kind", "amount"), [(deployment, ONE), (llmd, TWO_OF_LLMD)])
def test_stopping_and_starting_are_no_restarts(kind: Any, amount: str) -> None:
    running, stopped = kind(), kind(stopped=True, **ARGS)
    assert slugs(running, stopped) == {"model-stops", "demand-changes"}
    assert slugs(stopped, running) == {"model-starts"}
    assert said("model-starts", stopped, running) == [f"`granite` starts, with {amount}"]


def test_stopping_says_where_nothing_answers() -> None:
    assert said("model-stops", llmd(), llmd(stopped=True)) == [
        "`granite` stops: its pods are deleted, and nothing answers at `/demo/granite` of the platform's gateway until it is started"
    ]


def test_a_renamed_model_runs_beside_the_old_one() -> None:
    before, after = in_file(deployment("granite"), "g"), in_file(deployment("granite-2"), "g")
    assert said("rollout-accelerators", before, after) == [
        f"until the InferenceService `granite` is deleted, {ONE} runs beside the 1 pod of the new InferenceService"
    ]
    assert "demand-changes" not in slugs(before, after)
    stopped = in_file(deployment("granite", stopped=True), "g")
    assert "rollout-accelerators" not in slugs(stopped, after)


def test_a_stopped_model_that_is_renamed_runs_beside_nothing() -> None:
    before, after = in_file(deployment("granite", stopped=True), "g"), in_file(deployment("granite-2"), "g")
    assert "deployment-renamed" in slugs(before, after)
    assert not {"rollout-accelerators", "rollout-extra"} & slugs(before, after)


def test_only_pods_that_are_replaced_one_by_one_are_told_so() -> None:
    recreate = deployment(strategy="Recreate")
    assert said("model-restarts", recreate, deployment(strategy="Recreate", **ARGS)) == [
        "`granite` restarts, all pods at once: `spec.predictor.model.args` changes"
    ]
    (message,) = said("model-restarts", deployment(), deployment(**ARGS))
    assert message.startswith("`granite` restarts, pod after pod: ")
