"""ServingRuntime: the copy of a template's runtime, as the wizard makes it (odh-dashboard, kserve deployServer.ts)."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.lower.fields import (
    ANNOTATIONS,
    IDENTITY,
    METADATA,
    TEMPLATE,
    TOP,
    Object,
    build,
    from_spec,
    identity,
    platform,
)
from servewright.resolve.context import Context
from servewright.resolve.decisions import RuntimeChoice

API_VERSION = "serving.kserve.io/v1alpha1"
KIND = "ServingRuntime"
_KNOWN_BY = platform("the dashboard recognises the runtime by it")
_FROM_RUNTIME = from_spec("spec.runtime")


def lower(choice: RuntimeChoice, namespace: str, context: Context) -> Object:
    """The runtime of a deployment, or the one that several share."""
    runtime = choice.runtime
    assert runtime is not None
    metadata = runtime.body["metadata"]
    given = keys.string_map(metadata.get("annotations"))
    annotations = keys.without_engines(given)
    if choice.api_protocol and "annotations" in metadata:
        annotations[keys.API_PROTOCOL] = choice.api_protocol
    annotations[keys.DISPLAY_NAME] = runtime.display_name
    annotations[keys.TEMPLATE_NAME] = str(choice.template)
    annotations[keys.TEMPLATE_DISPLAY_NAME] = runtime.display_name
    # Which deployment of a shared runtime chose by hand must not matter, so it always carries the scope.
    if not choice.automatic or choice.shared or context.release.has("runtime-scope-on-automatic"):
        annotations[keys.RUNTIME_SCOPE] = str(choice.scope)
    return build(
        API_VERSION,
        KIND,
        identity(choice.name, namespace, _FROM_RUNTIME if choice.shared else IDENTITY),
        (METADATA, [("labels", keys.without_engines(keys.string_map(metadata.get("labels"))) or None, TEMPLATE)]),
        (ANNOTATIONS, [(key, value, TEMPLATE if key in given else _KNOWN_BY) for key, value in annotations.items()]),
        (TOP, [("spec", runtime.stored_spec, TEMPLATE)]),
    )
