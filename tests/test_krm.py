"""The KRM function: what goes in, what comes out, and what kustomize makes of it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import go_yaml
from doc_examples import blocks, read
from go_tools import kustomize
from harness import BASE, Run, documents, model, project, rendered, servewright

ROOT = Path(__file__).parents[1]
PATH, INDEX = "internal.config.kubernetes.io/path", "internal.config.kubernetes.io/index"
LOCAL = "config.kubernetes.io/local-config"
PROJECT = project(output="out")


def krm(text: str | bytes, monkeypatch: pytest.MonkeyPatch) -> Run:
    data = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return servewright("krm")


def at(text: str, path: str, index: int = 0) -> Any:
    """A document as an orchestrator gives it."""
    body = yaml.safe_load(text)
    body["metadata"].setdefault("annotations", {}).update({PATH: path, INDEX: str(index)})
    return body


def package(**specs: str) -> list[Any]:
    """The Project, the catalog and connections of every test, and these specs, each in a file."""
    items = [at(PROJECT, "servewright.yaml")]
    for path in ("catalog/profiles.yaml", "deployments/connections.yaml"):
        items += [at(yaml.safe_dump(body), path, index) for index, body in enumerate(documents(BASE[path]))]
    return items + [at(text, f"deployments/{name}.yaml") for name, text in specs.items()]


def listed(items: list[Any], **more: Any) -> str:
    return yaml.safe_dump(
        {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": items, **more}, sort_keys=False
    )


def items_of(run: Run) -> list[Any]:
    (out,) = documents(run.out)
    return out["items"]  # type: ignore[no-any-return]


def results_of(run: Run, severity: str = "error") -> list[Any]:
    (out,) = documents(run.out)
    return [item for item in out.get("results", ()) if item["severity"] == severity]


def names(items: list[Any], kind: str) -> list[str]:
    return [item["metadata"]["name"] for item in items if item["kind"] == kind]


def shown(word: str) -> Any:
    """The example of docs/krm.md with this word in it."""
    (found,) = (block.text for block in blocks(read("docs/krm.md")) if block.info == "yaml" and word in block.text)
    return yaml.safe_load(found)


# In and out


def test_rendered_objects_come_with_the_files_that_render_would_write(monkeypatch: pytest.MonkeyPatch) -> None:
    items = package(m=model(runtime="vllm-cuda-runtime-template"))
    run = krm(listed(items), monkeypatch)
    assert run.code == 0, run.err
    new = items_of(run)[len(items) :]
    files = [(item["metadata"]["annotations"][PATH], item["metadata"]["annotations"][INDEX]) for item in new]
    assert [item["kind"] for item in new][-2:] == ["ServingRuntime", "InferenceService"]
    assert files[-2:] == [("out/demo/deployments/m.yaml", "0"), ("out/demo/deployments/m.yaml", "1")]


def test_a_project_in_a_package_below_renders_beside_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    items = package(m=model(runtime="vllm-cuda-runtime-template"))
    for item in items:
        item["metadata"]["annotations"][PATH] = f"models/{item['metadata']['annotations'][PATH]}"
    once = items_of(krm(listed(items), monkeypatch))
    (path,) = {
        item["metadata"]["annotations"][PATH] for item in once if item["kind"] in ("ServingRuntime", "InferenceService")
    }
    assert path == "models/out/demo/deployments/m.yaml"
    assert items_of(krm(listed(once), monkeypatch)) == once


def test_documents_of_ours_stay_but_are_none_of_the_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    items = package(m=model())
    out = items_of(krm(listed(items), monkeypatch))[: len(items)]
    for before, after in zip(items, out, strict=True):
        ours = before["apiVersion"].startswith("servewright.dev/")
        assert (after["metadata"]["annotations"].pop(LOCAL, None) == "true") == ours
        assert after == before


def test_what_orchestrators_write_into_annotations_does_not_reach_pods(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = at(model(), "deployments/m.yaml")
    spec["metadata"]["annotations"].update(
        {
            "kustomize.config.k8s.io/id": "kind: ModelDeployment\nname: m\n",
            "internal.kpt.dev/upstream-identifier": "x|y|z",
            "config.k8s.io/id": "1",
            LOCAL: "true",
            "team": "nlp",
        }
    )
    out = items_of(krm(listed([*package(), spec]), monkeypatch))
    (service,) = (item for item in out if item["kind"] == "InferenceService")
    annotations = service["metadata"]["annotations"]
    assert annotations["team"] == "nlp"
    assert [key for key in annotations if "config" in key or "kpt" in key] == [INDEX, PATH]


def test_a_second_run_replaces_what_the_first_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    first = krm(listed(package(a=model("a"), b=model("b"))), monkeypatch)
    again = krm(listed(items_of(first)), monkeypatch)
    assert items_of(again) == items_of(first)
    fewer = [item for item in items_of(first) if item["metadata"]["annotations"].get(PATH) != "deployments/b.yaml"]
    out = items_of(krm(listed(fewer), monkeypatch))
    assert names(out, "InferenceService") == ["a"]
    assert names(out, "ModelDeployment") == ["a"]


FOREIGN = """\
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap # a comment
  metadata:
    name: odd   # and another
  data:
    script: |
      #!/bin/sh
        indented

      end
    folded: >-
      one
      two

    kept: |+
      text


- {apiVersion: v1, kind: ConfigMap, metadata: {name: "flow"}, data: {a: "b",
    c: "d"}}
- apiVersion: example.com/v1
  kind: Odd
  metadata: {name: odd, annotations: {config.kubernetes.io/path: "x.yaml"}}
  spec:
    mode: 0644
    date: 2024-01-01
    truth: on
    number: 1.50
    large: 12345678901234567890
    nothing:
    "quoted": 'it''s'
    long: "first
      second"
"""


def test_what_is_not_ours_goes_out_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (
        FOREIGN,
        FOREIGN.replace("\n  ", "\n    ").replace("\n- ", "\n-   "),
        FOREIGN.replace("\n", "\r\n"),
        "items:" + FOREIGN.partition("items:")[2] + "kind: ResourceList\napiVersion: config.kubernetes.io/v1\n",
    ):
        run = krm(text, monkeypatch)
        before, after = go_yaml.go_read([text, run.out])
        assert isinstance(before, dict) and isinstance(after, dict)
        assert after["items"] == before["items"]
    out = krm(FOREIGN, monkeypatch).out
    assert out.startswith(FOREIGN.rstrip()), "comments, styles and numbers as they are written"


def test_json_and_aliases_are_yaml_too(monkeypatch: pytest.MonkeyPatch) -> None:
    items = package(m=model())
    plain = krm(listed(items), monkeypatch)
    text = json.dumps(yaml.safe_load(listed(items)), indent=3)
    assert items_of(krm(text, monkeypatch)) == items_of(plain)
    aliased = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- &x {apiVersion: v1, kind: A}\n- *x\n"
    assert items_of(krm(aliased, monkeypatch)) == [{"apiVersion": "v1", "kind": "A"}] * 2
    # What readers disagree about is kept as it is written, and an alias is not.
    run = krm(aliased.replace("kind: A", "kind: A, mode: 0644"), monkeypatch)
    assert (run.code, run.out) == (2, "")
    assert "cannot be written as it was" in run.err


def test_version_and_configuration_go_out_as_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    config = at(project(), "x.yaml")
    items = package(m=model())[1:]
    text = listed(items, functionConfig=config).replace("config.kubernetes.io/v1\n", "config.kubernetes.io/v1beta1\n")
    run = krm(text, monkeypatch)
    (out,) = documents(run.out)
    assert run.code == 0, run.err
    assert (out["apiVersion"], out["functionConfig"]) == ("config.kubernetes.io/v1beta1", config)
    assert out["items"][-1]["metadata"]["annotations"][PATH] == "rendered/demo/deployments/m.yaml"


def test_a_project_in_the_package_yields_to_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    items = package(m=model())
    run = krm(listed(items, functionConfig=yaml.safe_load(project(output="other"))), monkeypatch)
    assert run.code == 0, run.err
    out = items_of(run)
    assert out[0]["metadata"]["annotations"][LOCAL] == "true"
    assert out[-1]["metadata"]["annotations"][PATH].startswith("other/")
    for broken in ({"kind": "Project", "apiVersion": items[0]["apiVersion"]}, {**items[0], "spec": {"output": 1.5}}):
        assert krm(listed([broken, *items[1:]], functionConfig=yaml.safe_load(PROJECT)), monkeypatch).code == 1


# What is wrong


def test_an_error_is_a_result_with_its_field_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    items = package(m=model(replicas="many"))
    run = krm(listed(items), monkeypatch)
    assert run.code == 1
    assert items_of(run) == items, "what came goes out, and nothing more"
    (result,) = results_of(run)
    assert result["resourceRef"] == {
        "apiVersion": "servewright.dev/v1alpha1",
        "kind": "ModelDeployment",
        "name": "m",
        "namespace": "demo",
    }
    assert result["file"] == {"path": "deployments/m.yaml", "index": 0}
    assert result["field"] == {"path": "spec.replicas"}
    assert result["tags"]["code"].startswith("SW")
    assert f"error[{result['tags']['code']}]" in run.err
    assert "--> deployments/m.yaml: spec.replicas\n" in run.err


def test_a_result_is_what_the_document_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = at(model("granite-31-8b", replicas="many"), "deployments/granite.yaml")
    run = krm(listed([*package(), spec]), monkeypatch)
    assert {"results": results_of(run)} == shown("results:")


def test_a_repeated_key_is_an_error_in_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    text = listed(package(m=model())) + "  kind: ModelDeployment\n"
    run = krm(text, monkeypatch)
    assert run.code == 1
    assert [item["tags"]["slug"] for item in results_of(run)] == ["duplicate-key"]


def test_warnings_are_results_of_a_success(monkeypatch: pytest.MonkeyPatch) -> None:
    run = krm(listed(package(m=model(expose={"route": True}))), monkeypatch)
    assert run.code == 0
    assert "exposed-without-auth" in {item["tags"]["slug"] for item in results_of(run, "warning")}
    assert "warning[" in run.err


def test_an_object_that_is_there_already_is_not_rendered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    items = package(m=model())
    service = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService"}
    there = {**service, "metadata": {"name": "m", "namespace": "demo"}}
    run = krm(listed([*items, there]), monkeypatch)
    assert run.code == 1
    assert [item["tags"]["code"] for item in results_of(run)] == ["SW028"]


def test_secrets_are_passed_through_and_known_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    value = "c2VjcmV0LXZhbHVlLW9mLXRoZS10ZWFt"
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "team-s3",
            "namespace": "demo",
            "annotations": {
                "opendatahub.io/connection-type-protocol": "s3",
                "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"data": {"k": value}}),
            },
        },
        "data": {"AWS_SECRET_ACCESS_KEY": value},
    }
    source = {"s3": {"connection": "team-s3", "path": "m"}}
    spec = model(model={"type": "generative", "source": source}, args=["--x"])
    run = krm(listed([*package(m=spec), secret]), monkeypatch)
    assert secret in items_of(run)
    assert all(value not in str(results_of(run, severity)) for severity in ("error", "warning", "info"))
    assert value not in run.err
    assert "SW4" not in run.err and "secret-with-values" not in run.err


@pytest.mark.parametrize(
    ("items", "code", "said"),
    [
        (package()[1:], 2, "there is no Project"),
        ([*package(), at(project(), "other.yaml")], 2, "there is a second Project, `other.yaml`"),
        (package()[:1], 3, "SW405"),
        ([], 2, "there is no Project"),
    ],
    ids=["no project", "two projects", "no spec", "nothing"],
)
def test_what_is_missing_is_said(items: list[Any], code: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = krm(listed(items), monkeypatch)
    assert run.code == code
    assert said in run.err
    assert items_of(run) == items


def test_configuration_that_is_not_understood_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
    text = listed(package(m=model()), functionConfig=config)
    assert krm(text, monkeypatch).code == 0
    run = krm(listed(package(m=model()), functionConfig={**config, "data": {"namespace": "x"}}), monkeypatch)
    assert run.code != 0
    assert "`functionConfig` is not a Project" in run.err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: [",
        "kind: ResourceList\n",
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: 5\n",
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: [5]\n",
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: []\n",
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: [{}]\nitems: []\n",
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n---\n{}\n",
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: " + "[" * 5000,
        "apiVersion: v1\nkind: List\nitems: []\n",
        b"\xff\xfe",
        "apiVersion: \x1b[31m/v1\nkind: \u202e\n",
    ],
    ids=range(12),
)
def test_what_is_no_resource_list_is_a_usage_error(text: str | bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    run = krm(text, monkeypatch)
    assert (run.code, run.out) == (2, "")
    assert run.err.count("error: ") == 1
    assert "\x1b" not in run.err and "\u202e" not in run.err


@pytest.mark.parametrize("items", ["[{}]", "[{metadata: 5}]", "[{kind: [], metadata: {annotations: []}}]"])
def test_odd_items_are_passed_through(items: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: {items}\n"
    assert items_of(krm(text, monkeypatch)) == yaml.safe_load(items)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/x", "a\nb: c", "\x1b[31m", "out/../x", "servewright.yaml"])
def test_a_path_is_only_a_name(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [*package(), at(model(replicas="many"), path)]
    run = krm(listed(items), monkeypatch)
    assert run.code == 1
    assert [item["file"]["path"] for item in results_of(run)] == [path]
    assert "\x1b" not in run.err and not any(line.startswith("b: c") for line in run.err.splitlines())


# kustomize


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """The example repository as a kustomization whose transformer is the function."""
    shutil.copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    body = yaml.safe_load((tmp_path / "servewright.yaml").read_text())
    body["metadata"]["annotations"] = shown("function:")["metadata"]["annotations"]
    (tmp_path / "function.yaml").write_text(yaml.safe_dump(body))
    inputs = sorted(
        path.relative_to(tmp_path).as_posix()
        for folder in ("catalog", "deployments")
        for path in (tmp_path / folder).rglob("*.yaml")
    )
    text = yaml.safe_dump({"resources": inputs, "transformers": ["function.yaml"]})
    (tmp_path / "kustomization.yaml").write_text(text)
    return tmp_path


def built(folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = [kustomize(), "build", "--enable-alpha-plugins", "--enable-exec", folder]
    return subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=120)


def test_kustomize_builds_what_render_writes_beside_the_catalog(fleet: Path) -> None:
    run = built(fleet)
    assert run.returncode == 0, run.stderr
    found = documents(run.stdout)
    catalog = [item for path in (fleet / "catalog").glob("*.yaml") for item in documents(path.read_text())]
    objects = [item for each in catalog for item in (each["items"] if each["kind"] == "List" else [each])]
    wanted = [*rendered(fleet), *objects]

    def key(item: Any) -> str:
        return json.dumps(item, sort_keys=True)

    assert sorted(found, key=key) == sorted(wanted, key=key)


def test_kustomize_builds_nothing_from_a_broken_spec(fleet: Path) -> None:
    spec = fleet / "deployments" / "tabular" / "iris.yaml"
    spec.write_text(spec.read_text().replace("kind: ModelDeployment", "kind: ModelDeploiment"))
    run = built(fleet)
    assert run.returncode != 0
    assert run.stdout == ""
    assert "did you mean `ModelDeployment`?" in run.stderr
