"""The Prometheus queries behind the platform's model dashboards, as a table.

They are those that odh-model-controller writes into the ConfigMap ``<name>-metrics-dashboard`` (its
internal/controller/constants/runtime-metrics.go and reconcilers/kserve_metrics_dashboard_reconciler.go); the key is
the runtime's ``spec.annotations["opendatahub.io/kserve-runtime"]``, or ``nim``. ``${MODEL_NAME}`` stands for the
InferenceService's name, whatever name the model is served under.
"""

from __future__ import annotations

from servewright.record import NamedTuple

FAMILY_ANNOTATION = "opendatahub.io/kserve-runtime"
RATE_INTERVAL = "1m"
REQUEST_RATE_INTERVAL = "5m"
KV_CACHE_SAMPLING_RATE = "24h"

_PODS = "namespace='${NAMESPACE}', pod=~'${MODEL_NAME}-predictor-.*'"
_RATE = "[${RATE_INTERVAL}]"
_REQUESTS = "[${REQUEST_RATE_INTERVAL}]"


class Query(NamedTuple):
    """A query; ``type`` is the dashboard's name for the chart it belongs to."""

    type: str
    title: str
    query: str


def _mean_by_pod(metric: str, selector: str = _PODS) -> str:
    return f"sum by (pod) (rate({metric}_sum{{{selector}}}{_RATE})) / sum by (pod) (rate({metric}_count{{{selector}}}{_RATE}))"


def _requests(metric: str, selector: str = _PODS) -> str:
    return f"round(sum(increase({metric}{{{selector}}}{_REQUESTS})))"


def _vllm_requests(operator: str) -> str:
    selector = f"namespace='${{NAMESPACE}}',model_name='${{MODEL_NAME}}',finished_reason{operator}'error|abort'"
    return _requests("vllm:request_success_total", selector)


def _ovms_latency(metric: str, selector: str) -> str:
    # The first interval is fixed in the platform's own table too.
    return f"sum by (name) (rate({metric}_sum{{{selector}}}[1m])) / sum by (name) (rate({metric}_count{{{selector}}}{_RATE}))"


_OVMS = "namespace='${NAMESPACE}',name='${MODEL_NAME}'"
_OVMS_SPACED = "namespace='${NAMESPACE}', name='${MODEL_NAME}'"
_VLLM = "namespace='${NAMESPACE}', model_name='${MODEL_NAME}'"
_INFER_PATH = _PODS + ", path='/v2/models/{model_name}/infer'"

EVERY_RUNTIME = (
    Query(
        "CPU_USAGE",
        "CPU, as a share of the limit",
        f"sum(pod:container_cpu_usage:sum{{{_PODS}}})/sum(kube_pod_resource_limit{{resource='cpu', {_PODS}}})",
    ),
    Query(
        "MEMORY_USAGE",
        "Memory, as a share of the limit",
        f"sum(container_memory_working_set_bytes{{{_PODS}}})/sum(kube_pod_resource_limit{{resource='memory', {_PODS}}})",
    ),
)

BY_FAMILY: dict[str, tuple[Query, ...]] = {
    "ovms": (
        Query("REQUEST_COUNT", "Requests that succeeded", _requests("ovms_requests_success", _OVMS)),
        Query("REQUEST_COUNT", "Requests that failed", _requests("ovms_requests_fail", _OVMS)),
        Query(
            "MEAN_LATENCY",
            "Mean inference time, in microseconds",
            _ovms_latency("ovms_inference_time_us", _OVMS_SPACED),
        ),
        Query(
            "MEAN_LATENCY",
            "Mean request time, in microseconds",
            _ovms_latency("ovms_request_time_us", "name='${MODEL_NAME}'"),
        ),
    ),
    "vllm": (
        Query("REQUEST_COUNT", "Requests that succeeded", _vllm_requests("!~")),
        Query("REQUEST_COUNT", "Requests that failed", _vllm_requests("=~")),
        Query(
            "MEAN_LATENCY",
            "Median request latency, in seconds",
            f"histogram_quantile(0.5, sum(rate(vllm:e2e_request_latency_seconds_bucket{{{_VLLM}}}{_RATE})) by (le, model_name))",
        ),
    ),
    "tgis": (
        Query("REQUEST_COUNT", "Requests that succeeded", _requests("tgi_request_success")),
        Query("REQUEST_COUNT", "Requests that failed", _requests("tgi_request_failure")),
        Query("MEAN_LATENCY", "Mean inference time", _mean_by_pod("tgi_request_inference_duration")),
        Query("MEAN_LATENCY", "Mean request time", _mean_by_pod("tgi_request_duration")),
    ),
    "mlserver": (
        Query("REQUEST_COUNT", "Requests that succeeded", _requests("model_infer_request_success_total")),
        Query("REQUEST_COUNT", "Requests that failed", _requests("model_infer_request_failure_total")),
        Query("MEAN_LATENCY", "Mean inference time", _mean_by_pod("model_infer_request_duration")),
        Query(
            "MEAN_LATENCY",
            "Mean request time, in seconds",
            _mean_by_pod("rest_server_request_duration_seconds", _INFER_PATH),
        ),
    ),
    "autogluon": (
        Query("REQUEST_COUNT", "Requests", _requests("request_predict_seconds_count")),
        Query("MEAN_LATENCY", "Mean prediction time, in seconds", _mean_by_pod("request_predict_seconds")),
        Query("MEAN_LATENCY", "Mean preprocessing time, in seconds", _mean_by_pod("request_preprocess_seconds")),
    ),
    "nim": (
        Query("REQUEST_COUNT", "Requests that succeeded", _requests("request_success_total")),
        Query("REQUEST_COUNT", "Requests that failed", _requests("request_failure_total")),
        Query(
            "MEAN_LATENCY",
            "Mean request latency, in seconds",
            f"(rate(e2e_request_latency_seconds_sum{{{_PODS}}}{_RATE}) * 1000) / (rate(e2e_request_latency_seconds_count{{{_PODS}}}{_RATE}) * 1000)",
        ),
        Query(
            "KV_CACHE",
            "KV cache in use",
            f"sum_over_time(gpu_cache_usage_perc{{{_PODS}}}[${{KV_CACHE_SAMPLING_RATE}}])",
        ),
        Query("CURRENT_REQUESTS", "Requests waiting", f"num_requests_waiting{{{_PODS}}}"),
        Query("CURRENT_REQUESTS", "Requests running", f"num_requests_running{{{_PODS}}}"),
        Query("CURRENT_REQUESTS", "Requests at most", f"num_request_max{{{_PODS}}}"),
        Query("TOKENS_COUNT", "Prompt tokens per second", f"round(rate(prompt_tokens_total{{{_PODS}}}{_RATE}))"),
        Query("TOKENS_COUNT", "Generated tokens per second", f"round(rate(generation_tokens_total{{{_PODS}}}{_RATE}))"),
        Query("TIME_TO_FIRST_TOKEN", "Time to first token", f"rate(time_to_first_token_seconds_sum{{{_PODS}}}{_RATE})"),
        Query(
            "TIME_PER_OUTPUT_TOKEN",
            "Time per output token",
            f"rate(time_per_output_token_seconds_sum{{{_PODS}}}{_RATE})",
        ),
    ),
}

# What the dashboard offers; as good a start as any for one's own charts.
TIME_RANGES = ("1 hour", "24 hours", "7 days", "30 days")
REFRESH = ("15 s", "30 s", "1 min", "5 min", "15 min", "30 min", "1 h", "2 h", "1 day")


def queries_for(family: str, namespace: str, name: str) -> tuple[Query, ...]:
    """The queries of a runtime family with everything filled in; empty for a family that the platform does not chart.

    ``name`` is the InferenceService's. Names are DNS labels, so nothing in them needs escaping in PromQL.
    """
    values = {
        "${NAMESPACE}": namespace,
        "${MODEL_NAME}": name,
        "${RATE_INTERVAL}": RATE_INTERVAL,
        "${REQUEST_RATE_INTERVAL}": REQUEST_RATE_INTERVAL,
        "${KV_CACHE_SAMPLING_RATE}": KV_CACHE_SAMPLING_RATE,
    }
    rows = BY_FAMILY.get(family)
    if rows is None:
        return ()
    return tuple(row._replace(query=_fill(row.query, values)) for row in (*rows, *EVERY_RUNTIME))


def _fill(query: str, values: dict[str, str]) -> str:
    for placeholder, value in values.items():
        query = query.replace(placeholder, value)
    return query
