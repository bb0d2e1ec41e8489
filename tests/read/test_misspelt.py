"""A misspelt key is the place that is reported, wherever it is, with the word that was meant."""

from __future__ import annotations

import pytest

from harness import Repo, project


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("apiVersion:", "apiversion:", "SW023 deployments/m.yaml:1:1"),
        ("kind: ModelDeployment", "knd: ModelDeployment", "SW023 deployments/m.yaml:2:1"),
    ],
)
def test_what_a_document_is(repo: Repo, right: str, wrong: str, problem: str) -> None:
    repo.deploy()
    text = (repo.root / "deployments/m.yaml").read_text(encoding="utf-8")
    assert right in text
    repo.write("deployments/m.yaml", text.replace(right, wrong, 1))
    repo.expect(problem)
    assert f"did you mean `{right.split(':')[0]}`?" in repo.run("validate").err


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("ModelDeployement", "did you mean `ModelDeployment`?"),
        ("connection", "did you mean `Connection`?"),
        ("InferenceService", "write a ModelDeployment: it is rendered to such an object"),
        ("HardwareProfile", "move what describes the cluster to the catalog folder"),
    ],
)
def test_of_which_kind_a_document_is(repo: Repo, kind: str, hint: str) -> None:
    repo.deploy()
    text = (repo.root / "deployments/m.yaml").read_text(encoding="utf-8")
    repo.write("deployments/m.yaml", text.replace("kind: ModelDeployment", f"kind: {kind}", 1))
    repo.expect("SW023 deployments/m.yaml:2:7")
    assert f"help: {hint}\n" in repo.run("validate").err


def test_that_servewright_yaml_is_a_project(repo: Repo) -> None:
    repo.write("servewright.yaml", project().replace("kind: Project", "kinds: Project", 1))
    run = repo.run("validate")
    assert run.code == 2
    assert "--> servewright.yaml:2:1\n" in run.err
    assert "did you mean `kind`?" in run.err
    repo.write("servewright.yaml", project().replace("kind: Project", "kind: Projekt", 1))
    assert "--> servewright.yaml:2:7\n" in repo.run("validate").err


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("memry", "did you mean `memory`?"),
        ("CPU", "did you mean `cpu`?"),
        ("gpu", "like `nvidia.com/gpu`"),
        ("nvidia.com/gpu-", "like `nvidia.com/gpu`"),
    ],
)
@pytest.mark.parametrize("side", ["requests", "limits"])
def test_a_resource_that_containers_do_not_have(repo: Repo, side: str, name: str, hint: str) -> None:
    """The (LLM)InferenceService would be accepted, and its pods refused."""
    repo.deploy(hardware={"profile": "nvidia-gpu", "resources": {side: {name: "1"}}})
    text = (repo.root / "deployments/m.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    number, line = next((number, line) for number, line in enumerate(lines, 1) if name in line and "1" in line)
    column = len(line) - len(line.lstrip()) + 1
    repo.expect(f"SW104 deployments/m.yaml:{number}:{column}")
    assert hint in repo.run("validate").err


@pytest.mark.parametrize("name", ["ephemeral-storage", "hugepages-2Mi", "rdma/hca", "example.com/fpga.v2"])
def test_a_resource_that_containers_have(repo: Repo, name: str) -> None:
    amount = "1Gi" if "/" not in name else "1"
    repo.deploy(hardware={"profile": "nvidia-gpu", "resources": {"requests": {name: amount}}})
    repo.expect()


def test_a_topology_is_reported_once(repo: Repo) -> None:
    repo.deploy(runtime="llm-d", llmd={"topology": {"type": "single-node"}})
    lines = (repo.root / "deployments/m.yaml").read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if "single-node" in line)
    repo.expect(f"SW104 deployments/m.yaml:{number}:{lines[number - 1].index('single-node') + 1}")


@pytest.mark.parametrize("field", ["id", "versionId", "name"])
def test_what_becomes_a_label_is_said_to(repo: Repo, field: str) -> None:
    source = {"uri": {"url": "hf://acme/model"}}
    repo.deploy(model={"type": "generative", "source": source, "registeredModel": {field: "Granite 8B"}})
    assert "this becomes the value of a label, which may hold only letters" in repo.run("validate").err
