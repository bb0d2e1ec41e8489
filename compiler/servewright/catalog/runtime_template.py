"""Runtime templates: OpenShift Templates whose first object is a ServingRuntime."""

from __future__ import annotations

import re

from servewright.catalog import annotations as keys
from servewright.catalog import serving_runtime
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.diagnostics import codes
from servewright.diagnostics.model import Problems, Where
from servewright.hints import Any
from servewright.record import NamedTuple

_PARAMETER = r"\$\{\{?[A-Za-z_][A-Za-z0-9_]*\}?\}"


class RuntimeTemplate(NamedTuple):
    """A template; ``runtime`` is None when objects[0] is not a usable ServingRuntime.

    ``runtime_name`` is the name of objects[0] all the same: the dashboard orders, disables and replaces by it.
    ``model_types`` is empty when the annotation is absent or unreadable; ``parameter`` is an unprocessed template
    parameter that was found inside.
    """

    name: str
    namespace: str
    builtin: bool
    runtime: ServingRuntime | None
    runtime_name: str | None
    model_types: tuple[str, ...]
    api_protocol: str | None
    dashboard: bool
    out_of_the_box: bool
    single_model: bool
    unsupported: bool
    parameter: str | None
    where: Where | None


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> RuntimeTemplate | None:
    """The template, or None when it holds nothing (reported)."""
    objects = data.get("objects")
    if not isinstance(objects, list) or not objects:
        problems.add(
            codes.CATALOG_MALFORMED,
            "a Template needs a ServingRuntime as its first object",
            ("objects",),
            on="key",
            help="export it again with `oc get template NAME -n NAMESPACE -o yaml`, or write the ServingRuntime to `objects`",
        )
        return None
    return parse(metadata, objects, Where(problems.document))


def parse(metadata: dict[str, Any], objects: list[Any], where: Where | None) -> RuntimeTemplate:
    """The template of ``metadata`` and ``objects``; ``where`` None marks a built-in one."""
    annotations = keys.string_map(metadata.get("annotations"))
    labels = keys.string_map(metadata.get("labels"))
    runtime = serving_runtime.parse(objects[0], metadata["namespace"], where)
    inner = keys.string_map(runtime.body["metadata"].get("annotations")) if runtime else {}

    def status(key: str) -> str | None:
        return inner.get(key, annotations.get(key))

    return RuntimeTemplate(
        metadata["name"],
        metadata["namespace"],
        where is None,
        runtime,
        _embedded_name(objects[0]),
        tuple(
            kind for kind in keys.json_list(annotations.get(keys.MODEL_TYPE)) if kind in ("predictive", "generative")
        ),
        annotations.get(keys.API_PROTOCOL),
        labels.get(keys.DASHBOARD) == "true",
        labels.get(keys.OOTB) == "true",
        "single" in annotations.get(keys.MODEL_SERVING_SUPPORT, ""),
        status(keys.SUPPORT_STATUS) == "unsupported" and status(keys.UNSUPPORTED_ACCEPTED) != "true",
        _first_parameter(objects[0]) if where is not None else None,
        where,
    )


def _embedded_name(body: object) -> str | None:
    metadata = body.get("metadata") if isinstance(body, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def _first_parameter(value: object) -> str | None:
    """An unprocessed ``${PARAMETER}`` in image references: the cluster would try to pull that text."""
    if isinstance(value, dict):
        image = value.get("image")
        if isinstance(image, str) and "${" in image and (match := re.search(_PARAMETER, image)):
            return match.group()
        return next((found for entry in value.values() if (found := _first_parameter(entry))), None)
    if isinstance(value, list):
        return next((found for entry in value if (found := _first_parameter(entry))), None)
    return None
