"""How to call a model: the commands are right for every server, and a shell understands them."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest

from explain.fleet import compiled, model
from servewright.compilation import Compilation
from servewright.explain.calling import Call
from servewright.explain.explanation import Explanation, explain

PREDICTIVE = """\
  model:
    type: predictive
    format: {name: sklearn, version: "1"}
    source:
      pvc: {claim: models, path: iris}
  hardware: {profile: default-profile}
"""
GENERATIVE = """\
  model:
    type: generative
    source:
      pvc: {claim: models, path: granite}
  hardware: {profile: nvidia-a100}
"""
LLMD = GENERATIVE + "  runtime: llm-d\n"


def explained(spec: str, files: dict[str, str] | None = None) -> Explanation:
    compilation = compiled({"deployments/m.yaml": model("m", spec), **(files or {})})
    assert ("lab", "m") in compilation.decisions, compilation.diagnostics
    return explain(("lab", "m"), compilation)


def script(call: Call) -> str:
    instead = [command.command for command in call.instead]
    return "\n".join([*call.setup, *instead, *(request.command for request in call.requests)])


def last(call: Call) -> list[str]:
    """The words of the last request, as a shell sees them."""
    return shlex.split(call.requests[-1].command.replace("\\\n", " "))


def every(compilation: Compilation) -> list[Explanation]:
    return [explain(key, compilation) for key in compilation.decisions]


def test_a_shell_understands_every_command() -> None:
    specs = {
        "deployments/a.yaml": model("a", PREDICTIVE + "  expose: {route: true}\n"),
        "deployments/b.yaml": model("b", GENERATIVE + '  args: ["--served-model-name=it\'s $(odd) & more"]\n'),
        "deployments/c.yaml": model("c", LLMD + '  auth: {subjects: [{kind: User, name: "o\'neil"}]}\n'),
        "deployments/d.yaml": model("d", PREDICTIVE + '  auth: {tokens: ["it\'s"]}\n'),
    }
    for explanation in every(compiled(specs)):
        run = subprocess.run(
            ["bash", "-n"], input=script(explanation.call), text=True, capture_output=True, check=False
        )
        assert (run.returncode, run.stderr) == (0, ""), explanation.name


def test_a_served_name_stays_one_word_of_the_command_and_one_string_of_the_body() -> None:
    words = last(explained(GENERATIVE + '  args: ["--served-model-name=it\'s $(odd)"]\n').call)
    assert json.loads(words[-1])["model"] == "it's $(odd)"


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        (PREDICTIVE, "$URL/v2/models/m/infer"),
        (PREDICTIVE.replace('{name: sklearn, version: "1"}', "{name: openvino_ir, version: opset13}"), "$URL/v2/models/m/infer"),
        (GENERATIVE, "$URL/v1/chat/completions"),
        (LLMD, "$URL/lab/m/v1/chat/completions"),
        (
            PREDICTIVE.replace('{name: sklearn, version: "1"}', "{name: guardrails-detector-hf-runtime}"),
            "$URL/api/v1/text/contents",
        ),
    ],
)  # fmt: skip
def test_each_server_is_asked_in_its_own_way(spec: str, path: str) -> None:
    assert last(explained(spec).call)[3] == path


def test_autogluon_is_asked_in_both_of_its_ways() -> None:
    project = """\
apiVersion: servewright.dev/v1alpha1
kind: Project
metadata: {name: test}
spec:
  platform: {name: open-data-hub, version: "3.6"}
  applicationsNamespace: redhat-ods-applications
"""
    spec = PREDICTIVE.replace("sklearn", "autogluon")
    call = explained(spec, {"servewright.yaml": project}).call
    assert call.apis == ("v1", "open-inference-v2")
    assert [shlex.split(request.command.split("\\\n")[0])[-1] for request in call.requests] == [
        "$URL/v2/models/m",
        "$URL/v1/models/m:predict",
        "$URL/v2/models/m/infer",
    ]


def test_llm_d_is_asked_for_its_served_name_under_its_path() -> None:
    spec = LLMD.replace("    type: generative\n", "    type: generative\n    servedName: org/granite\n")
    call = explained(spec).call
    assert json.loads(last(call)[-1])["model"] == call.model == "org/granite"
    assert call.setup[-1] == "URL=$(oc get llminferenceservice m -n lab -o jsonpath='{.status.url}' | cut -d/ -f1-3)"


@pytest.mark.parametrize(
    ("extra", "reach", "setup"),
    [
        ("", "cluster", ["URL=http://m-predictor.lab.svc.cluster.local:8080"]),
        (
            "  auth: {tokens: [default-token]}\n",
            "cluster",
            [
                "TOKEN=$(oc get secret default-token-m-sa -n lab -o jsonpath='{.data.token}' | base64 -d)",
                "URL=https://m-predictor.lab.svc.cluster.local:8443",
            ],
        ),
        ("  expose: {route: true}\n", "route", ["URL=https://$(oc get route m -n lab -o jsonpath='{.spec.host}')"]),
        (
            "  expose: {route: true}\n  auth: {subjects: [{kind: ServiceAccount, name: app, namespace: web}]}\n",
            "route",
            ["TOKEN=$(oc create token app -n web)", "URL=https://$(oc get route m -n lab -o jsonpath='{.spec.host}')"],
        ),
    ],
)
def test_the_address_and_the_token_follow_from_the_access(extra: str, reach: str, setup: list[str]) -> None:
    call = explained(PREDICTIVE + extra).call
    assert (call.reach, list(call.setup)) == (reach, setup)
    for request in call.requests:
        assert ("Authorization: Bearer $TOKEN" in request.command) == ("auth" in extra)


def test_the_port_is_the_servers_own() -> None:
    spec = PREDICTIVE.replace('{name: sklearn, version: "1"}', "{name: openvino_ir, version: opset13}")
    assert explained(spec).call.setup == ("URL=http://m-predictor.lab.svc.cluster.local:8888",)


def test_every_caller_has_a_token_of_its_kind() -> None:
    auth = """\
  auth:
    tokens: [CI Bot]
    subjects:
    - {kind: ServiceAccount, name: app}
    - {kind: User, name: jane}
    - {kind: Group, name: "system:authenticated"}
"""
    assert [token.command for token in explained(LLMD + auth).call.tokens] == [
        "oc get secret ci-bot-m-sa -n lab -o jsonpath='{.data.token}' | base64 -d",
        "oc create token app -n lab --audience=https://kubernetes.default.svc",
        "oc whoami -t",
    ]


def test_models_as_a_service_wants_a_token_of_its_own() -> None:
    call = explain(("chat", "llama-70b"), compiled()).call
    assert call.authentication == "models-as-a-service"
    assert call.setup[0] == 'TOKEN="$MAAS_TOKEN"'
    assert "tokens of the cluster do not count" in " ".join(call.notes)


def test_an_existing_runtime_of_another_deployment_is_known() -> None:
    onnx = PREDICTIVE.replace("sklearn", "onnx")
    files = {"deployments/other.yaml": model("other", onnx + "  runtime: {template: kserve-ovms, name: shared}\n")}
    spec = onnx + "  runtime: {existing: shared}\n"
    assert explained(spec, files).call.setup == ("URL=http://m-predictor.lab.svc.cluster.local:8888",)


def test_a_runtime_that_nothing_is_known_about_is_not_guessed_at() -> None:
    runtime = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: own, namespace: lab}
spec:
  containers: [{name: kserve-container, image: "quay.io/acme/own:1", ports: [{containerPort: 5000}]}]
  supportedModelFormats: [{name: own}]
"""
    spec = PREDICTIVE.replace('{name: sklearn, version: "1"}', "{name: own}") + "  runtime: {existing: own}\n"
    call = explained(spec, {"catalog/own.yaml": runtime}).call
    assert (call.apis, call.requests) == (("unknown",), ())
    assert call.setup == ("URL=http://m-predictor.lab.svc.cluster.local:5000",)
    assert "how a request looks is not known for this runtime: ask whoever made it" in call.notes


def test_a_nim_runtime_serves_under_a_name_of_its_own() -> None:
    runtime = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: nvidia-nim-runtime, namespace: lab, annotations: {runtimes.opendatahub.io/nvidia-nim: "true"}}
spec:
  containers: [{name: kserve-container, image: "nvcr.io/nim/meta/llama:1", ports: [{containerPort: 8000}]}]
  protocolVersions: [grpc-v2, v2]
  supportedModelFormats: [{name: llama}]
"""
    spec = PREDICTIVE.replace('{name: sklearn, version: "1"}', "{name: llama}")
    explanation = explained(spec + "  runtime: {existing: nvidia-nim-runtime}\n", {"catalog/nim.yaml": runtime})
    assert (explanation.call.apis, explanation.call.model) == (("openai",), None)
    assert json.loads(last(explanation.call)[-1])["model"] == "MODEL"
    assert "MODEL stands for the name that /v1/models shows" in explanation.call.notes
    assert explanation.metrics[0].query.startswith("round(sum(increase(request_success_total{")


def test_a_stopped_model_does_not_answer() -> None:
    assert "the model is stopped" in explained(PREDICTIVE + "  stopped: true\n").call.notes[0]


def test_exposed_without_authentication_is_a_warning() -> None:
    exposed = PREDICTIVE + "  expose: {route: true}\n"
    assert [text.partition(":")[0] for text in explained(exposed).warnings] == ["exposed without authentication"]
    assert [text.partition(":")[0] for text in explained(LLMD).warnings] == ["exposed without authentication"]
    assert explained(exposed + "  auth: {tokens: [t]}\n").warnings == ()
    assert explain(("chat", "llama-70b"), compiled()).warnings == ()


@pytest.mark.parametrize(
    ("spec", "model_name", "consequence"),
    [
        (GENERATIVE + "  args: [--served-model-name=chat]\n", "chat", "stay empty"),
        (GENERATIVE + "  args: [--served-model-name, chat]\n", "chat", "stay empty"),
        (GENERATIVE + "  args: [--served_model_name=chat]\n", "chat", "stay empty"),
        (GENERATIVE + "  args: [--served-model-name=m]\n", "m", None),
        (
            PREDICTIVE.replace('sklearn, version: "1"', "openvino_ir, version: opset13")
            + "  args: [--model_name=chat]\n",
            "chat",
            "stay empty",
        ),
        (PREDICTIVE + "  env: [{name: MLSERVER_MODEL_NAME, value: chat}]\n", "chat", "never become ready"),
        (LLMD + "  args: [--served-model-name=chat]\n", "chat", "use `model.servedName`"),
    ],
)
def test_another_served_name_is_used_and_warned_about(spec: str, model_name: str, consequence: str | None) -> None:
    explanation = explained(spec)
    assert explanation.call.model == model_name
    about = [text for text in explanation.warnings if "calls the model" in text or "call the model" in text]
    assert [consequence in text for text in about] == ([True] if consequence else [])
