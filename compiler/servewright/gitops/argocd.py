"""Applications for Argo CD: one for each namespace, or an ApplicationSet that makes them."""

from __future__ import annotations

from servewright.gitops.places import DASHBOARD, Places, repository_of
from servewright.gitops.text import Json, stream
from servewright.hints import Any
from servewright.model.gitops import ArgoCD, Destination
from servewright.model.project import Project

API_VERSION = "argoproj.io/v1alpha1"
_OWN_CLUSTER = (Destination("https://kubernetes.default.svc"), Destination(name="in-cluster"))

_HEADER = """\
Printed by `servewright gitops argocd`. Commit it where Argo CD's own objects are, outside the synced tree, or apply
it. Do not rename it, nor the Project: Argo CD writes the Application's name on what it syncs, on an InferenceService
that reaches the pods, and the models would restart."""

_COMMENTS = {
    "argocd.argoproj.io/compare-options:": (
        "Compare with what the API server and its webhooks would make of the manifest."
    ),
    "directories:": "A folder for each namespace; one that is new in Git gets its Application by itself.",
    "goTemplateOptions:": "A name that is not known is an error, not an empty text.",
    "preserveResourcesOnDeletion:": (
        "An Application that goes leaves its models running. To remove models, remove their specs: Argo CD prunes them."
    ),
    "project:": "The same for all: a project that came from Git could be chosen by whoever may add a folder.",
    "allowEmpty:": (
        "A namespace whose last model was removed is an empty list, and is pruned. servewright never writes an empty\n"
        "list by mistake: with any error it writes nothing at all."
    ),
    "retry:": "What admission refuses until a Secret is there is applied once it is; newer commits are taken up meanwhile.",
    "- ServerSideApply=true": "Fields that webhooks and controllers own stay theirs. Never Replace or Force: both restart models.",
    "- ApplyOutOfSyncOnly=true": "A change of one model neither applies nor waits for the others.",
    "- FailOnSharedResource=true": "An object that another Application syncs is an error, not a tug-of-war.",
    "- Prune=confirm": (
        "Here, since on a model it would be an annotation that reaches the pods. Argo CD up to 3.2 does not know it\n"
        "here, and prunes at once: `spec.gitops.argocd.prune: manual` is for those."
    ),
    "opendatahub.io/dashboard:": "The dashboard shows namespaces with this label.",
    "argocd.argoproj.io/managed-by:": "With it, the OpenShift GitOps operator lets this Argo CD work in the namespace.",
}


def namespace_of(project: Project) -> str:
    """Where Argo CD itself is."""
    return project.spec.gitops.argocd.namespace or (
        "openshift-gitops" if project.spec.platform.name == "openshift-ai" else "argocd"
    )


def render(project: Project, places: Places) -> str:
    """The YAML stream. An ApplicationSet finds the namespaces itself."""
    options, name = project.spec.gitops.argocd, project.metadata.name
    comments = dict(_COMMENTS)
    if options.application_set:
        objects = [_application_set(project, places.output)]
    else:
        del comments["project:"]
        objects = [
            _object(
                "Application",
                f"{name}-{namespace}",  # the same as the ApplicationSet's, so that one can follow the other
                namespace_of(project),
                _spec(project, f"{places.output}/{namespace}", namespace),
                _COMPARE,
            )
            for namespace in places.folders
        ]
    return stream(_HEADER, objects, comments)


_COMPARE: Json = {
    "annotations": {"argocd.argoproj.io/compare-options": "ServerSideDiff=true,IncludeMutationWebhook=true"}
}


def _object(kind: str, name: str, namespace: str, spec: Json, metadata: Json) -> Json:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": spec,
    }


def _application_set(project: Project, output: str) -> Json:
    repository = repository_of(project)
    spec: Json = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": [
            {
                "git": {
                    "repoURL": repository.url,
                    "revision": repository.revision or "main",
                    "directories": [{"path": f"{output}/*"}],
                }
            }
        ],
        "syncPolicy": {"preserveResourcesOnDeletion": True},
        "template": {
            "metadata": {"name": f"{project.metadata.name}-{{{{.path.basename}}}}", **_COMPARE},
            "spec": _spec(project, "{{.path.path}}", "{{.path.basename}}"),
        },
    }
    return _object("ApplicationSet", project.metadata.name, namespace_of(project), spec, {})


def _spec(project: Project, path: str, namespace: str) -> Json:
    options, repository = project.spec.gitops.argocd, repository_of(project)
    destination = {key: value for key, value in options.destination._asdict().items() if value}
    return {
        "project": options.project,
        # The folder has a kustomization, so Argo CD builds it with kustomize; `directory:` would be refused.
        "source": {"repoURL": repository.url, "targetRevision": repository.revision or "main", "path": path},
        "destination": {**destination, "namespace": namespace},
        "syncPolicy": _sync_policy(options, _labels(project) if project.spec.gitops.create_namespaces else None),
    }


def _labels(project: Project) -> dict[str, str]:
    """The labels of a namespace that Argo CD makes."""
    # The operator's own Argo CD may create a namespace and nothing that is a model (gitops-operator#116).
    options = project.spec.gitops.argocd
    if project.spec.platform.name == "openshift-ai" and options.destination in _OWN_CLUSTER:
        return {**DASHBOARD, "argocd.argoproj.io/managed-by": namespace_of(project)}
    return DASHBOARD


def _sync_policy(options: ArgoCD, labels: dict[str, str] | None) -> Json:
    policy: dict[str, Any] = {}
    if options.automated:
        prune = options.prune != "manual"
        policy["automated"] = {"prune": prune, "selfHeal": True, **({"allowEmpty": True} if prune else {})}
    choices = [
        "ServerSideApply=true",
        "ApplyOutOfSyncOnly=true",
        "FailOnSharedResource=true",
        *(["CreateNamespace=true"] if labels else []),
        *(["Prune=confirm"] if options.prune == "confirm" else []),
    ]
    policy["syncOptions"] = choices
    if labels:
        policy["managedNamespaceMetadata"] = {"labels": labels}
    if options.automated:
        backoff = {"duration": "30s", "factor": 2, "maxDuration": "5m"}
        policy["retry"] = {"limit": 20, "refresh": True, "backoff": backoff}
    return policy
