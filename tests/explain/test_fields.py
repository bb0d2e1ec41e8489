"""``explain NAME FIELD``: the value, where it comes from, and where that is written."""

from __future__ import annotations

from typing import Any

import pytest

from explain.fleet import FLEET, compiled, model
from explain.test_calling import GENERATIVE, PREDICTIVE
from servewright.diagnostics.field_path import show
from servewright.explain.as_json import render_json
from servewright.explain.field_path import Wanted, follow, parse
from servewright.explain.field_text import render_fields
from servewright.explain.fields import FieldAnswer, FieldOrigin, explain_fields
from servewright.explain.refusal import Refusal

GRANITE, LLAMA, IRIS, QWEN = ("chat", "granite-31-8b"), ("chat", "llama-70b"), ("tabular", "iris"), ("chat", "qwen-7b")


def answers(text: str, key: tuple[str, str] = GRANITE, files: dict[str, str] | None = None) -> tuple[FieldAnswer, ...]:
    found = explain_fields(text, key, compiled(files))
    assert not isinstance(found, Refusal), found
    return found


def origin(text: str, key: tuple[str, str] = GRANITE, files: dict[str, str] | None = None) -> FieldOrigin:
    (answer,) = answers(text, key, files)
    (only,) = answer.origins
    return only


def line_of(found: FieldOrigin) -> str:
    """What stands in the input at the place that an answer names."""
    assert found.written is not None
    return FLEET[found.written.file].splitlines()[found.written.line - 1][found.written.column - 1 :]


def refusal(text: str, key: tuple[str, str] = GRANITE) -> Refusal:
    found = explain_fields(text, key, compiled())
    assert isinstance(found, Refusal)
    return found


@pytest.mark.parametrize(
    ("field", "value", "written"),
    [
        ("spec.predictor.minReplicas", 2, "2"),
        ("spec.predictor.deploymentStrategy.type", "Recreate", "Recreate"),
        ("metadata.annotations['openshift.io/display-name']", "Granite 3.1 8B", "Granite 3.1 8B"),
        ("metadata.annotations.openshift.io/display-name", "Granite 3.1 8B", "Granite 3.1 8B"),
        ("spec.predictor.timeout", 600, "600, return401: true}"),
        ("spec.predictor.model.args[1]", "--enable-auto-tool-choice", "--enable-auto-tool-choice"),
        ("spec.predictor.model.env[0].value", "INFO", "INFO}"),
        ("InferenceService:metadata.name", "granite-31-8b", "granite-31-8b, namespace: chat}"),
    ],
)
def test_a_field_leads_to_the_line_that_decided(field: str, value: Any, written: str) -> None:
    (answer,) = answers(field)
    assert answer.value == value
    assert line_of(answer.origins[0]) == written


def test_an_engine_s_key_that_the_spec_has_leads_to_the_spec() -> None:
    """It is refused, and explain shows where it is written, not why an engine would set it."""
    key = "argocd.argoproj.io/sync-wave"
    path = "deployments/m.yaml"
    spec = model("m", GENERATIVE).replace("{name: m,", f'{{name: m, annotations: {{{key}: "1"}},')
    found = origin(f"InferenceService:metadata.annotations['{key}']", ("lab", "m"), {path: spec})
    assert found.written is not None
    assert found.written.file == path


def test_a_field_that_the_spec_leaves_out_names_what_decided_instead() -> None:
    found = origin("spec.predictor.deploymentStrategy.type", IRIS)
    assert (found.field, found.written) == ("spec.strategy", None)
    assert found.default == "the administrator's default (OdhDashboardConfig)"
    assert origin("spec.predictor.minReplicas", IRIS).default == "its default counts"


def test_resources_come_from_the_spec_the_profile_or_the_request() -> None:
    requested = origin("spec.template.containers[0].resources.requests.memory", LLAMA)
    assert line_of(requested).startswith("256Gi")
    default = origin("spec.template.containers[0].resources.requests.cpu", LLAMA)
    assert (default.kind, default.why, default.field) == (
        "profile",
        "the default of `nvidia-a100`",
        "spec.hardware.profile",
    )
    assert default.defined is not None and default.defined.file == "catalog/hardware-profiles.yaml"
    assert "it is the request" in origin("spec.template.containers[0].resources.limits.memory", LLAMA).why
    prefill = origin("spec.prefill.template.containers[0].resources.requests['nvidia.com/gpu']", LLAMA)
    assert prefill.field == "spec.llmd.prefill.resources.requests['nvidia.com/gpu']"


def test_a_profile_s_scheduling_leads_to_the_profile() -> None:
    found = origin("spec.predictor.nodeSelector['nvidia.com/gpu.product']")
    assert found.why == "the hardware profile `nvidia-a100`"
    assert found.defined is not None
    document = FLEET[found.defined.file].splitlines()
    assert "name: nvidia-a100" in "".join(document[found.defined.line - 1 : found.defined.line + 4])


def test_own_scheduling_beside_the_profile_s_leads_to_the_spec() -> None:
    spec = GENERATIVE + (
        "  pod:\n    nodeSelector: {zone: a}\n    tolerations: [{key: own, operator: Exists}]\n"
        "    serviceAccountName: robot\n    imagePullSecrets: [pull]\n"
    )
    files = {"deployments/m.yaml": model("m", spec)}
    for field, decided in (
        ("nodeSelector.zone", "spec.pod.nodeSelector.zone"),
        ("tolerations[1].key", "spec.pod.tolerations"),
        ("tolerations[0].key", "spec.hardware.profile"),
        ("serviceAccountName", "spec.pod.serviceAccountName"),
        ("imagePullSecrets[0].name", "spec.pod.imagePullSecrets"),
    ):
        assert origin(f"spec.predictor.{field}", ("lab", "m"), files).field == decided


def test_llm_d_arguments_lead_to_args() -> None:
    found = origin("spec.template.containers[0].env[0].value", QWEN)
    assert found.field == "spec.args"
    assert origin("spec.model.uri", QWEN).field == "spec.model.source"


def test_a_runtime_leads_to_its_template_and_its_image_to_where_that_is_set() -> None:
    assert (
        "global template `mlserver-runtime-template`, built in for openshift-ai 3.4"
        in origin("ServingRuntime:spec.containers[0].ports", IRIS).why
    )
    assert origin("ServingRuntime:spec.containers[0].image", IRIS).why.endswith(
        "the image is `spec.images.mlserver-image` of servewright.yaml"
    )


def test_a_template_of_the_catalog_is_shown_where_it_says_so() -> None:
    template = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: own
  namespace: lab
  annotations: {opendatahub.io/model-type: '["predictive"]'}
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {name: own}
  spec:
    containers: [{name: kserve-container, image: "quay.io/acme/own:1"}]
    supportedModelFormats: [{name: sklearn, version: "1"}]
"""
    files = {"catalog/own.yaml": template, "deployments/m.yaml": model("m", PREDICTIVE + "  runtime: own\n")}
    found = origin("ServingRuntime:spec.containers[0].image", ("lab", "m"), files)
    assert found.defined is not None
    assert template.splitlines()[found.defined.line - 1][found.defined.column - 1 :].startswith('"quay.io')


def test_a_mapping_is_explained_part_by_part_and_only_as_far_as_needed() -> None:
    (answer,) = answers("metadata.annotations")
    parts = {item.path: item.field for item in answer.origins}
    assert parts["metadata.annotations['openshift.io/description']"] == "spec.description"
    assert parts["metadata.annotations['opendatahub.io/genai-use-case']"] == "spec.aiAsset.useCase"
    (resources,) = answers("spec.predictor.model.modelFormat", IRIS)
    assert [item.field for item in resources.origins] == ["spec.model.format"]


def test_objects_beside_the_service_are_asked_for_by_kind_and_name() -> None:
    assert [item.object for item in answers("Secret:metadata.name")] == [
        "Secret/chat/default-token-granite-31-8b-sa",
        "Secret/chat/ci-bot-granite-31-8b-sa",
    ]
    assert len(answers("Secret/ci-bot-granite-31-8b-sa:type")) == 1
    external = origin("ExternalSecret:spec.secretStoreRef.name")
    assert external.written is not None and external.written.file == "deployments/chat/connections.yaml"
    (whole,) = answers("ServingRuntime", IRIS)
    assert (whole.path, whole.value["kind"]) == ("", "ServingRuntime")


@pytest.mark.parametrize(
    ("field", "message", "help_text"),
    [
        ("spec.predictor.minReplica", "no field `spec.predictor.minReplica`", "did you mean `spec.predictor.minReplicas`?"),
        ("spec.containers", "no field", "write `ServingRuntime:spec.containers`"),
        ("Servingruntime:spec", "no Servingruntime is emitted", "did you mean `ServingRuntime`?"),
        ("Secret/x:type", "no Secret is called `x`", "`Secret/default-token-granite-31-8b-sa`"),
        ("spec.predictor.model.image", "no field", "write `ServingRuntime:spec.containers[0].image`"),
        ("spec.predictor.model.ports[0].containerPort", "no field", "`ServingRuntime:spec.containers[0].ports[0].containerPort`"),
        ("spec..x", "is not a field", "write a path like"),
        ("spec.predictor.model.args[9]", "no field", "did you mean `spec.predictor.model.args"),
    ],
)  # fmt: skip
def test_a_field_that_is_not_there_is_refused_with_what_to_ask(field: str, message: str, help_text: str) -> None:
    found = refusal(field)
    assert message in found.message
    assert help_text in found.help


@pytest.mark.parametrize(
    ("extra", "fields"),
    [
        ("env: [{name: DB_PASSWORD, value: hunter2-hunter2}]", ("env", "env[0]", "env[0].value")),
        ("args: [--api-key, hunter2-hunter2]", ("args", "args[1]")),
        ("args: [--api-key=hunter2-hunter2]", ("args", "args[0]")),
    ],
)
def test_what_is_named_like_a_secret_is_not_shown(extra: str, fields: tuple[str, ...]) -> None:
    files = {"deployments/m.yaml": model("m", f"{PREDICTIVE}  {extra}\n")}
    for field in fields:
        found = answers(f"spec.predictor.model.{field}", ("lab", "m"), files)
        assert "hunter2" not in render_fields(found)
        assert "hunter2" not in render_json({"fields": found})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a.b[0].c", Wanted(None, None, ("a", "b", 0, "c"))),
        ("a['x.y/z'].b", Wanted(None, None, ("a", "x.y/z", "b"))),
        ('a["it\'s"]', Wanted(None, None, ("a", "it's"))),
        ("Role:rules[0]", Wanted("Role", None, ("rules", 0))),
        ("Secret/a-b:type", Wanted("Secret", "a-b", ("type",))),
        ("Role", Wanted("Role", None, ())),
        ("", None),
        ("a.", None),
        ("a[x]", None),
    ],
)
def test_paths_are_read_as_people_write_them(text: str, wanted: Wanted | None) -> None:
    assert parse(text) == wanted


def test_paths_that_are_shown_can_be_asked_for() -> None:
    body = {"a": {"x.y/z": [{"it's": 1}]}}
    path = follow(body, ("a", "x", "y/z", 0, "it's"))
    assert path == ("a", "x.y/z", 0, "it's")
    shown = parse(show(path))
    assert shown is not None and follow(body, shown.steps) == path


def test_the_answer_reads_like_this() -> None:
    assert render_fields(answers("spec.predictor.minReplicas") + answers("spec.predictor.minReplicas", IRIS)) == (
        "InferenceService chat/granite-31-8b\n"
        "  spec.predictor.minReplicas: 2\n"
        "  from: `spec.replicas` of the spec\n"
        "    deployments/chat/granite.yaml:12:13\n"
        "\n"
        "InferenceService tabular/iris\n"
        "  spec.predictor.minReplicas: 1\n"
        "  from: `spec.replicas` of the spec\n"
        "    `spec.replicas` is not written: its default counts\n"
    )


def test_every_field_of_every_object_has_an_origin() -> None:
    compilation = compiled()
    for key, decisions in compilation.decisions.items():
        for kind in ("", "ServingRuntime", "Secret", "Role", "ExternalSecret"):
            found = explain_fields(
                kind or ("LLMInferenceService" if decisions.runtime.llmd else "InferenceService"), key, compilation
            )
            if not isinstance(found, Refusal):
                assert all(item.why for answer in found for item in answer.origins)
