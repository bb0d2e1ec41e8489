"""What a change asks for, counted as the capacity plan and the rules about quotas count it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from change.cases import RECREATES, ROLLS, Document, files, predictive, said
from change.comparison import consequences
from check.rules.cases import config, deployment, gpus, llmd, named, template
from harness import servewright
from servewright.explain.readable_amounts import readable

ARGS = {"args": ["--max-model-len=8192"]}
SIDECAR = {"name": "logs", "image": "quay.io/acme/logs:1", "resources": {"requests": {"cpu": "50m", "memory": "16Mi"}}}
AMOUNT = re.compile(r"(\S+) (cpu|memory|ephemeral-storage|nvidia\.com/gpu)")


def runtime(*beside: Document, **container: Any) -> Document:
    """The Template `own` with more than the model's container."""
    found = template(container)
    found["objects"][0]["spec"]["containers"] += beside
    return found


CASES: dict[str, tuple[list[Document], Document]] = {
    "proxy": ([], deployment(replicas=5)),
    "image": ([], deployment(model={"type": "generative", "source": {"oci": {"image": "oci://quay.io/acme/m:1"}}})),
    "runtime": (
        [runtime(SIDECAR, resources={"requests": {"ephemeral-storage": "1Gi"}})],
        deployment(runtime="own", replicas=2),
    ),
    "prefill": ([], llmd(replicas=3, hardware=gpus(1), llmd={"prefill": {"replicas": 2}})),
    "nodes": ([], llmd(hardware=gpus(2), llmd={"worker": True, "parallelism": {"data": 4, "dataLocal": 2}})),
    "limits": (
        [named("LimitRange", "r", spec={"limits": [{"type": "Container", "defaultRequest": {"ephemeral-storage": "2Gi"}}]})],
        deployment(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("release", [ROLLS, RECREATES])
@pytest.mark.parametrize("case", CASES)
def test_a_change_is_counted_as_the_plan_counts(case: str, release: tuple[str, str], tmp_path: Path) -> None:
    catalog, model = CASES[case]
    for path, text in files(*catalog, model, release=release).items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    plan = json.loads(servewright("plan", "--format", "json", cwd=tmp_path).out)
    (planned,) = plan["namespaces"][0]["deployments"]
    shares = {item["resource"].removeprefix("requests."): item for item in planned["resources"]}

    other = predictive()
    (comes,) = said("demand-changes", [*catalog, other], [*catalog, other, model], release=release)
    assert counted(comes) == {name: readable(item["running"]) for name, item in shares.items()}

    changed = {**model, "spec": {**model["spec"], **ARGS}}
    rolling = said("rollout-accelerators", [*catalog, model], [*catalog, changed], release=release)
    extra = {name: readable(item["extra"]) for name, item in shares.items() if item["extra"] != "0"}
    if case != "prefill":  # where not all pods restart
        assert [counted(text) for text in rolling] == ([extra] if extra else [])


def counted(message: str) -> dict[str, str]:
    """The first number of pods in a message, and what they ask for."""
    pods = re.search(r"(\d+) pods? \(", message)
    assert pods is not None, message
    return {"pods": pods[1], **{name: amount.lstrip("(") for amount, name in AMOUNT.findall(message)}}


def test_what_is_beside_the_model_is_named() -> None:
    own = runtime(SIDECAR)
    image = {"type": "generative", "source": {"oci": {"image": "oci://quay.io/acme/m:1"}}}
    model = deployment(runtime="own", model=image)
    (message,) = said("demand-changes", [own, predictive()], [own, predictive(), model])
    assert message.endswith("1 nvidia.com/gpu, `logs`, `kube-rbac-proxy` and `modelcar` included)")
    (message,) = said("demand-changes", [template({}), model], [own, model])
    assert message == (
        "`granite` asks for 2.16 cpu instead of 2.11, 4.1Gi memory instead of 4.08Gi "
        "(`logs`, `kube-rbac-proxy` and `modelcar` included)"
    )


def test_what_is_known_of_the_scheduler_in_one_release_alone_is_no_change() -> None:
    """Of llm-d's scheduler, the amounts are known in some releases."""
    before, after = files(llmd(), release=("open-data-hub", "3.5")), files(llmd(), release=RECREATES)
    assert not [found for _, found in consequences(before, after) if found.rule.slug == "demand-changes"]


def test_what_a_config_leaves_open_is_counted_as_far_as_it_is_known() -> None:
    base = [config("own")]
    model = llmd(llmd={"baseRefs": ["own"]})
    assert said("demand-changes", [*base, predictive()], [*base, predictive(), model]) == [
        "`granite` is new and asks for 2 pods (2 cpu, 4Gi memory, 1 nvidia.com/gpu, llm-d's scheduler included)"
    ]
