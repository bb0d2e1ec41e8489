"""``examples/`` is what people copy from: it compiles, its rendered tree is fresh, and each file guards itself.

Every input is also held against the JSON Schema that editors use, and has a broken copy that is refused at exactly the
place that is wrong.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator

from harness import Run, servewright, summary, tree
from servewright.schema import KINDS, json_schema

EXAMPLES = Path(__file__).parent.parent / "examples"
INPUTS = sorted(
    path.relative_to(EXAMPLES).as_posix()
    for path in EXAMPLES.rglob("*.yaml")
    if not path.is_relative_to(EXAMPLES / "rendered")
)
OURS = [path for path in INPUTS if not path.startswith("catalog/")]

# What `validate` says about the examples, and why that is as it should be.
JUSTIFIED = [
    # Nobody can choose a strategy for llm-d, and 3.4's controller does not do what the documentation promises.
    "SW322 deployments/chat/llama.yaml",
    "SW322 deployments/chat/qwen.yaml",
]


def copy(root: Path) -> Path:
    """The examples in the folder ``root``."""
    return Path(shutil.copytree(EXAMPLES, root / "examples"))


def findings(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run.out)["diagnostics"]
    return found


def test_nothing_is_reported_but_what_is_justified() -> None:
    run = servewright("validate", "--format", "json", cwd=EXAMPLES)
    assert run.code == 0
    assert [f"{item['code']} {item['file']}" for item in findings(run)] == JUSTIFIED
    assert {item["severity"] for item in findings(run)} == {"info"}


def test_the_committed_tree_is_what_the_specs_say(tmp_path: Path) -> None:
    root = copy(tmp_path)
    assert servewright("render", "--check", cwd=root).code == 0
    shutil.rmtree(root / "rendered")
    (root / "servewright.lock").unlink()
    assert servewright("render", cwd=root).code == 0
    assert tree(root) == tree(EXAMPLES)


@pytest.mark.parametrize("kind", KINDS)
def test_the_json_schema_of_an_input_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("path", OURS)
def test_an_input_is_valid_for_editors(path: str) -> None:
    for document in yaml.safe_load_all((EXAMPLES / path).read_text(encoding="utf-8")):
        for schema in (json_schema(document["kind"]), json_schema()):
            assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []


@pytest.mark.parametrize("path", INPUTS)
def test_the_schema_that_an_input_points_editors_to_is_there(path: str) -> None:
    for schema in re.findall(r"^# yaml-language-server: \$schema=(\S+)", (EXAMPLES / path).read_text(), re.MULTILINE):
        assert (EXAMPLES / path).parent.joinpath(schema).is_file(), schema


def test_the_examples_show_every_source_and_both_paths_of_every_choice() -> None:
    text = "".join((EXAMPLES / path).read_text(encoding="utf-8") for path in OURS)
    for shown in ("s3:", "oci:", "uri:", "pvc:", "external:", "tokens:", "subjects:", "runtime: llm-d", "maas: true"):
        assert shown in text, shown


# --- broken copies ---------------------------------------------------------------------------------------------------


class Broken(NamedTuple):
    """``old`` gives way to ``new`` in ``file``; then exactly these errors are reported, in this order, with this exit code.

    An error is ``CODE file: text``, where a ``|`` in the text stands where the error must point to.
    """

    file: str
    old: str
    new: str
    errors: tuple[str, ...]
    code: int = 1


CHAT, TABULAR, VISION = "deployments/chat/", "deployments/tabular/", "deployments/vision/"
BROKEN = (
    Broken("servewright.yaml", '"3.4"', "3.4", ("SW103 servewright.yaml: version: |3.4}",), code=2),
    Broken("servewright.yaml", '"3.4"', '"3.9"', ('SW021 servewright.yaml: version: |"3.9"',), code=2),
    Broken("servewright.yaml", "ovms-image:", "ovm-image:", ("SW104 servewright.yaml:     |ovm-image:",), code=2),
    Broken(
        "servewright.yaml",
        "https://git.example.com/",
        "git.example.com/",
        ('SW104 servewright.yaml: url: |"git.example.com/acme',),
        code=2,
    ),
    Broken("servewright.yaml", "argocd", "argo", ("SW104 servewright.yaml: engine: |argo",), code=2),
    Broken(
        "catalog/hardware-profiles.yaml",
        "      identifier: ibm.com/spyre_pf\n      maxCount: 4\n      minCount: 1",
        "      identifier: ibm.com/spyre_pf\n      maxCount: 4\n      minCount: 2",
        ("SW302 catalog/hardware-profiles.yaml: defaultCount: |1\n      displayName: Spyre",),
    ),
    Broken(
        "catalog/dashboard.yaml",
        "  namespace: redhat-ods-applications\n",
        "",
        ("SW026 catalog/dashboard.yaml: |metadata:\n  name: odh-dashboard-config",),
    ),
    Broken(
        "catalog/namespaces.yaml",
        "type: kubernetes.io/dockerconfigjson\n",
        "type: kubernetes.io/dockerconfigjson\ndata: {.dockerconfigjson: e30=}\n",
        ("SW011 catalog/namespaces.yaml: |data: {.dockerconfigjson",),
    ),
    Broken(
        f"{CHAT}connections.yaml",
        "{name: llm-s3, namespace: chat}",
        "{name: llm-s3, namespace: vision}",
        (f"SW231 {CHAT}llama.yaml: connection: |llm-s3",),
    ),
    Broken(
        f"{CHAT}connections.yaml",
        ", bucket: llm-weights",
        "",
        (f"SW234 {CHAT}llama.yaml: connection: |llm-s3",),
    ),
    Broken(
        f"{CHAT}connections.yaml",
        "refreshInterval: 15m",
        "refreshInterval: 15",
        (f"SW103 {CHAT}connections.yaml: refreshInterval: |15\n",),
    ),
    Broken(
        f"{CHAT}granite.yaml",
        "profile: nvidia-a100",
        "profile: nvidia-a10",
        (f"SW301 {CHAT}granite.yaml: profile: |nvidia-a10}}",),
    ),
    Broken(f"{CHAT}granite.yaml", "replicas: 2", "replica: 2", (f"SW101 {CHAT}granite.yaml:   |replica: 2",)),
    Broken(
        f"{CHAT}granite.yaml",
        "[default-token, CI Bot]",
        "[CI Bot, ci-bot]",
        (f"SW107 {CHAT}granite.yaml: CI Bot, |ci-bot",),
    ),
    Broken(
        f"{CHAT}granite.yaml",
        "valueFrom: {secretKeyRef: {name: hugging-face, key: token}}",
        "value: not-a-real-token",
        (f"SW010 {CHAT}granite.yaml: value: |not-a-real-token",),
    ),
    Broken(f"{CHAT}llama.yaml", "path: llama/", "path: /llama/", (f"SW236 {CHAT}llama.yaml: path: |/llama/",)),
    Broken(
        f"{CHAT}llama.yaml",
        "  runtime: llm-d\n",
        "  runtime: llm-d\n  strategy: RollingUpdate\n",
        (f"SW321 {CHAT}llama.yaml: strategy: |RollingUpdate",),
    ),
    Broken(
        f"{CHAT}llama.yaml",
        "parallelism: {tensor: 4}",
        "parallelism: {tensor: 4, data: 2}",
        (f"SW342 {CHAT}llama.yaml: tensor: 4, |data: 2",),
    ),
    Broken(
        f"{CHAT}mixtral-amd.yaml",
        'limits: {amd.com/gpu: "2"}',
        'limits: {amd.com/gpu: "1"}',
        (f'SW306 {CHAT}mixtral-amd.yaml: limits: {{amd.com/gpu: |"1"',),
    ),
    Broken(
        f"{CHAT}mixtral-amd.yaml",
        "oci://quay.io",
        "quay.io",
        (f'SW235 {CHAT}mixtral-amd.yaml: image: |"quay.io',),
    ),
    Broken(
        f"{CHAT}granite-spyre.yaml",
        "  runtime: vllm-spyre-ppc64le-runtime-template\n",
        "  runtime: auto\n",
        (f"SW204 {CHAT}granite-spyre.yaml: runtime: |auto",),
    ),
    Broken(
        f"{CHAT}qwen.yaml",
        "--max-model-len=16384",
        '"--note=a;b"',
        (f'SW331 {CHAT}qwen.yaml: - |"--note=a;b"',),
    ),
    Broken(f"{CHAT}qwen.yaml", "hf://", "https://", (f'SW235 {CHAT}qwen.yaml: url: |"https://',)),
    Broken(
        f"{TABULAR}iris.yaml",
        'version: "1"',
        'version: "3"',
        (f"SW203 {TABULAR}iris.yaml:   |model:",),
    ),
    Broken(
        f"{TABULAR}churn.yaml",
        '{name: xgboost, version: "2"}',
        "{name: xgboots}",
        (f"SW202 {TABULAR}churn.yaml: name: |xgboots",),
    ),
    Broken(
        f"{TABULAR}churn.yaml",
        "kind: ServiceAccount",
        "kind: ServiceAcount",
        (f"SW104 {TABULAR}churn.yaml: kind: |ServiceAcount",),
    ),
    Broken(
        f"{VISION}connections.yaml",
        "        AWS_ACCESS_KEY_ID: {key: models/vision, property: access_key_id}\n",
        "",
        (f"SW234 {VISION}connections.yaml:       |keys:",),
    ),
    Broken(
        f"{VISION}defects.yaml",
        "connection: vision-s3",
        "connection: vison-s3",
        (f"SW231 {VISION}defects.yaml: connection: |vison-s3",),
    ),
    Broken(
        f"{VISION}defects.yaml",
        "  runtime: kserve-ovms\n",
        "",
        (f"SW204 {VISION}defects.yaml:   |model:",),
    ),
    Broken(
        f"{VISION}segmentation.yaml",
        'limits: {cpu: "3"}',
        'limits: {cpu: "1"}',
        (f'SW306 {VISION}segmentation.yaml: limits: {{cpu: |"1"',),
    ),
    Broken(
        f"{VISION}segmentation.yaml",
        "labels: {team: vision}",
        "labels: {opendatahub.io/dashboard: vision}",
        (f"SW108 {VISION}segmentation.yaml: labels: {{|opendatahub.io/dashboard",),
    ),
    Broken(
        f"{VISION}oci-documentation.yaml",
        "runtime: {template: kserve-ovms, name: kserve-ovms}\n---",
        "runtime: {template: mlserver-runtime-template, name: kserve-ovms}\n---",
        (f"SW211 {VISION}oci-documentation.yaml: template: kserve-ovms, name: |kserve-ovms",),
    ),
)


def place_of(error: str, root: Path) -> str:
    """``CODE file:line:column`` of an error as it is written in the table."""
    code, file, text = re.split(" |: ", error, maxsplit=2)
    whole = (root / file).read_text(encoding="utf-8")
    before, after = text.split("|")
    assert whole.count(before + after) == 1, f"`{text}` is not unique in {file}"
    index = whole.index(before + after) + len(before)
    line_start = whole.rfind("\n", 0, index) + 1
    return f"{code} {file}:{whole.count(chr(10), 0, index) + 1}:{index - line_start + 1}"


@pytest.mark.parametrize("broken", [pytest.param(item, id=f"{item.file}: {item.errors[0][:5]}") for item in BROKEN])
def test_a_mistake_is_refused_at_its_place(broken: Broken, tmp_path: Path) -> None:
    root = copy(tmp_path)
    file = root / broken.file
    text = file.read_text(encoding="utf-8")
    assert text.count(broken.old) == 1
    file.write_text(text.replace(broken.old, broken.new), encoding="utf-8")
    before = tree(root)
    run = servewright("render", "--format", "json", cwd=root)
    errors = [summary(item) for item in findings(run) if item["severity"] == "error"]
    assert errors == [place_of(error, root) for error in broken.errors]
    assert run.code == broken.code
    assert tree(root) == before, "with any error nothing is written"


def test_every_example_has_a_broken_copy() -> None:
    assert {item.file for item in BROKEN} == set(INPUTS)
