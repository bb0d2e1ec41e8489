"""What a request looks like, per API: path, example body, and how to ask the server what it expects."""

from __future__ import annotations

from servewright.explain.server import DETECTOR, OPENAI, V1, V2
from servewright.hints import Any
from servewright.record import NamedTuple


class RequestForm(NamedTuple):
    """A request; ``{model}`` stands for the served name. ``inquiry`` is a path that shows what the server has."""

    title: str
    path: str
    body: dict[str, Any]
    headers: tuple[str, ...] = ()
    inquiry: str | None = None
    notes: tuple[str, ...] = ()


REQUEST_FORMS: dict[str, RequestForm] = {
    OPENAI: RequestForm(
        "OpenAI API, as vLLM serves it",
        "/v1/chat/completions",
        {"model": "{model}", "messages": [{"role": "user", "content": "Hello"}]},
        inquiry="/v1/models",
    ),
    V2: RequestForm(
        "Open Inference Protocol (v2)",
        "/v2/models/{model}/infer",
        {"inputs": [{"name": "input-0", "shape": [1, 4], "datatype": "FP32", "data": [5.1, 3.5, 1.4, 0.2]}]},
        inquiry="/v2/models/{model}",
        notes=("name, shape, datatype and data are the model's own: these are an example",),
    ),
    V1: RequestForm(
        "KServe's protocol v1",
        "/v1/models/{model}:predict",
        {"instances": [{"column-1": 5.1, "column-2": "red"}]},
        notes=("the columns are those that the model was trained with; models of time series take v1 only",),
    ),
    DETECTOR: RequestForm(
        "Detector API of the Guardrails project",
        "/api/v1/text/contents",
        {"contents": ["Text to look at"], "detector_params": {}},
        headers=("detector-id: {model}",),
        notes=(
            "a detector is usually called by a Guardrails Orchestrator, not by people; the platform does not describe "
            "its API, and this is what the upstream project documents: expect differences between versions",
        ),
    ),
}
