"""``spec.gitops`` of the Project: the engine that syncs the tree, and what ``servewright gitops`` writes for it."""

from __future__ import annotations

import re

from servewright.model.folder import FOLDER
from servewright.model.names import is_dns_label, is_dns_subdomain
from servewright.model.shape import Field, Flag, Record, Text
from servewright.record import NamedTuple

OCI = "oci://"


class GitRepository(NamedTuple):
    """Where engines find the repository; ``path`` is the folder in it that has servewright.yaml, empty for its root."""

    url: str = ""
    revision: str | None = None
    path: str = ""


class Destination(NamedTuple):
    """The cluster, as Argo CD knows it: by its API server's URL or by its name."""

    server: str | None = None
    name: str | None = None


class ArgoCD(NamedTuple):
    """What ``gitops argocd`` writes. ``namespace`` is Argo CD's own."""

    namespace: str | None = None
    project: str = "default"
    destination: Destination = Destination("https://kubernetes.default.svc")
    application_set: bool = True
    automated: bool = True
    prune: str = "automatic"


class Flux(NamedTuple):
    """What ``gitops flux`` writes. ``namespace`` is where Flux' own objects go."""

    namespace: str = "flux-system"
    secret_name: str | None = None
    service_account_name: str | None = None
    interval: str = "10m"
    wait_for_models: bool = False
    timeout: str = "15m"


class GitOps(NamedTuple):
    """The engine that syncs the tree, and how."""

    engine: str = "argocd"
    repository: GitRepository | None = None
    create_namespaces: bool = True
    argocd: ArgoCD = ArgoCD()
    flux: Flux = Flux()


# Nothing that a template engine, a shell or YAML could take for more than a part of an address.
_HOST, _REST = r"[A-Za-z0-9._:@\[\]-]+", r"[A-Za-z0-9._~%+,=@/-]+"
_URL = rf"(?:https?|ssh|oci)://{_HOST}/{_REST}|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:{_REST}"
_DURATION = r"(?:[1-9][0-9]*h)?(?:[1-9][0-9]*m)?(?:[1-9][0-9]*s)?"


def _url_problem(url: str) -> str | None:
    from servewright.model.url_syntax import credential_in_url

    # The user of an SSH address is part of where it leads, not a secret; a password would be.
    place = re.sub(r"^ssh://[\w.-]+@", "ssh://", url)
    if carried := credential_in_url(place):
        return f"the address carries {carried}, and would be in Git and on the cluster"
    if re.fullmatch(_URL, url) is None:
        return "this is no address of a Git repository or OCI artifact"
    return None


def _duration_problem(text: str) -> str | None:
    return None if text and re.fullmatch(_DURATION, text) else "this is no duration"


def _label_problem(name: str) -> str | None:
    return None if is_dns_label(name) else "a namespace has at most 63 lower-case letters, digits and `-`"


def _name_problem(name: str) -> str | None:
    return None if is_dns_subdomain(name) else "a name has lower-case letters, digits, `-` and `.` only"


_NAMESPACE = Text("a namespace", problem=_label_problem)
_NAME = Text("a name", problem=_name_problem)
_DURATION_TEXT = Text("a duration", problem=_duration_problem, hint="write it like `10m` or `1h30m`")

REPOSITORY = Record(
    GitRepository,
    {
        "url": Field(
            Text(
                "an address",
                problem=_url_problem,
                hint="write it like `https://git.example.com/acme/models.git`; credentials belong to the engine",
            ),
            "https://, ssh:// or git@host:path of the Git repository; for Flux also oci://",
            required=True,
        ),
        "revision": Field(
            Text(
                "a revision",
                pattern=r"[A-Za-z0-9][A-Za-z0-9._/+@:-]*",
                hint="write a branch, `refs/tags/…` or a commit; for an OCI artifact a tag or `sha256:…`",
            ),
            "branch, refs/tags/… or commit; for oci:// a tag or digest; default main, for oci:// latest",
        ),
        "path": Field(FOLDER, "the folder in the Git repository that has servewright.yaml; default its root"),
    },
)

_ARGOCD = Record(
    ArgoCD,
    {
        "namespace": Field(_NAMESPACE, "Argo CD's own; default openshift-gitops on openshift-ai, else argocd"),
        "project": Field(_NAME, "the AppProject; default default"),
        "destination": Field(
            Record(
                Destination,
                {
                    "server": Field(
                        Text(
                            "an address",
                            pattern=r"https?://[A-Za-z0-9._:\[\]-]+(?:/[A-Za-z0-9._~%-]*)*",
                            hint="write it like `https://api.example.com:6443`",
                        ),
                        "the API server",
                    ),
                    "name": Field(Text("a name", pattern=r"[A-Za-z0-9._-]+"), "the cluster's name in Argo CD"),
                },
                one_of=("server", "name"),
            ),
            "the cluster; default the one that Argo CD runs on",
        ),
        "applicationSet": Field(
            Flag(), "true (default): one ApplicationSet; false: an Application for each namespace there is now"
        ),
        "automated": Field(Flag(), "false: somebody starts each sync; default true"),
        "prune": Field(
            Text("a policy", ("automatic", "confirm", "manual")),
            "what becomes of objects that are no longer in Git: automatic (default), confirm or manual",
        ),
    },
)

_FLUX = Record(
    Flux,
    {
        "namespace": Field(_NAMESPACE, "where Flux' own objects go; default flux-system"),
        "secretName": Field(_NAME, "the Secret there with the repository's credentials"),
        "serviceAccountName": Field(_NAME, "the ServiceAccount there that Flux applies as; default its own"),
        "interval": Field(_DURATION_TEXT, "how often Flux looks for changes; default 10m"),
        "waitForModels": Field(Flag(), "true: a Kustomization is ready when its models are; default false"),
        "timeout": Field(_DURATION_TEXT, "how long Flux waits for models; default 15m"),
    },
)

SHAPE = Record(
    GitOps,
    {
        "engine": Field(Text("an engine", ("argocd", "flux", "none")), "argocd (default), flux or none"),
        "repository": Field(REPOSITORY, "where the engine finds this repository"),
        "createNamespaces": Field(Flag(), "false: namespaces are somebody else's; default true"),
        "argocd": Field(_ARGOCD, "what `servewright gitops argocd` writes"),
        "flux": Field(_FLUX, "what `servewright gitops flux` writes"),
    },
)
