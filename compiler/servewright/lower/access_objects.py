"""ServiceAccount, Role, RoleBinding and token Secrets (odh-dashboard, kserve deployUtils.ts and FE/api/k8s)."""

from __future__ import annotations

from typing import Any

from servewright.catalog import annotations as keys
from servewright.lower.fields import (
    IDENTITY,
    NAME,
    NAMESPACE,
    Body,
    Object,
    Row,
    annotation,
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
_ACCOUNT_NAME = "kubernetes.io/service-account.name"
_ACCOUNT: tuple[Row, ...] = ((NAME, _FROM_TOKENS), (NAMESPACE, IDENTITY))
_ROLE: tuple[Row, ...] = (
    (NAME, _FROM_SUBJECTS),
    (NAMESPACE, IDENTITY),
    (label(keys.DASHBOARD), _LISTED),
    (("rules",), _GRANT),
)
_BINDING: tuple[Row, ...] = (
    (NAME, _FROM_SUBJECTS),
    (NAMESPACE, IDENTITY),
    (label(keys.DASHBOARD), _LISTED),
    (("roleRef",), _GRANT),
    (("subjects",), _FROM_SUBJECTS),
)
_TOKEN: tuple[Row, ...] = (
    (NAME, _FROM_TOKENS),
    (NAMESPACE, IDENTITY),
    (label(keys.DASHBOARD), _LISTED),
    (annotation(_ACCOUNT_NAME), _FROM_TOKENS),
    (annotation(keys.DISPLAY_NAME), _FROM_TOKENS),
    (("type",), _FROM_TOKENS),
)


def lower(decisions: Decisions) -> list[Object]:
    """What gives tokens and subjects access; nothing when there are none."""
    access, naming = decisions.access, decisions.naming
    if not access.tokens and not access.subjects:
        return []
    name, namespace = naming.name, naming.namespace
    account, role = service_account_name(name), f"{name}-view-role"
    subjects = [_subject(subject, namespace) for subject in access.subjects]
    objects = []
    if access.tokens:
        metadata: dict[str, Any] = {"name": account, "namespace": namespace}
        objects.append(Object({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}, _ACCOUNT))
        subjects.insert(0, {"kind": "ServiceAccount", "name": account})
    rule = {
        "apiGroups": ["serving.kserve.io"],
        "resourceNames": [name],
        "resources": ["llminferenceservices" if decisions.runtime.llmd else "inferenceservices"],
        "verbs": ["get"],
    }
    body: Body = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": role, "namespace": namespace, "labels": {keys.DASHBOARD: "true"}},
        "rules": [rule],
    }
    objects.append(Object(body, _ROLE))
    body = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": f"{name}-view", "namespace": namespace, "labels": {keys.DASHBOARD: "true"}},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": role},
        "subjects": subjects,
    }
    objects.append(Object(body, _BINDING))
    for token in access.tokens:
        annotations = {_ACCOUNT_NAME: account, keys.DISPLAY_NAME: token.display_name}
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": token.secret,
                "namespace": namespace,
                "labels": {keys.DASHBOARD: "true"},
                "annotations": annotations,
            },
            "type": "kubernetes.io/service-account-token",
        }
        objects.append(Object(body, _TOKEN))
    return objects


def _subject(subject: Subject, namespace: str) -> dict[str, Any]:
    if subject.kind == "ServiceAccount":
        return {"kind": "ServiceAccount", "name": subject.name, "namespace": subject.namespace or namespace}
    # RBAC's defaulting adds the group inside the list, so it is sent.
    return {"apiGroup": RBAC, "kind": subject.kind, "name": subject.name}
