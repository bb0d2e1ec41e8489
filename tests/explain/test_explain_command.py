"""The commands ``explain`` and ``catalog list``: what they find, what they print where, and how they exit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from explain.fleet import FLEET, model
from explain.test_calling import GENERATIVE, PREDICTIVE
from harness import Repo, Run, servewright

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def fleet(tmp_path: Path) -> Repo:
    return Repo(tmp_path, FLEET)


def document(run: Run) -> Any:
    assert run.code == 0, run.err
    return json.loads(run.out)


def test_a_deployment_is_found_by_name_alone_from_any_folder(fleet: Repo) -> None:
    run = servewright("explain", "iris", cwd=fleet.root / "deployments" / "chat")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("tabular/iris: Iris\n")
    assert fleet.run("explain", "tabular/iris").out == run.out


def test_a_name_in_two_namespaces_needs_the_namespace(fleet: Repo) -> None:
    fleet.write("deployments/other.yaml", model("iris", PREDICTIVE, "web"))
    run = fleet.run("explain", "iris")
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        "error: there are deployments `iris` in 2 namespaces\n  = help: write `tabular/iris` or `web/iris`\n"
    )
    assert fleet.run("explain", "web/iris").out.startswith("web/iris: iris\n")


@pytest.mark.parametrize(
    ("name", "help_text"),
    [
        ("irys", "did you mean `iris`?"),
        ("web/iris", "did you mean `tabular/iris`?"),
        ("runtime-ambigous", "did you mean the code `runtime-ambiguous`?"),
        ("SW999", "every finding shows its own, like `SW204`"),
        ("zzz", "the deployments are `chat/granite-31-8b`, "),
    ],
)
def test_an_unknown_name_is_a_usage_error_with_a_suggestion(fleet: Repo, name: str, help_text: str) -> None:
    run = fleet.run("explain", name)
    assert (run.code, run.out) == (2, "")
    assert help_text in run.err


def test_a_deployment_with_errors_shows_them_instead(fleet: Repo) -> None:
    fleet.write("deployments/broken.yaml", model("broken", PREDICTIVE.replace("default-profile", "default-profil")))
    fleet.write("deployments/other.yaml", model("other", PREDICTIVE.replace("sklearn", "sklern")))
    run = fleet.run("explain", "broken")
    assert (run.code, run.out) == (1, "")
    assert "error[SW301]" in run.err and "did you mean `default-profile`?" in run.err
    assert "other.yaml" not in run.err
    report = json.loads(fleet.run("explain", "broken", "--format", "json").out)
    assert [item["code"] for item in report["diagnostics"]] == ["SW301"]


def test_other_deployments_errors_do_not_matter(fleet: Repo) -> None:
    fleet.write("deployments/other.yaml", model("other", PREDICTIVE.replace("sklearn", "sklern")))
    run = fleet.run("explain", "iris")
    assert (run.code, run.err) == (0, "")


def test_a_deployment_that_only_clashes_with_another_is_explained_and_fails(fleet: Repo) -> None:
    one = GENERATIVE + "  runtime: {template: vllm-cuda-runtime-template, name: shared}\n"
    other = PREDICTIVE + "  runtime: {template: mlserver-runtime-template, name: shared}\n"
    fleet.write("deployments/one.yaml", model("one", one))
    fleet.write("deployments/two.yaml", model("two", other))
    run = fleet.run("explain", "two")
    assert run.code == 1
    assert run.out.startswith("lab/two") and "error[SW211]" in run.err


def test_warnings_are_part_of_the_answer_and_not_said_twice(fleet: Repo) -> None:
    fleet.write("deployments/open.yaml", model("open", PREDICTIVE + "  expose: {route: true}\n"))
    run = fleet.run("explain", "open")
    assert (run.code, run.err) == (0, "")
    assert "Warnings\n  - exposed without authentication" in run.out


def test_what_else_is_wrong_with_it_goes_to_stderr(fleet: Repo) -> None:
    fleet.write("deployments/m.yaml", model("m", PREDICTIVE + "  displayName: M\n").replace("name: m, ", ""))
    run = fleet.run("explain", "m")
    assert (run.code, "SW110" in run.err, "SW110" in run.out) == (0, True, False)


def test_a_broken_project_or_none_is_a_usage_error(fleet: Repo, tmp_path: Path) -> None:
    fleet.write("servewright.yaml", "kind: Project\n")
    for command in (("explain", "iris"), ("catalog", "list")):
        run = fleet.run(*command)
        assert (run.code, run.out) == (2, "")
        assert "error[" in run.err
    (tmp_path / "servewright.yaml").unlink()
    assert fleet.run("explain", "iris").code == 2


def test_fields_are_answered_in_order_and_all_or_none(fleet: Repo) -> None:
    run = fleet.run("explain", "iris", "spec.predictor.minReplicas", "ServingRuntime:metadata.name")
    assert (run.code, run.err) == (0, "")
    assert [line for line in run.out.splitlines() if not line.startswith(" ") and line] == [
        "InferenceService tabular/iris",
        "ServingRuntime tabular/iris",
    ]
    refused = fleet.run("explain", "iris", "spec.predictor.minReplicas", "spec.nothing")
    assert (refused.code, refused.out) == (2, "")
    assert "no field `spec.nothing`" in refused.err


@pytest.mark.parametrize("code", ["SW204", "sw204", "runtime-ambiguous", "Runtime-Ambiguous"])
def test_a_code_shows_its_page_inside_and_outside_of_a_repository(
    fleet: Repo, tmp_path_factory: Any, code: str
) -> None:
    inside = fleet.run("explain", code)
    outside = servewright("explain", code, cwd=tmp_path_factory.mktemp("empty"))
    assert (inside.code, inside.err) == (0, "")
    assert inside == outside
    assert inside.out.startswith("SW204 runtime-ambiguous: ")


def test_a_deployment_called_like_a_slug_is_a_deployment(fleet: Repo) -> None:
    fleet.write("deployments/m.yaml", model("wrong-type", PREDICTIVE))
    assert fleet.run("explain", "wrong-type").out.startswith("lab/wrong-type")
    assert fleet.run("explain", "SW103").out.startswith("SW103 wrong-type")


def test_the_json_of_a_deployment_is_a_contract(fleet: Repo) -> None:
    answer = document(fleet.run("explain", "granite-31-8b", "--format", "json"))
    assert list(answer) == [
        "version",
        "name",
        "namespace",
        "kind",
        "release",
        "stopped",
        "file",
        "decisions",
        "objects",
        "call",
        "monitoring",
        "metrics",
        "warnings",
        "quotas",
    ]
    assert answer["quotas"] == [
        {
            "quota": "gpus",
            "name": "requests.nvidia.com/gpu",
            "allowed": "16",
            "this": "2",
            "together": "12",
            "left": "4",
        }
    ]
    assert (answer["version"], answer["name"], answer["namespace"]) == (1, "granite-31-8b", "chat")
    decisions = answer["decisions"]
    assert list(decisions) == ["name", "hardware", "runtime", "source", "strategy", "access"]
    assert decisions["hardware"]["resources"][0] == {
        "name": "cpu",
        "request": "8",
        "requestFrom": "the default of `nvidia-a100`",
        "limit": "8",
        "limitFrom": "the request",
    }
    runtime = decisions["runtime"]
    assert (runtime["template"], runtime["scope"], runtime["automatic"]) == (
        "vllm-cuda-runtime-template",
        "global",
        True,
    )
    assert [item["template"] for item in runtime["candidates"] if item["fits"]] == ["vllm-cuda-runtime-template"]
    assert all(item["reason"] for item in runtime["candidates"]) and len(runtime["candidates"]) == 12
    assert decisions["strategy"]["peak"] == {
        "pods": 2,
        "requests": {"cpu": "16", "memory": "128Gi", "nvidia.com/gpu": "2"},
    }
    assert answer["objects"][-2] == {
        "kind": "InferenceService",
        "apiVersion": "serving.kserve.io/v1beta1",
        "name": "granite-31-8b",
        "file": "rendered/chat/deployments/granite-31-8b.yaml",
    }
    assert list(answer["call"]) == [
        "reach",
        "authentication",
        "apis",
        "model",
        "tokens",
        "setup",
        "instead",
        "requests",
        "notes",
    ]
    assert [list(item) for item in answer["metrics"]] == [["type", "title", "query"]] * 5


def test_the_files_that_are_named_are_those_that_are_written(fleet: Repo) -> None:
    fleet.render()
    for name in ("granite-31-8b", "sample-isvc-using-oci", "segmentation"):
        for item in document(fleet.run("explain", name, "--format", "json"))["objects"]:
            text = (fleet.root / item["file"]).read_text(encoding="utf-8")
            assert f"kind: {item['kind']}\n" in text and f"name: {item['name']}\n" in text


def test_the_json_of_fields_and_codes(fleet: Repo) -> None:
    answer = document(fleet.run("explain", "granite-31-8b", "spec.predictor.minReplicas", "--format", "json"))
    assert answer == {
        "version": 1,
        "namespace": "chat",
        "name": "granite-31-8b",
        "fields": [
            {
                "object": "InferenceService/chat/granite-31-8b",
                "path": "spec.predictor.minReplicas",
                "value": 2,
                "origins": [
                    {
                        "path": "spec.predictor.minReplicas",
                        "kind": "spec",
                        "why": "`spec.replicas` of the spec",
                        "field": "spec.replicas",
                        "written": {"file": "deployments/chat/granite.yaml", "line": 12, "column": 13},
                        "defined": None,
                        "default": None,
                    }
                ],
            }
        ],
    }
    page = document(fleet.run("explain", "SW204", "--format", "json"))
    assert (page["code"], page["slug"], page["severity"], page["fixed"]) == (
        "SW204",
        "runtime-ambiguous",
        "error",
        True,
    )


def test_the_catalog_is_listed_as_text_and_as_json(fleet: Repo) -> None:
    run = fleet.run("catalog", "list")
    assert (run.code, run.err) == (0, "")
    assert "default-profile: Default" in run.out
    answer = document(fleet.run("catalog", "list", "--namespace", "chat", "--format", "json"))
    assert list(answer) == [
        "version",
        "release",
        "applicationsNamespace",
        "namespace",
        "defaultStrategy",
        "llmd",
        "profiles",
        "templates",
        "connections",
        "llmConfigs",
        "runtimes",
        "formats",
        "unusable",
    ]
    assert [item["name"] for item in answer["connections"]] == ["llm-s3", "quay-models", "registry-pull"]


def test_a_catalog_document_with_an_error_does_not_go_unnoticed(fleet: Repo) -> None:
    fleet.write("catalog/broken.yaml", "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: quota}\n")
    run = fleet.run("catalog", "list")
    assert (run.code, "error[SW026]" in run.err) == (1, True)
    assert "default-profile" in run.out


def test_every_deployment_of_the_example_repository_can_be_explained() -> None:
    names = sorted((REPOSITORY / "examples" / "rendered").glob("*/deployments/*.yaml"))
    names = [path for path in names if path.name != "kustomization.yaml"]
    assert names
    for path in names:
        run = servewright("-C", "examples", "explain", f"{path.parts[-3]}/{path.stem}", cwd=REPOSITORY)
        assert run.code == 0, run.err
        for section in ("Hardware of each pod", "Runtime", "Strategy", "Access", "Objects", "How to call it"):
            assert f"\n{section}\n" in run.out
    assert servewright("-C", "examples", "catalog", "list", cwd=REPOSITORY).code == 0
