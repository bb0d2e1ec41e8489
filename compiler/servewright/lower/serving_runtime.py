"""ServingRuntime: the copy of a template's runtime, as the wizard makes it (odh-dashboard, kserve deployServer.ts)."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.lower.engine_metadata import SYNC_WAVE, wave_of
from servewright.lower.fields import (
    IDENTITY,
    NAME,
    NAMESPACE,
    TEMPLATE,
    Body,
    Object,
    Row,
    annotation,
    from_spec,
    platform,
)
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import RuntimeChoice

API_VERSION = "serving.kserve.io/v1alpha1"
KIND = "ServingRuntime"
_KNOWN_BY = platform("the dashboard recognises the runtime by it")
_FROM_RUNTIME = from_spec("spec.runtime")


class _Copied(NamedTuple):
    """What copies of a runtime have in common: they share it, and it is not changed."""

    metadata: Body  # but for the identity
    rows: tuple[Row, ...]


def lower(choice: RuntimeChoice, namespace: str, context: Context) -> Object:
    """The runtime of a deployment, or the one that several share."""
    runtime = choice.runtime
    assert runtime is not None
    # Which deployment of a shared runtime chose by hand must not matter, so it always carries the scope.
    scoped = not choice.automatic or choice.shared or context.release.has("runtime-scope-on-automatic")
    key = id(runtime), choice.template, choice.scope if scoped else None, choice.api_protocol, choice.shared
    copied = context.copied.get(key)
    if copied is None:
        copied = context.copied[key] = _copied(choice, scoped, context.engine)
    body: Body = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": choice.name, "namespace": namespace, **copied.metadata},
        "spec": runtime.stored_spec,
    }
    return Object(body, copied.rows)


def _copied(choice: RuntimeChoice, scoped: bool, engine: str) -> _Copied:
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
    if scoped:
        annotations[keys.RUNTIME_SCOPE] = str(choice.scope)
    rows: tuple[Row, ...] = (
        (NAME, _FROM_RUNTIME if choice.shared else IDENTITY),
        (NAMESPACE, IDENTITY),
        (("metadata", "labels"), TEMPLATE),
        *((annotation(key), TEMPLATE if key in given else _KNOWN_BY) for key in annotations),
        (("spec",), TEMPLATE),
    )
    if engine == "argocd" and (wave := wave_of(KIND, "runtimes")):
        annotations[SYNC_WAVE] = wave
    labels = keys.without_engines(keys.string_map(metadata.get("labels")))
    return _Copied({"labels": labels, "annotations": annotations} if labels else {"annotations": annotations}, rows)
