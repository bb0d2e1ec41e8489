"""The capacity plan: what is needed with and without quotas, what does not fit, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import Repo, Run, document, project

PVC = {"pvc": {"claim": "models", "path": "m"}}
OPENVINO = {"type": "predictive", "format": {"name": "openvino_ir", "version": "opset13"}, "source": PVC}
GPU = {"requests": {"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}
SMALL = {"requests": {"cpu": "1", "memory": "1Gi"}}


class Fleet(Repo):
    """A repository whose deployments have no other errors."""

    def serve(self, name: str, *, namespace: str = "demo", **spec: Any) -> None:
        plain = {"model": OPENVINO, "hardware": {"resources": SMALL}, **spec}
        self.deploy(name=name, metadata={"namespace": namespace}, **plain)

    def quota(self, hard: dict[str, str], name: str = "q", namespace: str = "demo", **spec: Any) -> None:
        body = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"hard": hard, **spec},
        }
        self.write(f"catalog/{namespace}-{name}.yaml", yaml.safe_dump(body))

    def plan(self, *namespaces: str, code: int = 0) -> Any:
        run = self.run("plan", *namespaces, "--format", "json")
        assert run.code == code, run.err
        return json.loads(run.out)


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


def rows(plan: Any, namespace: str = "demo") -> dict[str, Any]:
    (found,) = (item for item in plan["namespaces"] if item["namespace"] == namespace)
    return {need["resource"]: need for need in found["resources"]}


def amounts(need: Any) -> tuple[str, str, str, str]:
    return need["steady"], need["peakOneAtATime"], need["peakAllAtOnce"], need["allStarted"]


def uses(plan: Any) -> list[Any]:
    return [use for item in plan["namespaces"] for need in item["resources"] for use in need["quotas"]]


def said(run: Run) -> set[str]:
    return {item["code"] for item in json.loads(run.out)["diagnostics"] if item["code"] in ("SW701", "SW702", "SW703")}


def test_needs_are_counted_without_any_quota(fleet: Fleet) -> None:
    # A pod has an authentication proxy of 100m and 64Mi. Five replicas roll with two more, one with one more.
    fleet.serve("five", replicas=5)
    fleet.serve("gpu", hardware={"resources": GPU})
    fleet.serve("fixed", strategy="Recreate")
    found = rows(fleet.plan())
    assert list(found) == ["pods", "requests.cpu", "requests.memory", "requests.nvidia.com/gpu"]
    assert amounts(found["pods"]) == ("7", "9", "10", "7")
    assert amounts(found["requests.cpu"]) == ("8700m", "10900m", "13", "8700m")
    assert amounts(found["requests.memory"]) == ("10688Mi", "14848Mi", "17024Mi", "10688Mi")
    assert amounts(found["requests.nvidia.com/gpu"]) == ("1", "2", "2", "1")
    assert all(need["quotas"] == [] for need in found.values())
    text = fleet.run("plan").out
    assert "demo: 3 deployments, no quota" in text


def test_a_stopped_model_needs_nothing_until_it_is_started(fleet: Fleet) -> None:
    fleet.serve("runs")
    fleet.serve("stopped", stopped=True, hardware={"resources": GPU})
    fleet.quota({"requests.nvidia.com/gpu": "0", "pods": "2"})
    plan = fleet.plan()
    found = rows(plan)
    assert amounts(found["pods"]) == ("1", "2", "2", "2")
    assert amounts(found["requests.nvidia.com/gpu"]) == ("0", "0", "0", "1")
    (use,) = found["requests.nvidia.com/gpu"]["quotas"]
    assert (use["allStartedFree"], use["codes"]) == ("-1", [])
    first, second = plan["namespaces"][0]["deployments"]
    assert (first["name"], first["stopped"], second["stopped"]) == ("stopped", True, False)
    assert {item["resource"]: item["running"] for item in first["resources"]}["requests.nvidia.com/gpu"] == "1"
    assert plan["summary"]["stopped"] == 1
    assert "fits; too small to start all" in fleet.run("plan").out


def test_what_several_namespaces_need_is_summed_up(fleet: Fleet) -> None:
    fleet.serve("a", replicas=4, hardware={"resources": GPU})
    fleet.serve("b", namespace="other", replicas=8, hardware={"resources": GPU})
    plan = fleet.plan()
    (gpus,) = (need for need in plan["fleet"] if need["resource"] == "requests.nvidia.com/gpu")
    assert amounts(gpus) == ("12", "14", "15", "12")
    assert [item["namespace"] for item in fleet.plan("other")["namespaces"]] == ["other"]
    assert "all 2 namespaces" in fleet.run("plan").out
    assert "all 1" not in fleet.run("plan", "other").out


def test_a_quota_is_shown_beside_what_it_limits(fleet: Fleet) -> None:
    fleet.serve("m", replicas=4)
    fleet.quota({"cpu": "6", "pods": "10", "count/inferenceservices.serving.kserve.io": "3"}, "team")
    fleet.quota({"requests.cpu": "7"}, "company")
    found = rows(fleet.plan())
    company, team = found["requests.cpu"]["quotas"]
    assert (company["quota"], company["name"], company["hard"]) == ("company", "requests.cpu", "7")
    assert (team["quota"], team["name"], team["hard"]) == ("team", "cpu", "6")
    assert (team["steadyFree"], team["peakOneAtATimeFree"], team["peakAllAtOnceFree"]) == ("1600m", "500m", "500m")
    (objects,) = found["count/inferenceservices.serving.kserve.io"]["quotas"]
    assert (objects["steady"], objects["steadyFree"]) == ("1", "2")


def test_a_quota_with_scopes_has_needs_of_its_own(fleet: Fleet) -> None:
    fleet.serve("high", pod={"priorityClassName": "high"})
    fleet.serve("plain", replicas=2)
    scope = {"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}
    fleet.quota({"pods": "1"}, scopeSelector={"matchExpressions": [scope]})
    found = rows(fleet.plan(code=1))["pods"]
    assert amounts(found) == ("3", "4", "5", "3")
    (use,) = found["quotas"]
    assert use["scopes"] == ["PriorityClass In (high)"]
    assert amounts(use) == ("1", "2", "2", "1")
    assert (use["codes"], use["short"]) == (["SW702"], ["high"])


@pytest.mark.parametrize(
    ("hard", "replicas", "codes", "code"),
    [
        ("4400m", 4, ["SW703"], 0),  # one of four may stop first: slower, but it goes on
        ("5500m", 4, [], 0),
        ("4399m", 4, ["SW701"], 1),
        ("1100m", 1, ["SW702"], 1),
    ],
)
def test_what_does_not_fit_has_the_code_that_validate_reports(
    fleet: Fleet, hard: str, replicas: int, codes: list[str], code: int
) -> None:
    fleet.serve("m", replicas=replicas)
    fleet.quota({"requests.cpu": hard})
    plan = fleet.plan(code=code)
    (use,) = uses(plan)
    assert use["codes"] == codes
    assert said(fleet.run("validate", "--format", "json")) == set(codes)
    run = fleet.run("plan")
    assert all(f"[{item}]" in run.err and item in run.out for item in codes)
    summary = plan["summary"]
    assert [name for name in ("exceeded", "stuck", "tight") if summary[name]] == [
        {"SW701": "exceeded", "SW702": "stuck", "SW703": "tight"}[item] for item in codes
    ]


def test_changes_that_fit_one_by_one_may_not_fit_together(fleet: Fleet) -> None:
    fleet.serve("a", hardware={"resources": GPU})
    fleet.serve("b", hardware={"resources": GPU})
    fleet.quota({"requests.nvidia.com/gpu": "3"})
    run = fleet.run("plan")
    assert (run.code, run.err) == (0, "")
    assert "fits; all at once would wait for each other" in run.out


def test_what_cannot_be_counted_is_said(fleet: Fleet) -> None:
    fleet.serve("existing", runtime={"existing": "unknown"})
    fleet.deploy(name="llm", runtime="llm-d", llmd={"baseRefs": ["extra"]})
    fleet.quota({"services": "5"})
    found = fleet.plan(code=1)["namespaces"][0]["uncounted"]  # a runtime that nobody knows is an error
    assert [(item["deployment"], item["reason"].split(",")[0]) for item in found] == [
        ("existing", "its runtime `unknown` is not in the catalog"),
        ("llm", "the LLMInferenceServiceConfigs that it names may add to what its pods ask for"),
        ("llm", "what llm-d's scheduler asks for in openshift-ai 3.4 is not known: it is counted as a pod"),
        (None, "the quota `q` limits `services`"),
    ]
    # Where the release has numbers for the scheduler, they count.
    fleet.write("servewright.yaml", project("open-data-hub 3.6"))
    plan = fleet.plan(code=1)
    assert "scheduler" not in json.dumps(plan["namespaces"][0]["uncounted"])


def test_a_broken_deployment_is_named_and_the_others_are_planned(fleet: Fleet) -> None:
    fleet.serve("good")
    fleet.serve("bad", hardware={"profile": "missing"})
    run = fleet.run("plan", "--format", "json")
    assert run.code == 1
    assert "[SW301]" in run.err
    assert "found 1 error in 2 deployments" in run.err
    (item,) = json.loads(run.out)["namespaces"]
    assert [each["name"] for each in item["deployments"]] == ["good"]
    assert item["uncounted"] == [{"deployment": "bad", "reason": "it has errors, and nothing of it is counted"}]


def test_a_plan_of_a_namespace_is_not_failed_by_another(fleet: Fleet) -> None:
    fleet.serve("good")
    fleet.serve("bad", namespace="other")
    fleet.quota({"pods": "0"}, namespace="other")
    assert fleet.run("plan").code == 1
    assert fleet.run("plan", "demo")[::2] == (0, "")


def test_without_a_project_or_a_deployment_there_is_no_plan(fleet: Fleet) -> None:
    assert fleet.run("plan", "demi").code == 2
    assert "did you mean `demo`?" in fleet.run("plan", "demi").err
    (fleet.root / "deployments" / "connections.yaml").unlink()
    assert fleet.run("plan").code == 3
    fleet.write("servewright.yaml", document("Project", {"name": "x"}, {"platform": {"name": "other"}}))
    assert fleet.run("plan").code == 2


def test_names_of_a_hostile_quota_do_not_act(fleet: Fleet) -> None:
    fleet.serve("m")
    fleet.quota({"services\x1b[31m\u202e": "1", "requests.x.y/z": "1"}, "q\n##[error]fake")
    run = fleet.run("plan")
    assert "\x1b" not in run.out and "\u202e" not in run.out
    assert not any(line.startswith("##[") for line in run.out.splitlines())
