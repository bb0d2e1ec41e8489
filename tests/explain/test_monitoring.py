"""How to watch a model: the platform's own queries, filled in, or the reason why there are none."""

from __future__ import annotations

import pytest

from explain.fleet import FLEET, compiled, model
from explain.test_calling import GENERATIVE, PREDICTIVE, explained
from servewright.explain.explanation import explain
from servewright.explain.metric_queries import BY_FAMILY, queries_for

# Written out by hand from the platform's table: namespace `ns`, InferenceService `m`.
EXPECTED = {
    "ovms": [
        "round(sum(increase(ovms_requests_success{namespace='ns',name='m'}[5m])))",
        "round(sum(increase(ovms_requests_fail{namespace='ns',name='m'}[5m])))",
        "sum by (name) (rate(ovms_inference_time_us_sum{namespace='ns', name='m'}[1m])) / sum by (name) (rate(ovms_inference_time_us_count{namespace='ns', name='m'}[1m]))",
        "sum by (name) (rate(ovms_request_time_us_sum{name='m'}[1m])) / sum by (name) (rate(ovms_request_time_us_count{name='m'}[1m]))",
    ],
    "vllm": [
        "round(sum(increase(vllm:request_success_total{namespace='ns',model_name='m',finished_reason!~'error|abort'}[5m])))",
        "round(sum(increase(vllm:request_success_total{namespace='ns',model_name='m',finished_reason=~'error|abort'}[5m])))",
        "histogram_quantile(0.5, sum(rate(vllm:e2e_request_latency_seconds_bucket{namespace='ns', model_name='m'}[1m])) by (le, model_name))",
    ],
    "tgis": [
        "round(sum(increase(tgi_request_success{namespace='ns', pod=~'m-predictor-.*'}[5m])))",
        "round(sum(increase(tgi_request_failure{namespace='ns', pod=~'m-predictor-.*'}[5m])))",
        "sum by (pod) (rate(tgi_request_inference_duration_sum{namespace='ns', pod=~'m-predictor-.*'}[1m])) / sum by (pod) (rate(tgi_request_inference_duration_count{namespace='ns', pod=~'m-predictor-.*'}[1m]))",
        "sum by (pod) (rate(tgi_request_duration_sum{namespace='ns', pod=~'m-predictor-.*'}[1m])) / sum by (pod) (rate(tgi_request_duration_count{namespace='ns', pod=~'m-predictor-.*'}[1m]))",
    ],
    "mlserver": [
        "round(sum(increase(model_infer_request_success_total{namespace='ns', pod=~'m-predictor-.*'}[5m])))",
        "round(sum(increase(model_infer_request_failure_total{namespace='ns', pod=~'m-predictor-.*'}[5m])))",
        "sum by (pod) (rate(model_infer_request_duration_sum{namespace='ns', pod=~'m-predictor-.*'}[1m])) / sum by (pod) (rate(model_infer_request_duration_count{namespace='ns', pod=~'m-predictor-.*'}[1m]))",
        "sum by (pod) (rate(rest_server_request_duration_seconds_sum{namespace='ns', pod=~'m-predictor-.*', path='/v2/models/{model_name}/infer'}[1m])) / sum by (pod) (rate(rest_server_request_duration_seconds_count{namespace='ns', pod=~'m-predictor-.*', path='/v2/models/{model_name}/infer'}[1m]))",
    ],
    "autogluon": [
        "round(sum(increase(request_predict_seconds_count{namespace='ns', pod=~'m-predictor-.*'}[5m])))",
        "sum by (pod) (rate(request_predict_seconds_sum{namespace='ns', pod=~'m-predictor-.*'}[1m])) / sum by (pod) (rate(request_predict_seconds_count{namespace='ns', pod=~'m-predictor-.*'}[1m]))",
        "sum by (pod) (rate(request_preprocess_seconds_sum{namespace='ns', pod=~'m-predictor-.*'}[1m])) / sum by (pod) (rate(request_preprocess_seconds_count{namespace='ns', pod=~'m-predictor-.*'}[1m]))",
    ],
    "nim": [
        "round(sum(increase(request_success_total{namespace='ns', pod=~'m-predictor-.*'}[5m])))",
        "round(sum(increase(request_failure_total{namespace='ns', pod=~'m-predictor-.*'}[5m])))",
        "(rate(e2e_request_latency_seconds_sum{namespace='ns', pod=~'m-predictor-.*'}[1m]) * 1000) / (rate(e2e_request_latency_seconds_count{namespace='ns', pod=~'m-predictor-.*'}[1m]) * 1000)",
        "sum_over_time(gpu_cache_usage_perc{namespace='ns', pod=~'m-predictor-.*'}[24h])",
        "num_requests_waiting{namespace='ns', pod=~'m-predictor-.*'}",
        "num_requests_running{namespace='ns', pod=~'m-predictor-.*'}",
        "num_request_max{namespace='ns', pod=~'m-predictor-.*'}",
        "round(rate(prompt_tokens_total{namespace='ns', pod=~'m-predictor-.*'}[1m]))",
        "round(rate(generation_tokens_total{namespace='ns', pod=~'m-predictor-.*'}[1m]))",
        "rate(time_to_first_token_seconds_sum{namespace='ns', pod=~'m-predictor-.*'}[1m])",
        "rate(time_per_output_token_seconds_sum{namespace='ns', pod=~'m-predictor-.*'}[1m])",
    ],
}
RESOURCES = [
    "sum(pod:container_cpu_usage:sum{namespace='ns', pod=~'m-predictor-.*'})/sum(kube_pod_resource_limit{resource='cpu', namespace='ns', pod=~'m-predictor-.*'})",
    "sum(container_memory_working_set_bytes{namespace='ns', pod=~'m-predictor-.*'})/sum(kube_pod_resource_limit{resource='memory', namespace='ns', pod=~'m-predictor-.*'})",
]


@pytest.mark.parametrize("family", sorted(EXPECTED))
def test_queries_are_the_platforms_own(family: str) -> None:
    assert [row.query for row in queries_for(family, "ns", "m")] == EXPECTED[family] + RESOURCES


def test_every_family_is_checked() -> None:
    assert sorted(BY_FAMILY) == sorted(EXPECTED)


def test_a_deployment_gets_the_queries_of_its_runtimes_family() -> None:
    explanation = explained(GENERATIVE)
    assert explanation.monitoring.supported
    assert explanation.metrics == queries_for("vllm", "lab", "m")


def test_queries_ask_for_the_deployment_even_when_the_model_has_another_name() -> None:
    explanation = explained(GENERATIVE + "  args: [--served-model-name=chat]\n")
    assert explanation.metrics == queries_for("vllm", "lab", "m")


def test_a_copy_of_a_preinstalled_runtime_keeps_its_metrics_and_others_have_none() -> None:
    template = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: own
  namespace: lab
  labels: {opendatahub.io/dashboard: "true"}
  annotations: {opendatahub.io/modelServingSupport: '["single"]', opendatahub.io/model-type: '["predictive"]'}
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {name: own}
  spec:
    annotations: {opendatahub.io/kserve-runtime: mlserver}
    containers: [{name: kserve-container, image: "quay.io/acme/own:1"}]
    protocolVersions: [v2]
    supportedModelFormats: [{name: sklearn, version: "1"}]
"""
    spec = PREDICTIVE + "  runtime: own\n"
    copied = explained(spec, {"catalog/own.yaml": template})
    assert copied.metrics == queries_for("mlserver", "lab", "m")
    assert "its own metrics are not collected" in " ".join(copied.monitoring.notes)  # there is no prometheus.io/port

    foreign = explained(spec, {"catalog/own.yaml": template.replace("kserve-runtime: mlserver", "acme/kind: mine")})
    assert (foreign.monitoring.supported, foreign.metrics) == (False, ())
    assert "no annotation opendatahub.io/kserve-runtime" in foreign.monitoring.notes[0]

    other = explained(spec, {"catalog/own.yaml": template.replace("kserve-runtime: mlserver", "kserve-runtime: mine")})
    assert (other.monitoring.supported, other.metrics) == (False, ())
    assert "`mine`" in other.monitoring.notes[0]


def test_a_cluster_wide_runtime_has_no_metrics() -> None:
    runtime = """\
apiVersion: serving.kserve.io/v1alpha1
kind: ClusterServingRuntime
metadata: {name: everywhere}
spec:
  annotations: {opendatahub.io/kserve-runtime: mlserver}
  containers: [{name: kserve-container, image: "quay.io/acme/own:1"}]
  supportedModelFormats: [{name: sklearn, version: "1"}]
"""
    explanation = explained(PREDICTIVE + "  runtime: {existing: everywhere}\n", {"catalog/r.yaml": runtime})
    assert explanation.metrics == ()
    assert "ClusterServingRuntime" in explanation.monitoring.notes[0]


def test_llm_d_is_watched_through_its_own_monitors() -> None:
    explanation = explain(("chat", "qwen-7b"), compiled())
    assert explanation.metrics == ()
    assert "kserve-llm-isvc-vllm-engine" in " ".join(explanation.monitoring.notes)


def test_the_detector_has_no_metrics() -> None:
    spec = PREDICTIVE.replace('{name: sklearn, version: "1"}', "{name: guardrails-detector-hf-runtime}")
    assert not explained(spec).monitoring.supported


def test_mlserver_files_are_those_of_the_format() -> None:
    for name, version, files in (
        ("sklearn", "1", ("model.joblib", "model.pickle", "model.pkl")),
        ("lightgbm", "4", ("model.bst",)),
        ("xgboost", "2", ("model.bst", "model.json", "model.ubj")),
    ):
        found = explained(
            PREDICTIVE.replace('sklearn, version: "1"', f'{name}, version: "{version}"')
        ).decisions.source.files
        assert found is not None and (found.well_known, found.model_uri) == (files, None)
        assert "`MLSERVER_MODEL_URI` is not set" in found.notes[1]
        assert found.notes[-1].endswith("the `name` in it must be `m`")


def test_mlserver_needs_settings_where_kserve_does_not_know_the_runtime() -> None:
    """Release 3.3's runtime has no server type, so KServe tells MLServer nothing about the model."""
    project = FLEET["servewright.yaml"].replace('version: "3.4"', 'version: "3.3"')
    found = explained(PREDICTIVE, {"servewright.yaml": project}).decisions.source.files
    assert found is not None and found.well_known == ()
    assert "finds no model by itself" in found.notes[0]
    assert "a `model-settings.json` is required" in found.notes[1]
    assert not [note for note in found.notes if "MLServer finds `" in note or "MLSERVER_MODEL_URI" in note]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("value: /mnt/models/sub/m.pkl", "/mnt/models/sub/m.pkl"),
        ("valueFrom: {configMapKeyRef: {name: c, key: k}}", "a reference"),
    ],
)
def test_mlserver_loads_the_file_that_the_environment_names(value: str, shown: str) -> None:
    found = explained(PREDICTIVE + f"  env: [{{name: MLSERVER_MODEL_URI, {value}}}]\n").decisions.source.files
    assert found is not None and found.model_uri == shown


def test_names_are_filled_in_everywhere() -> None:
    compilation = compiled({"deployments/m.yaml": model("m", GENERATIVE)})
    for key in compilation.decisions:
        assert "${" not in "".join(row.query for row in explain(key, compilation).metrics)
