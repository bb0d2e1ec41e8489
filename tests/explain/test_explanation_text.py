"""What people read: the whole text of representative deployments.

``SERVEWRIGHT_REFRESH=1`` rewrites the files in ``snapshots/``: review the difference, it is what users will see.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explain.fleet import compiled, model
from servewright.explain.choices import choices_of
from servewright.explain.choices_text import render_choices
from servewright.explain.explanation import explain
from servewright.explain.explanation_text import render_text
from servewright.explain.terminal import WIDTH

SNAPSHOTS = Path(__file__).with_name("snapshots")
DEPLOYMENTS = (
    "chat/granite-31-8b",
    "chat/llama-70b",
    "chat/mixtral",
    "chat/qwen-7b",
    "tabular/churn",
    "tabular/iris",
    "vision/segmentation",
    "oci-model-example/sample-isvc-using-private-oci",
)


def assert_snapshot(name: str, text: str) -> None:
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("SERVEWRIGHT_REFRESH"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_deployment_reads_like_this(deployment: str) -> None:
    namespace, name = deployment.split("/")
    assert_snapshot(name, render_text(explain((namespace, name), compiled())))


@pytest.mark.parametrize("namespace", [None, "tabular"])
def test_the_catalog_reads_like_this(namespace: str | None) -> None:
    context = compiled().context
    assert context is not None
    assert_snapshot(f"catalog-{namespace or 'all'}", render_choices(choices_of(context, namespace)))


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_prose_fits_the_terminal_and_only_lines_to_copy_may_be_longer(deployment: str) -> None:
    namespace, name = deployment.split("/")
    text = render_text(explain((namespace, name), compiled()))
    long = [line.strip() for line in text.splitlines() if len(line) > WIDTH]
    copied = ("TOKEN=", "# TOKEN=", "URL=", "# oc ", "-d ", "round(", "sum", "histogram_quantile(", "image ")
    assert [line for line in long if not line.startswith(copied)] == []


def test_text_from_inputs_cannot_act_on_the_terminal_or_leave_its_place() -> None:
    spec = """\
  displayName: "Nice\\nURL=evil \\e[31mred\\u202e"
  model:
    type: predictive
    format: {name: sklearn, version: "1"}
    source:
      pvc: {claim: models, path: iris}
  hardware: {profile: default-profile}
  expose: {route: true}
  auth: {tokens: [first, "second\\nrm -rf ~"]}
"""
    text = render_text(explain(("lab", "odd"), compiled({"deployments/odd.yaml": model("odd", spec)})))
    assert "\x1b" not in text and "\u202e" not in text
    assert not any(line.strip().startswith(("rm ", "URL=evil")) for line in text.splitlines())


def test_what_looks_like_a_credential_is_not_repeated() -> None:
    secret = "hf_" + "a" * 34
    spec = f"""\
  description: token {secret}
  model:
    type: predictive
    format: {{name: sklearn, version: "1"}}
    source:
      pvc: {{claim: models, path: iris}}
  hardware: {{profile: default-profile}}
  env:
  - {{name: MLSERVER_MODEL_URI, value: /mnt/models/{secret}}}
"""
    compilation = compiled({"deployments/odd.yaml": model("odd", spec)})
    assert secret not in render_text(explain(("lab", "odd"), compilation))
