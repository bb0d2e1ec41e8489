"""What the GitOps engine needs on objects: sync waves for Argo CD, the substitution guard for Flux."""

from __future__ import annotations

from servewright.hints import Any
from servewright.lower.fields import Object, Origin, Pattern, Row, annotate, annotation

SYNC_WAVE = "argocd.argoproj.io/sync-wave"
SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"
# Wave 0 is the default. On an InferenceService an annotation would reach the pods, and changing it restart the model.
_WAVES = {"connections": "-10", "runtimes": "-5"}
_KIND_WAVES = {
    "ServingRuntime": "-5",
    "LLMInferenceServiceConfig": "-5",
    "ServiceAccount": "-5",
    "Role": "-5",
    "RoleBinding": "-5",
    "Secret": "-5",
}
# Of whatever object has them, unless its own table says where they are from: to set them by hand is refused.
ROWS: tuple[Row, ...] = (
    (
        annotation(SYNC_WAVE),
        Origin("engine", "Argo CD applies lower waves first: admission and controllers need this object to be there"),
    ),
    (annotation(SUBSTITUTE), Origin("engine", "the text contains `${` or `$$`, which Flux would substitute")),
)


def wave_of(kind: str, folder: str) -> str | None:
    """The sync wave of an object."""
    return _WAVES.get(folder) or _KIND_WAVES.get(kind)


def for_engine(item: Object, folder: str, engine: str) -> Object:
    """``item`` with the annotation that ``engine`` needs, if any; ``item`` itself is the only owner of its metadata."""
    if engine == "argocd":
        wave = wave_of(item.body["kind"], folder)
        return _annotated(item, SYNC_WAVE, wave) if wave else item
    if engine == "flux" and _mentions_variable(item.body):
        return _annotated(item, SUBSTITUTE, "disabled")
    return item


def _annotated(item: Object, key: str, value: str) -> Object:
    annotate(item.body, key, value)
    body, rows, pattern, texts = item
    return item if pattern is None else Object(body, rows, Pattern(pattern.make, (key, value)), texts)


def _mentions_variable(value: Any) -> bool:
    if isinstance(value, str):
        return "${" in value or "$$" in value
    if isinstance(value, dict):
        return any(_mentions_variable(key) or _mentions_variable(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_mentions_variable, value))
