"""Objects for Flux: the namespaces, the repository, and up to three Kustomizations for each namespace."""

from __future__ import annotations

import re

from servewright.catalog.release import Release
from servewright.gitops.expressions import CONNECTIONS, MODELS, Health
from servewright.gitops.names import joined
from servewright.gitops.places import DASHBOARD, Places, repository_of
from servewright.gitops.text import Json, stream
from servewright.hints import Any
from servewright.model.gitops import OCI, GitRepository
from servewright.model.project import Project

KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/v1"
SOURCE = "source.toolkit.fluxcd.io/v1"
# In the order in which they are applied: admission of a service looks for its Secret and needs the runtime.
STAGES = ("connections", "runtimes", "deployments")

_HEADER = """\
Printed by `servewright gitops flux`. Commit it where Flux' own objects are, outside the synced tree, or apply it.
Print it again when a namespace is new, or the first connection or shared runtime in one. Do not rename what is here,
nor the Project: Flux writes a Kustomization's name on what it applies, on an InferenceService that reaches the pods,
and the models would restart."""

_COMMENTS = {
    "kustomize.toolkit.fluxcd.io/prune:": "Whatever else is in the namespace stays when it is no longer listed here.",
    "opendatahub.io/dashboard:": "The dashboard shows namespaces with this label.",
    "deletionPolicy:": (
        "A Kustomization that goes leaves its models running. To remove models, remove their specs: Flux prunes them."
    ),
    "force:": "Never delete and create again what cannot be changed: that would take the model down.",
    "healthCheckExprs:": "Flux would take an object of these kinds for ready as long as it has no conditions.",
    "dependsOn:": (
        "Flux dry-runs all of a stage before it applies any of it, and admission of a service looks for its Secret."
    ),
}
_NO_WAIT = (
    "The models are not waited for: KServe writes the Deployment's generation into an InferenceService's\n"
    "status.observedGeneration, and Flux waits until that is the object's own (kserve/kserve#6081)."
)


def render(project: Project, places: Places, release: Release) -> str:
    """The YAML stream."""
    flux = project.spec.gitops.flux
    objects: list[Json] = []
    if project.spec.gitops.create_namespaces:
        objects += [_namespace(name) for name in places.folders]
    objects.append(_source(project))
    for namespace, folders in places.folders.items():
        stages = [stage for stage in STAGES if stage in folders]
        objects += [_kustomization(project, places.output, namespace, stage, stages, release) for stage in stages]
    comments = _COMMENTS if flux.wait_for_models else {**_COMMENTS, "wait: false": _NO_WAIT}
    return stream(_HEADER, objects, comments)


def _namespace(name: str) -> Json:
    metadata = {"name": name, "labels": DASHBOARD, "annotations": {"kustomize.toolkit.fluxcd.io/prune": "disabled"}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _source(project: Project) -> Json:
    flux, repository = project.spec.gitops.flux, repository_of(project)
    spec: Json = {"interval": flux.interval, "url": repository.url, "ref": _reference(repository)}
    if flux.secret_name:
        spec["secretRef"] = {"name": flux.secret_name}
    return {
        "apiVersion": SOURCE,
        "kind": _source_kind(repository),
        "metadata": {"name": project.metadata.name, "namespace": flux.namespace},
        "spec": spec,
    }


def _source_kind(repository: GitRepository) -> str:
    return "OCIRepository" if repository.url.startswith(OCI) else "GitRepository"


def _reference(repository: GitRepository) -> Json:
    if repository.url.startswith(OCI):
        revision = repository.revision or "latest"
        return {"digest" if revision.startswith("sha256:") else "tag": revision}
    revision = repository.revision or "main"
    if revision.startswith("refs/"):
        return {"name": revision}
    return {"commit" if re.fullmatch("[0-9a-f]{40}", revision) else "branch": revision}


def _kustomization(
    project: Project, output: str, namespace: str, stage: str, stages: list[str], release: Release
) -> Json:
    flux, repository = project.spec.gitops.flux, repository_of(project)
    last = stage == "deployments"
    spec: dict[str, Any] = {
        "sourceRef": {"kind": _source_kind(repository), "name": project.metadata.name},
        "path": f"./{output}/{namespace}/{stage}",
        "interval": flux.interval,
        "retryInterval": "1m",
        "timeout": flux.timeout if last else "5m",
        "prune": True,
        "deletionPolicy": "Orphan",
        "force": False,
        "wait": flux.wait_for_models if last else True,
    }
    if last and len(stages) > 1:
        spec["dependsOn"] = [{"name": _name(project, namespace, other)} for other in stages if other != stage]
    checks = CONNECTIONS if stage == "connections" else MODELS if last and flux.wait_for_models else ()
    if checks:
        spec["healthCheckExprs"] = [_check(item, release) for item in checks]
    if flux.service_account_name:
        spec["serviceAccountName"] = flux.service_account_name
    metadata = {"name": _name(project, namespace, stage), "namespace": flux.namespace}
    return {"apiVersion": KUSTOMIZATION, "kind": "Kustomization", "metadata": metadata, "spec": spec}


def _name(project: Project, namespace: str, stage: str) -> str:
    return joined(project.metadata.name, namespace, stage)


def _check(health: Health, release: Release) -> Json:
    expressions = {"inProgress": health.in_progress, "failed": health.failed, "current": health.current}
    return {
        "apiVersion": health.api_version or release.llm_api_version,
        "kind": health.kind,
        **{key: text for key, text in expressions.items() if text},
    }
