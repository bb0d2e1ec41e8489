"""What will answer requests: the server's API, its port, and the name that it serves the model under."""

from __future__ import annotations

import re
from collections.abc import Sequence

from servewright.catalog.annotations import string_map
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.compilation import Compilation
from servewright.explain.metric_queries import FAMILY_ANNOTATION
from servewright.hints import Any
from servewright.record import NamedTuple
from servewright.resolve.arguments import LLMD_ARGUMENTS
from servewright.resolve.decisions import Decisions

OPENAI, V2, V1, DETECTOR, UNKNOWN = "openai", "open-inference-v2", "v1", "detector", "unknown"
# KServe's default when the container lists no port.
DEFAULT_PORT = 8080
CONTAINER = "kserve-container"
_APIS = {
    "vllm": (OPENAI,),
    "nim": (OPENAI,),
    "ovms": (V2,),
    "mlserver": (V2,),
    "autogluon": (V1, V2),
}
_DETECTOR_FORMAT = "guardrails-detector-hf-runtime"
# vLLM takes options with either separator.
_NAME_OPTIONS = {
    "vllm": ("--served-model-name", "--served_model_name"),
    "ovms": ("--model_name",),
    "autogluon": ("--model_name",),
}
_MLSERVER_NAME = "MLSERVER_MODEL_NAME"
_NIM_ANNOTATION = "runtimes.opendatahub.io/nvidia-nim"
_METADATA = re.compile(r"\{\{-?\s*\.(Name|Namespace)\s*-?\}\}")


class Server(NamedTuple):
    """The server of a deployment.

    ``family`` is the runtime's own word for itself (None: it has none, or it is not known). ``model`` is the name that
    requests use, None when only the server knows it; ``renamed_by`` says what gave it another than the expected one.
    ``readiness`` is whether the readiness probe asks for the model by the deployment's name.
    """

    runtime: ServingRuntime | None
    family: str | None
    apis: tuple[str, ...]
    port: int
    model: str | None
    renamed_by: str | None
    readiness: bool


def server_of(decisions: Decisions, compilation: Compilation) -> Server:
    """The server that the chosen runtime, the arguments and the environment make."""
    return server_with(decisions, runtime_of(decisions, compilation))


def server_with(decisions: Decisions, runtime: ServingRuntime | None) -> Server:
    """The server where the runtime is known already (None: it is in no file, or llm-d's own)."""
    name = decisions.naming.name
    if decisions.runtime.llmd:
        served = decisions.deployment.spec.model.served_name or name
        given = _last_option(_llmd_arguments(decisions), _NAME_OPTIONS["vllm"])
        renamed = f"`{_NAME_OPTIONS['vllm'][0]}`" if given not in (None, served) else None
        return Server(None, None, (OPENAI,), 8000, given or served, renamed, False)
    container = _container(runtime)
    family = family_of(runtime)
    apis = _APIS.get(family or "") or _apis(runtime, decisions)
    model, renamed = _model_name(family, container, decisions)
    probe = container.get("readinessProbe")
    asked = str(probe) if decisions.deployment.spec.container.readiness_probe is None else ""
    return Server(runtime, family, apis, _port(container), model, renamed, "/v2/models/{{.Name}}" in asked)


def runtime_of(decisions: Decisions, compilation: Compilation) -> ServingRuntime | None:
    """The ServingRuntime; one that `existing` names may be another deployment's, or cluster-wide."""
    choice, context = decisions.runtime, compilation.context
    if choice.runtime is not None or choice.llmd:
        return choice.runtime
    others = (
        item.runtime.runtime
        for item in compilation.decisions.values()
        if item.runtime.kind == "template"
        and (item.naming.namespace, item.runtime.name) == (decisions.naming.namespace, choice.name)
    )
    return next(others, None) or (context.catalog.cluster_runtimes.get(("", choice.name)) if context else None)


def family_of(runtime: ServingRuntime | None) -> str | None:
    """``vllm``, ``ovms`` …: what the platform's metrics, and we, tell runtimes apart by."""
    if runtime is None:
        return None
    if string_map(runtime.body["metadata"].get("annotations")).get(_NIM_ANNOTATION) == "true":
        return "nim"
    return string_map(runtime.body["spec"].get("annotations")).get(FAMILY_ANNOTATION)


def image_of(runtime: ServingRuntime | None) -> str | None:
    """The image of the model's container."""
    image = _container(runtime).get("image")
    return image if isinstance(image, str) else None


def _container(runtime: ServingRuntime | None) -> dict[str, Any]:
    containers = runtime.body["spec"]["containers"] if runtime else []
    return next((item for item in containers if isinstance(item, dict) and item.get("name") == CONTAINER), {})


def _port(container: dict[str, Any]) -> int:
    ports = container.get("ports")
    first = ports[0] if isinstance(ports, list) and ports else None
    port = first.get("containerPort") if isinstance(first, dict) else None
    return port if isinstance(port, int) else DEFAULT_PORT


def _apis(runtime: ServingRuntime | None, decisions: Decisions) -> tuple[str, ...]:
    """The APIs of a runtime without a known family, by its format and protocols."""
    model_format = decisions.runtime.format.name
    if model_format == _DETECTOR_FORMAT:
        return (DETECTOR,)
    if model_format == "vLLM":
        return (OPENAI,)
    spoken = runtime.protocols if runtime else ()
    return tuple(api for protocol, api in (("v2", V2), ("v1", V1)) if protocol in spoken) or (UNKNOWN,)


def _model_name(family: str | None, container: dict[str, Any], decisions: Decisions) -> tuple[str | None, str | None]:
    """The served name, and what made it another one than the deployment's."""
    name, namespace = decisions.naming.name, decisions.naming.namespace
    if family == "nim":
        return None, None
    if family == "mlserver":
        given = next((item.value for item in decisions.deployment.spec.env if item.name == _MLSERVER_NAME), None)
        return (given, f"`{_MLSERVER_NAME}`") if given not in (None, "", name) else (name, None)
    options = _NAME_OPTIONS.get(family or "")
    if options is None:
        return name, None
    arguments = container.get("args")
    inherited = [item for item in arguments if isinstance(item, str)] if isinstance(arguments, list) else []
    # KServe appends the spec's arguments to the runtime's; the last one counts.
    given = _last_option([*inherited, *decisions.args], options)
    if given is None:
        return name, None
    served = _METADATA.sub(lambda match: name if match[1] == "Name" else namespace, given)
    return served, (f"`{options[0]}`" if served != name else None)


def _llmd_arguments(decisions: Decisions) -> list[str]:
    """llm-d's arguments as its shell takes them apart."""
    given = [item.value or "" for item in decisions.deployment.spec.env if item.name == LLMD_ARGUMENTS]
    return " ".join([*given, *decisions.args]).split()


def _last_option(arguments: Sequence[str], options: tuple[str, ...]) -> str | None:
    found = None
    for index, argument in enumerate(arguments):
        option, separator, value = argument.partition("=")
        if option in options:
            found = value if separator else next(iter(arguments[index + 1 : index + 2]), None)
    return found
