"""Another GitOps engine, or one that knows the tree by another name: what it writes on its objects restarts models."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import listed
from servewright.change.consequences.subject import Consequence, Fleet
from servewright.change.model import Settings
from servewright.diagnostics import codes
from servewright.diagnostics.field_path import exists
from servewright.diagnostics.model import Path, Where
from servewright.diagnostics.short import short

RULE = codes.ENGINE_TAKEOVER
_SHOWN = 5  # models, by name; the others are counted
_NAMES = {"argocd": "Argo CD", "flux": "Flux"}
_GITOPS: Path = ("spec", "gitops")


def check(fleet: Fleet) -> Iterator[Consequence]:
    """Of a base that had the Project: what a first sync finds on the cluster is not known."""
    settings = fleet.change.settings
    found = _cause(settings) if settings is not None else None
    if settings is None or found is None or not settings.running:
        return
    why, path = found
    names = [f"`{namespace}/{name}`" for namespace, name in settings.running]
    shown = names[:_SHOWN] + ([f"{len(names) - _SHOWN:,} more"] if len(names) > _SHOWN else [])
    one = len(names) == 1
    yield Consequence(
        f"{why}, and its first sync restarts {'the InferenceService that runs' if one else f'all {len(names):,} InferenceServices that run'}, since what it writes on them reaches the pods: {listed(shown)}",
        "do it when restarts are fine, and there is room for the rollouts",
        where=Where(settings.document, path, "value" if exists(settings.document.data, path) else "key"),
    )


def _cause(settings: Settings) -> tuple[str, Path] | None:
    """What makes an engine write something else, and where that is said.

    Argo CD writes the name of its Application, Flux name and namespace of its Kustomization.
    """
    before, after = settings.before, settings.after
    old, new = before.spec.gitops, after.spec.gitops
    engine = _NAMES.get(new.engine)
    if engine is None:
        return None
    if old.engine != new.engine:
        from_other = f" from {_NAMES[old.engine]}" if old.engine in _NAMES else ""
        return f"{engine} takes over{from_other}", (*_GITOPS, "engine")
    if new.repository is None or old.repository is None:
        return None  # then `servewright gitops` printed nothing
    if before.metadata.name != after.metadata.name:
        names = f"`{short(before.metadata.name)}` to `{short(after.metadata.name)}`"
        return f"{engine} syncs by other names when the Project goes from {names}", ("metadata", "name")
    if new.engine == "flux" and old.flux.namespace != new.flux.namespace:
        return f"Flux syncs from the namespace `{new.flux.namespace}`", (*_GITOPS, "flux", "namespace")
    return None
