"""ServiceAccount, Role, RoleBinding and token Secrets (odh-dashboard, kserve deployUtils.ts and FE/api/k8s)."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.hints import Any
from servewright.lower.fields import (
    IDENTITY,
    NAME,
    NAMESPACE,
    Object,
    Origin,
    Row,
    annotation,
    build,
    from_spec,
    label,
    platform,
)
from servewright.model.deployment import Subject
from servewright.resolve.access import service_account_name
from servewright.resolve.decisions import Decisions

RBAC = "rbac.authorization.k8s.io"
_GRANT = platform("callers are checked for `get` on the service (SubjectAccessReview)")
_FROM_TOKENS = from_spec("spec.auth.tokens")
_FROM_SUBJECTS = from_spec("spec.auth")
_LISTED = platform("the dashboard lists only objects with this label")


def lower(decisions: Decisions) -> list[Object]:
    """What gives tokens and subjects access; nothing when there are none."""
    access, naming = decisions.access, decisions.naming
    if not access.tokens and not access.subjects:
        return []
    name, namespace = naming.name, naming.namespace
    account = service_account_name(name)
    objects = []
    if access.tokens:
        objects.append(build("v1", "ServiceAccount", _identity(account, namespace, _FROM_TOKENS)))
    resource = "llminferenceservices" if decisions.runtime.llmd else "inferenceservices"
    rule = {"apiGroups": ["serving.kserve.io"], "resourceNames": [name], "resources": [resource], "verbs": ["get"]}
    objects.append(
        build(
            f"{RBAC}/v1",
            "Role",
            [
                *_identity(f"{name}-view-role", namespace, _FROM_SUBJECTS),
                (label(keys.DASHBOARD), "true", _LISTED),
                (("rules",), [rule], _GRANT),
            ],
        )
    )
    subjects = [{"kind": "ServiceAccount", "name": account}] if access.tokens else []
    subjects += [_subject(subject, namespace) for subject in access.subjects]
    objects.append(
        build(
            f"{RBAC}/v1",
            "RoleBinding",
            [
                *_identity(f"{name}-view", namespace, _FROM_SUBJECTS),
                (label(keys.DASHBOARD), "true", _LISTED),
                (("roleRef",), {"apiGroup": RBAC, "kind": "Role", "name": f"{name}-view-role"}, _GRANT),
                (("subjects",), subjects, _FROM_SUBJECTS),
            ],
        )
    )
    objects += [
        build(
            "v1",
            "Secret",
            [
                *_identity(token.secret, namespace, _FROM_TOKENS),
                (label(keys.DASHBOARD), "true", _LISTED),
                (annotation("kubernetes.io/service-account.name"), account, _FROM_TOKENS),
                (annotation(keys.DISPLAY_NAME), token.display_name, _FROM_TOKENS),
                (("type",), "kubernetes.io/service-account-token", _FROM_TOKENS),
            ],
        )
        for token in access.tokens
    ]
    return objects


def _identity(name: str, namespace: str, origin: Origin) -> list[Row]:
    return [(NAME, name, origin), (NAMESPACE, namespace, IDENTITY)]


def _subject(subject: Subject, namespace: str) -> dict[str, Any]:
    if subject.kind == "ServiceAccount":
        return {"kind": "ServiceAccount", "name": subject.name, "namespace": subject.namespace or namespace}
    # RBAC's defaulting adds the group inside the list, so it is sent.
    return {"apiGroup": RBAC, "kind": subject.kind, "name": subject.name}
