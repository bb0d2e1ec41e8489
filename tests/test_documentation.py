"""What the product documentation ("Deploying models", OpenShift AI 3.4) promises its readers, promise by promise.

The names of the tests say it in the documentation's order: choosing a runtime, deployment strategies, the wizard's
fields, technology status, MLServer, models in OCI images, monitoring.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from harness import APPLICATIONS, Json, Objects, Repo, document, documents, model, project

VLLM = {"type": "generative", "source": {"uri": {"url": "hf://acme/model"}}}


def predictive(name: str, version: str | None = None) -> Json:
    """A predictive model of a format."""
    model_format = {"name": name} if version is None else {"name": name, "version": version}
    return {"type": "predictive", "format": model_format, "source": {"pvc": {"claim": "models", "path": "m"}}}


def accelerator_profile(name: str, identifier: str) -> str:
    """A hardware profile with one kind of accelerator."""
    return f"""\
apiVersion: infrastructure.opendatahub.io/v1
kind: HardwareProfile
metadata: {{name: {name}, namespace: {APPLICATIONS}}}
spec:
  identifiers:
  - {{identifier: cpu, displayName: CPU, resourceType: CPU, minCount: 1, defaultCount: 4}}
  - {{identifier: memory, displayName: Memory, resourceType: Memory, minCount: 1Gi, defaultCount: 32Gi}}
  - {{identifier: {identifier}, displayName: A, resourceType: Accelerator, minCount: 1, defaultCount: 1}}
"""


def template(name: str, namespace: str, accelerator: str = "nvidia.com/gpu") -> str:
    """A runtime template for vLLM."""
    return f"""\
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: {name}
  namespace: {namespace}
  labels: {{opendatahub.io/dashboard: "true"}}
  annotations:
    opendatahub.io/model-type: '["generative"]'
    opendatahub.io/modelServingSupport: '["single"]'
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata:
    name: {name}-runtime
    annotations: {{opendatahub.io/recommended-accelerators: '["{accelerator}"]'}}
  spec:
    containers:
    - {{name: kserve-container, image: "quay.io/acme/{name}:1"}}
    supportedModelFormats: [{{name: vLLM}}]
"""


def dashboard(**serving: Any) -> str:
    """The administrator's settings."""
    body = documents(document("Project", {"name": "odh-dashboard-config", "namespace": APPLICATIONS}, {}))[0]
    body |= {"apiVersion": "opendatahub.io/v1alpha", "kind": "OdhDashboardConfig", "spec": {"modelServing": serving}}
    return repr(body)


def chosen(objects: Objects) -> str:
    """The template that the ServingRuntime was made from."""
    return str(objects["ServingRuntime"]["metadata"]["annotations"]["opendatahub.io/template-name"])


# --- choosing a runtime ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("nvidia.com/gpu", "vllm-cuda-runtime-template"),
        ("amd.com/gpu", "vllm-rocm-runtime-template"),
        ("habana.ai/gaudi", "vllm-gaudi-runtime-template"),
        ("ibm.com/spyre_vf", "vllm-spyre-s390x-runtime-template"),
    ],
)
def test_the_profiles_accelerator_is_matched_with_the_runtime_made_for_it(
    repo: Repo, identifier: str, expected: str
) -> None:
    repo.write("catalog/accelerator.yaml", accelerator_profile("accelerated", identifier))
    repo.deploy(hardware={"profile": "accelerated"})
    assert chosen(repo.render()) == expected


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("openvino_ir", "opset13", "kserve-ovms"),
        ("tensorflow", "2", "kserve-ovms"),
        ("pytorch", "2", "kserve-ovms"),
        ("sklearn", "1", "mlserver-runtime-template"),
        ("xgboost", "2", "mlserver-runtime-template"),
        ("lightgbm", "4", "mlserver-runtime-template"),
    ],
)
def test_a_predictive_runtime_is_chosen_by_type_and_format(repo: Repo, name: str, version: str, expected: str) -> None:
    repo.deploy(model=predictive(name, version), hardware={"profile": "cpu"})
    assert chosen(repo.render()) == expected


def test_without_a_profile_for_the_accelerator_there_is_no_automatic_choice(repo: Repo) -> None:
    repo.deploy(hardware={"profile": "cpu"}, runtime="auto")
    repo.expect("SW204 deployments/m.yaml:14:12")


def test_predictive_models_need_a_format_first(repo: Repo) -> None:
    unformatted = predictive("onnx")
    del unformatted["format"]
    repo.deploy(model=unformatted, hardware={"profile": "cpu"})
    repo.expect("SW201 deployments/m.yaml:7:3")


def test_a_missing_format_is_answered_with_the_formats_that_there_are(repo: Repo) -> None:
    unformatted = predictive("onnx")
    del unformatted["format"]
    repo.deploy(model=unformatted, hardware={"profile": "cpu"})
    assert "onnx 1, openvino_ir opset13, paddle 2" in repo.run("validate").err


def test_several_templates_for_one_accelerator_mean_choosing_by_hand(repo: Repo) -> None:
    repo.write("catalog/template.yaml", template("tuned", APPLICATIONS))
    repo.deploy(runtime="auto")
    repo.expect("SW204 deployments/m.yaml:14:12")
    found = repo.run("validate").err
    assert "help: choose one by hand: `runtime: tuned` or `runtime: vllm-cuda-runtime-template`" in found


def test_every_candidate_is_listed_with_its_reason(repo: Repo) -> None:
    repo.write("catalog/template.yaml", template("tuned", APPLICATIONS))
    repo.deploy()
    notes = re.findall(r"note: (?:fits?|do(?:es)? not fit): (.+) \((\w+)\): (\w)", repo.run("validate").err)
    assert sum(len(names.split(", ")) for names, _, _ in notes) == 13
    assert {scope for _, scope, _ in notes} == {"global"}


def test_by_hand_any_global_template_even_one_that_would_not_be_chosen(repo: Repo) -> None:
    repo.deploy(hardware={"profile": "cpu"}, runtime="vllm-cpu-x86-runtime-template")
    assert chosen(repo.render()) == "vllm-cpu-x86-runtime-template"


def test_by_hand_a_project_scoped_template_of_a_custom_runtime(repo: Repo) -> None:
    repo.write("catalog/template.yaml", template("house", "demo"))
    repo.deploy(runtime="house")
    objects = repo.render()
    assert chosen(objects) == "house"
    annotations = objects["ServingRuntime"]["metadata"]["annotations"]
    assert annotations["opendatahub.io/serving-runtime-scope"] == "project"


def test_by_hand_a_particular_one_of_two_of_the_same_name(repo: Repo) -> None:
    repo.write("catalog/project.yaml", template("tuned", "demo"))
    repo.write("catalog/global.yaml", template("tuned", APPLICATIONS))
    repo.deploy(runtime={"template": "tuned", "scope": "global"})
    annotations = repo.render()["ServingRuntime"]["metadata"]["annotations"]
    assert annotations["opendatahub.io/serving-runtime-scope"] == "global"


def test_a_project_does_not_see_another_projects_templates(repo: Repo) -> None:
    repo.write("catalog/template.yaml", template("house", "elsewhere"))
    repo.deploy(runtime="house")
    repo.expect("SW205 deployments/m.yaml:14:12")


def test_a_runtime_for_another_accelerator_is_taken_by_hand_with_a_warning(repo: Repo) -> None:
    repo.deploy(runtime="vllm-rocm-runtime-template")
    run = repo.run("validate")
    assert run.code == 0
    assert "warning[SW207] runtime-accelerator" in run.err


def test_the_administrators_llm_d_default_overrides_all_matching(repo: Repo) -> None:
    repo.write("catalog/dashboard.yaml", dashboard(isLLMdDefault=True))
    repo.deploy()
    assert {item["kind"] for item in repo.render()} >= {"LLMInferenceService"}


def test_the_administrators_llm_d_default_leaves_choices_by_hand_alone(repo: Repo) -> None:
    repo.write("catalog/dashboard.yaml", dashboard(isLLMdDefault=True))
    repo.deploy(runtime="vllm-cuda-runtime-template")
    assert chosen(repo.render()) == "vllm-cuda-runtime-template"


def test_the_administrators_llm_d_default_is_for_generative_models_only(repo: Repo) -> None:
    repo.write("catalog/dashboard.yaml", dashboard(isLLMdDefault=True))
    repo.deploy(model=predictive("sklearn", "1"), hardware={"profile": "cpu"})
    assert chosen(repo.render()) == "mlserver-runtime-template"


# --- deployment strategies -------------------------------------------------------------------------------------------


def strategy(objects: Objects) -> str:
    """The strategy of the InferenceService."""
    return str(objects["InferenceService"]["spec"]["predictor"]["deploymentStrategy"]["type"])


def test_rolling_update_is_the_default(repo: Repo) -> None:
    repo.deploy()
    assert strategy(repo.render()) == "RollingUpdate"


@pytest.mark.parametrize(("setting", "expected"), [("rolling", "RollingUpdate"), ("recreate", "Recreate")])
def test_an_administrator_sets_another_default(repo: Repo, setting: str, expected: str) -> None:
    repo.write("catalog/dashboard.yaml", dashboard(deploymentStrategy=setting))
    repo.deploy()
    assert strategy(repo.render()) == expected


def test_the_specs_strategy_wins_over_the_administrators_default(repo: Repo) -> None:
    repo.write("catalog/dashboard.yaml", dashboard(deploymentStrategy="recreate"))
    repo.deploy(strategy="RollingUpdate")
    assert strategy(repo.render()) == "RollingUpdate"


def test_with_llm_d_no_strategy_can_be_chosen(repo: Repo) -> None:
    repo.deploy(runtime="llm-d", strategy="RollingUpdate")
    repo.expect("SW321 deployments/m.yaml:15:13")


def test_with_llm_d_the_strategy_is_recreate(repo: Repo) -> None:
    repo.write("servewright.yaml", project("open-data-hub 3.6"))
    repo.deploy(runtime="llm-d", strategy="Recreate")
    assert repo.render()["LLMInferenceService"]["spec"]["rolloutStrategy"] == {
        "maxSurge": 0,
        "maxUnavailable": "100%",
    }


def test_a_rolling_update_is_explained_with_the_headroom_to_plan(repo: Repo) -> None:
    """About 200 % of the requests: two replicas of 4 cores want 16."""
    repo.deploy(replicas=2)
    run = repo.run("explain", "m")
    assert run.code == 0
    assert "200 %" in run.out
    assert re.search(r"recommended headroom.*\b16\b", run.out)


# --- the wizard ------------------------------------------------------------------------------------------------------

LOCATIONS = [
    pytest.param(
        {"s3": {"connection": "models-s3", "path": "granite/8b"}},
        {"storage": {"key": "models-s3", "path": "granite/8b"}},
        id="an existing S3 connection and a path",
    ),
    pytest.param(
        {"oci": {"image": "oci://quay.io/acme/granite:1", "connection": "registry"}},
        {"storageUri": "oci://quay.io/acme/granite:1"},
        id="an image in an OCI registry",
    ),
    pytest.param({"uri": {"url": "hf://acme/model"}}, {"storageUri": "hf://acme/model"}, id="a URI"),
    pytest.param(
        {"uri": {"connection": "weights"}},
        {"storageUri": "https://models.example.com/weights.tar.gz"},
        id="an existing URI connection",
    ),
    pytest.param(
        {"pvc": {"claim": "models", "path": "granite/8b"}},
        {"storageUri": "pvc://models/granite/8b"},
        id="cluster storage with a path",
    ),
]


@pytest.mark.parametrize(("source", "expected"), LOCATIONS)
def test_a_model_is_at(repo: Repo, source: Json, expected: Json) -> None:
    repo.deploy(model={"type": "generative", "source": source})
    found = repo.render()["InferenceService"]["spec"]["predictor"]["model"]
    assert {key: found[key] for key in ("storage", "storageUri") if key in found} == expected


@pytest.mark.parametrize("model_type", ["predictive", "generative"])
def test_a_model_has_a_type(repo: Repo, model_type: str) -> None:
    given = VLLM if model_type == "generative" else predictive("openvino_ir", "opset13")
    repo.deploy(model=given)
    annotations = repo.render()["InferenceService"]["metadata"]["annotations"]
    assert annotations["opendatahub.io/model-type"] == model_type


def test_a_model_has_a_name_and_a_description(repo: Repo) -> None:
    repo.deploy(displayName="Granite 3.1", description="For the help desk")
    metadata = repo.render()["InferenceService"]["metadata"]
    assert metadata["name"] == "m"
    assert metadata["annotations"]["openshift.io/display-name"] == "Granite 3.1"
    assert metadata["annotations"]["openshift.io/description"] == "For the help desk"


def test_a_name_is_derived_from_the_display_name_as_the_wizard_does(repo: Repo) -> None:
    repo.write("deployments/m.yaml", model(displayName="Granite 3.1 8B").replace("  name: m\n", ""))
    run = repo.run("render")
    assert run.code == 0
    assert "warning[SW110] name-derived: the name `granite-31-8b`" in run.err
    assert (repo.root / "rendered/demo/deployments/granite-31-8b.yaml").is_file()


def test_a_profile_gives_requests_and_limits(repo: Repo) -> None:
    repo.deploy()
    amounts = {"cpu": "4", "memory": "32Gi", "nvidia.com/gpu": "1"}
    found = repo.render()["InferenceService"]["spec"]["predictor"]["model"]["resources"]
    assert found == {"requests": amounts, "limits": amounts}


def test_requests_and_limits_of_a_profile_can_be_customised_one_by_one(repo: Repo) -> None:
    wanted = {"requests": {"cpu": "2"}, "limits": {"cpu": "6", "memory": "64Gi"}}
    repo.deploy(hardware={"profile": "nvidia-gpu", "resources": wanted})
    assert repo.render()["InferenceService"]["spec"]["predictor"]["model"]["resources"] == {
        "requests": {"cpu": "2", "memory": "32Gi", "nvidia.com/gpu": "1"},
        "limits": {"cpu": "6", "memory": "64Gi", "nvidia.com/gpu": "1"},
    }


@pytest.mark.parametrize(
    ("side", "amount"), [("requests", {"cpu": "0.5"}), ("requests", {"memory": "1Ti"}), ("limits", {"cpu": "65"})]
)
def test_customised_resources_stay_in_the_profiles_range(repo: Repo, side: str, amount: Json) -> None:
    repo.deploy(hardware={"profile": "nvidia-gpu", "resources": {side: amount}})
    repo.expect("SW305 deployments/m.yaml:16:" + ("14" if "cpu" in amount else "17"))


def test_a_predictive_model_has_a_framework_and_its_version(repo: Repo) -> None:
    repo.deploy(model=predictive("tensorflow", "2"), hardware={"profile": "cpu"})
    found = repo.render()["InferenceService"]["spec"]["predictor"]["model"]["modelFormat"]
    assert found == {"name": "tensorflow", "version": "2"}


def test_a_generative_model_has_no_framework_to_choose(repo: Repo) -> None:
    repo.deploy()
    assert repo.render()["InferenceService"]["spec"]["predictor"]["model"]["modelFormat"] == {"name": "vLLM"}


def test_a_model_has_replicas(repo: Repo) -> None:
    repo.deploy(replicas=3)
    predictor = repo.render()["InferenceService"]["spec"]["predictor"]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (3, 3)


@pytest.mark.parametrize("runtime", ["auto", "llm-d"])
def test_a_generative_model_is_an_ai_asset_with_a_use_case(repo: Repo, runtime: str) -> None:
    repo.deploy(runtime=runtime, aiAsset={"useCase": "multimodal"})
    found = repo.render()
    metadata = found["LLMInferenceService" if runtime == "llm-d" else "InferenceService"]["metadata"]
    assert metadata["labels"]["opendatahub.io/genai-asset"] == "true"
    assert metadata["annotations"]["opendatahub.io/genai-use-case"] == "multimodal"


def test_a_predictive_model_is_no_ai_asset(repo: Repo) -> None:
    repo.deploy(model=predictive("sklearn", "1"), hardware={"profile": "cpu"}, aiAsset={"useCase": "chat"})
    repo.expect("SW106 deployments/m.yaml:18:3")


def test_an_external_route_makes_a_model_reachable_from_outside(repo: Repo) -> None:
    repo.deploy(expose={"route": True})
    labels = repo.render()["InferenceService"]["metadata"]["labels"]
    assert labels["networking.kserve.io/visibility"] == "exposed"


def test_without_a_route_a_model_is_reachable_inside_the_cluster_only(repo: Repo) -> None:
    repo.deploy()
    assert "networking.kserve.io/visibility" not in repo.render()["InferenceService"]["metadata"]["labels"]


def test_token_authentication_has_one_or_more_service_account_names(repo: Repo) -> None:
    repo.deploy(auth={"tokens": ["default-token", "CI Bot"]})
    objects = repo.render()
    assert [item["metadata"]["name"] for item in objects.all("Secret")] == ["default-token-m-sa", "ci-bot-m-sa"]
    assert {item["metadata"]["annotations"]["openshift.io/display-name"] for item in objects.all("Secret")} == {
        "default-token",
        "CI Bot",
    }
    annotations = objects["InferenceService"]["metadata"]["annotations"]
    assert annotations["security.opendatahub.io/enable-auth"] == "true"


def test_without_token_authentication_anyone_in_reach_may_call_the_model(repo: Repo) -> None:
    repo.deploy()
    annotations = repo.render()["InferenceService"]["metadata"]["annotations"]
    assert annotations["security.opendatahub.io/enable-auth"] == "false"


def test_custom_runtime_arguments_reach_the_runtime_one_by_one(repo: Repo) -> None:
    repo.deploy(args=["--max-model-len=8192", "--served-model-name", "a name"])
    found = repo.render()["InferenceService"]["spec"]["predictor"]["model"]["args"]
    assert found == ["--max-model-len=8192", "--served-model-name", "a name"]


def test_custom_arguments_of_llm_d_reach_vllm_through_its_variable(repo: Repo) -> None:
    repo.deploy(runtime="llm-d", args=["--max-model-len=8192", "--enable-prefix-caching"])
    (container,) = repo.render()["LLMInferenceService"]["spec"]["template"]["containers"]
    assert container["env"] == [
        {"name": "VLLM_ADDITIONAL_ARGS", "value": "--max-model-len=8192 --enable-prefix-caching"}
    ]


@pytest.mark.parametrize("runtime", ["auto", "llm-d"])
def test_environment_variables_keep_their_order(repo: Repo, runtime: str) -> None:
    given = [{"name": "B", "value": "1"}, {"name": "A", "value": "2"}]
    repo.deploy(runtime=runtime, env=given)
    objects = repo.render()
    if runtime == "llm-d":
        found = objects["LLMInferenceService"]["spec"]["template"]["containers"][0]["env"]
    else:
        found = objects["InferenceService"]["spec"]["predictor"]["model"]["env"]
    assert found == given


# --- technology status -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("architecture", "preview"), [("x86", True), ("ppc64le", False)])
def test_spyre_is_a_technology_preview_on_x86_only(repo: Repo, architecture: str, preview: bool) -> None:
    repo.write("catalog/spyre.yaml", accelerator_profile("spyre", "ibm.com/spyre_pf"))
    repo.deploy(hardware={"profile": "spyre"}, runtime=f"vllm-spyre-{architecture}-runtime-template")
    run = repo.run("validate")
    assert run.code == 0
    assert ("warning[SW213] technology-preview" in run.err) == preview


@pytest.mark.parametrize("release", ["openshift-ai 3.3", "openshift-ai 3.5", "open-data-hub 3.4"])
def test_the_preview_is_noted_for_the_release_that_says_so(repo: Repo, release: str) -> None:
    repo.write("servewright.yaml", project(release))
    repo.write("catalog/spyre.yaml", accelerator_profile("spyre", "ibm.com/spyre_pf"))
    repo.deploy(hardware={"profile": "spyre"}, runtime="vllm-spyre-x86-runtime-template")
    assert "SW213" not in repo.run("validate").err


# --- MLServer --------------------------------------------------------------------------------------------------------

FRAMEWORKS = [("lightgbm", "4"), ("onnx", "1"), ("sklearn", "1"), ("xgboost", "2")]


@pytest.mark.parametrize(("name", "version"), FRAMEWORKS)
def test_mlserver_serves(repo: Repo, name: str, version: str) -> None:
    """Model name, implementation and URI are set by KServe, if the runtime says that it is an MLServer."""
    repo.deploy(model=predictive(name, version), hardware={"profile": "cpu"}, runtime="mlserver-runtime-template")
    runtime = repo.render()["ServingRuntime"]
    assert runtime["metadata"]["annotations"]["serving.kserve.io/server-type"] == "mlserver"
    (container,) = runtime["spec"]["containers"]
    variables = {item["name"]: item.get("value") for item in container["env"]}
    assert variables["MLSERVER_MODEL_IMPLEMENTATION"] == "{{.Labels.modelClass}}"
    assert "MLSERVER_MODEL_URI" not in variables
    assert "MLSERVER_MODEL_NAME" not in variables


def test_onnx_on_a_cpu_is_served_by_two_runtimes_so_one_is_chosen_by_hand(repo: Repo) -> None:
    repo.deploy(model=predictive("onnx", "1"), hardware={"profile": "cpu"})
    repo.expect("SW204 deployments/m.yaml:7:3")


def test_a_model_file_of_another_name_is_told_to_mlserver_by_its_variable(repo: Repo) -> None:
    variable = {"name": "MLSERVER_MODEL_URI", "value": "/mnt/models/my-custom-model.pkl"}
    repo.deploy(model=predictive("sklearn", "1"), hardware={"profile": "cpu"}, env=[variable])
    assert repo.render()["InferenceService"]["spec"]["predictor"]["model"]["env"] == [variable]


def test_a_copy_that_lost_its_server_type_would_not_start_and_is_warned_about(repo: Repo) -> None:
    own = template("own-mlserver", "demo").replace("vLLM", "sklearn").replace("generative", "predictive")
    own = own.replace(
        '"quay.io/acme/own-mlserver:1"}',
        '"quay.io/acme/own:1", env: [{name: MLSERVER_MODEL_IMPLEMENTATION, value: "{{.Labels.modelClass}}"}]}',
    )
    repo.write("catalog/template.yaml", own)
    repo.deploy(model=predictive("sklearn"), hardware={"profile": "cpu"}, runtime="own-mlserver")
    assert "warning[SW217] runtime-server-type" in repo.run("validate").err


# --- models in OCI images, from the command line ----------------------------------------------------------------------

OCI_EXAMPLES = """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: sample-isvc-using-oci, namespace: oci-model-example}
spec:
  model:
    type: predictive
    format: {name: onnx}
    source: {oci: {image: "oci://quay.io/user/repository:tag"}}
  hardware: {resources: {requests: {memory: 500Mi, cpu: 100m}, limits: {memory: 4Gi, cpu: 500m}}}
  runtime: {template: kserve-ovms, name: kserve-ovms}
---
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: sample-isvc-using-private-oci, namespace: oci-model-example}
spec:
  model:
    type: predictive
    format: {name: onnx}
    source: {oci: {image: "oci://quay.io/user/private:tag", pullSecrets: [quay-pull-secret]}}
  hardware: {resources: {requests: {memory: 500Mi, cpu: 100m}, limits: {memory: 4Gi, cpu: 500m}}}
  runtime: {template: kserve-ovms, name: kserve-ovms}
"""

OCI_MODEL = {
    "runtime": "kserve-ovms",
    "modelFormat": {"name": "onnx"},
    "resources": {"requests": {"memory": "500Mi", "cpu": "100m"}, "limits": {"memory": "4Gi", "cpu": "500m"}},
}
RELEASES = pytest.mark.parametrize(
    "release", ["openshift-ai 3.3", "openshift-ai 3.4", "openshift-ai 3.5", "open-data-hub 3.6"]
)


def oci_services(repo: Repo, release: str) -> tuple[Json, Json, Objects]:
    """The public and the private InferenceService of the documentation, and everything."""
    repo.write("servewright.yaml", project(release))
    repo.write("deployments/oci.yaml", OCI_EXAMPLES)
    objects = repo.render()
    public, private = objects.all("InferenceService")
    return public, private, objects


@RELEASES
def test_a_serving_runtime_named_kserve_ovms_is_made_in_the_project_from_the_template_of_that_name(
    repo: Repo, release: str
) -> None:
    *_, objects = oci_services(repo, release)
    runtime = objects["ServingRuntime"]
    assert (runtime["metadata"]["name"], runtime["metadata"]["namespace"]) == ("kserve-ovms", "oci-model-example")
    assert runtime["metadata"]["annotations"]["opendatahub.io/template-name"] == "kserve-ovms"


@RELEASES
def test_the_public_image_comes_out_field_by_field(repo: Repo, release: str) -> None:
    public, _, _ = oci_services(repo, release)
    assert (public["apiVersion"], public["metadata"]["name"]) == (
        "serving.kserve.io/v1beta1",
        "sample-isvc-using-oci",
    )
    assert public["metadata"]["namespace"] == "oci-model-example"
    predictor = public["spec"]["predictor"]
    assert predictor["model"] == {**OCI_MODEL, "storageUri": "oci://quay.io/user/repository:tag"}
    assert "imagePullSecrets" not in predictor


@RELEASES
def test_the_private_image_comes_out_field_by_field_with_its_pull_secret(repo: Repo, release: str) -> None:
    _, private, _ = oci_services(repo, release)
    assert private["metadata"]["name"] == "sample-isvc-using-private-oci"
    predictor = private["spec"]["predictor"]
    assert predictor["model"] == {**OCI_MODEL, "storageUri": "oci://quay.io/user/private:tag"}
    assert predictor["imagePullSecrets"] == [{"name": "quay-pull-secret"}]


def test_gpus_are_requested_only_where_there_are_some(repo: Repo) -> None:
    amounts = {"nvidia.com/gpu": "1"}
    repo.deploy(hardware={"resources": {"requests": amounts, "limits": amounts}}, runtime="vllm-cuda-runtime-template")
    found = repo.render()["InferenceService"]["spec"]["predictor"]["model"]["resources"]
    assert found == {"requests": amounts, "limits": amounts}


# --- monitoring ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "profile", "family"),
    [(VLLM, "nvidia-gpu", "vllm"), (predictive("openvino_ir", "opset13"), "cpu", "ovms")],
)
def test_a_copy_of_a_preinstalled_runtime_keeps_what_metrics_are_found_by(
    repo: Repo, given: Json, profile: str, family: str
) -> None:
    repo.deploy(model=given, hardware={"profile": profile})
    annotations = repo.render()["ServingRuntime"]["spec"]["annotations"]
    assert annotations["opendatahub.io/kserve-runtime"] == family
    assert annotations["prometheus.io/path"] == "/metrics"
    assert annotations["prometheus.io/port"].isdigit()


def test_the_model_is_served_under_the_name_that_the_metrics_are_filtered_by(repo: Repo) -> None:
    repo.deploy()
    (container,) = repo.render()["ServingRuntime"]["spec"]["containers"]
    assert "--served-model-name={{.Name}}" in container["args"]
