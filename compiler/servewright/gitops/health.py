"""Health checks for Argo CD itself: Lua for KServe's kinds, in the form that its installation takes.

The checks are files of their own, as in Argo CD's sources, so that they can be run and reviewed as Lua.
"""

from __future__ import annotations

from collections.abc import Callable

from servewright.gitops.argocd import namespace_of
from servewright.gitops.text import Json, stream
from servewright.model.project import Project

GROUP = "serving.kserve.io"
KINDS = ("InferenceService", "LLMInferenceService")

_HEADER = """\
Printed by `servewright gitops argocd --health {form}`: when Argo CD shall take a model for healthy.
It belongs to Argo CD's installation, and holds for all that it syncs."""
_EXTRA = (
    "The operator copies these to the ConfigMap argocd-cm. `resourceHealthChecks` would do too, but that is a list:\n"
    "applying one replaces the checks that are there."
)


def script(kind: str) -> str:
    """The Lua of a kind."""
    from importlib.resources import files

    return (files("servewright.gitops") / "health" / f"{kind}.lua").read_text(encoding="utf-8")


def render(project: Project, form: str) -> str:
    """The health checks for the ConfigMap of Argo CD, or for the operator's ArgoCD object."""
    body, comments = FORMS[form](namespace_of(project))
    return stream(_HEADER.format(form=form), [body], comments)


def _config_map(namespace: str) -> tuple[Json, dict[str, str]]:
    body: Json = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "argocd-cm",
            "namespace": namespace,
            # Argo CD reads only what has this label.
            "labels": {"app.kubernetes.io/part-of": "argocd"},
        },
        "data": _checks(),
    }
    return body, {}


def _operator(namespace: str) -> tuple[Json, dict[str, str]]:
    body: Json = {
        "apiVersion": "argoproj.io/v1beta1",
        "kind": "ArgoCD",
        "metadata": {"name": namespace if namespace == "openshift-gitops" else "argocd", "namespace": namespace},
        "spec": {"extraConfig": _checks()},
    }
    return body, {"extraConfig:": _EXTRA}


def _checks() -> Json:
    return {f"resource.customizations.health.{GROUP}_{kind}": script(kind) for kind in KINDS}


FORMS: dict[str, Callable[[str], tuple[Json, dict[str, str]]]] = {"configmap": _config_map, "operator": _operator}
