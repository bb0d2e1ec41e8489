"""What the GitOps engine needs on objects: sync waves for Argo CD, the substitution guard for Flux."""

from __future__ import annotations

from servewright.hints import Any
from servewright.lower.fields import Object, Origin, annotation

SYNC_WAVE = annotation("argocd.argoproj.io/sync-wave")
SUBSTITUTE = annotation("kustomize.toolkit.fluxcd.io/substitute")
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
_ARGOCD = Origin("engine", "Argo CD applies lower waves first: admission and controllers need this object to be there")
_FLUX = Origin("engine", "the text contains `${` or `$$`, which Flux would substitute")


def for_engine(item: Object, folder: str, engine: str) -> Object:
    """``item`` with the annotation that ``engine`` needs, if any; ``item`` itself is the only owner of its metadata."""
    if engine == "argocd":
        wave = _WAVES.get(folder) or _KIND_WAVES.get(item.body["kind"])
        return _annotated(item, SYNC_WAVE, wave, _ARGOCD) if wave else item
    if engine == "flux" and _mentions_variable(item.body):
        return _annotated(item, SUBSTITUTE, "disabled", _FLUX)
    return item


def _annotated(item: Object, path: tuple[str | int, ...], value: str, origin: Origin) -> Object:
    item.body["metadata"].setdefault("annotations", {})[path[-1]] = value
    return Object(item.body, (*item.rows, (path, value, origin)))


def _mentions_variable(value: Any) -> bool:
    if isinstance(value, str):
        return "${" in value or "$$" in value
    if isinstance(value, dict):
        return any(_mentions_variable(key) or _mentions_variable(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_mentions_variable, value))
