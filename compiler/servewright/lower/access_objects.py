"""ServiceAccount, Role, RoleBinding and token Secrets (odh-dashboard, kserve deployUtils.ts and FE/api/k8s)."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.hints import Any
from servewright.lower.fields import (
    IDENTITY,
    NAME,
    NAMESPACE,
    Body,
    Object,
    Pattern,
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
_ACCOUNT_ROWS: tuple[Row, ...] = ((NAME, _FROM_TOKENS), (NAMESPACE, IDENTITY))
_ROLE_ROWS: tuple[Row, ...] = (
    (NAME, _FROM_SUBJECTS),
    (NAMESPACE, IDENTITY),
    (label(keys.DASHBOARD), _LISTED),
    (("rules",), _GRANT),
)
_BINDING_ROWS: tuple[Row, ...] = (
    (NAME, _FROM_SUBJECTS),
    (NAMESPACE, IDENTITY),
    (label(keys.DASHBOARD), _LISTED),
    (("roleRef",), _GRANT),
    (("subjects",), _FROM_SUBJECTS),
)
_TOKEN_ROWS: tuple[Row, ...] = (
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
    account, role, binding = service_account_name(name), f"{name}-view-role", f"{name}-view"
    resource = "llminferenceservices" if decisions.runtime.llmd else "inferenceservices"
    objects = []
    if access.tokens:
        objects.append(_alike(_ACCOUNT, _ACCOUNT_ROWS, account, namespace))
    objects.append(_alike(_ROLE, _ROLE_ROWS, role, namespace, name, resource))
    if access.subjects:
        subjects = [{"kind": "ServiceAccount", "name": account}] if access.tokens else []
        subjects += [_subject(subject, namespace) for subject in access.subjects]
        objects.append(Object({**_binding(binding, namespace, role, account), "subjects": subjects}, _BINDING_ROWS))
    else:
        objects.append(_alike(_BINDING, _BINDING_ROWS, binding, namespace, role, account))
    for token in access.tokens:
        objects.append(_alike(_TOKEN, _TOKEN_ROWS, token.secret, namespace, account, token.display_name))
    return objects


def _account(name: str, namespace: str) -> Body:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}


def _role(name: str, namespace: str, service: str, resource: str) -> Body:
    rule = {
        "apiGroups": ["serving.kserve.io"],
        "resourceNames": [service],
        "resources": [resource],
        "verbs": ["get"],
    }
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": namespace, "labels": {keys.DASHBOARD: "true"}},
        "rules": [rule],
    }


def _binding(name: str, namespace: str, role: str, account: str) -> Body:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": namespace, "labels": {keys.DASHBOARD: "true"}},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account}],
    }


def _token(name: str, namespace: str, account: str, display_name: str) -> Body:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {keys.DASHBOARD: "true"},
            "annotations": {_ACCOUNT_NAME: account, keys.DISPLAY_NAME: display_name},
        },
        "type": "kubernetes.io/service-account-token",
    }


_ACCOUNT, _ROLE, _BINDING, _TOKEN = Pattern(_account), Pattern(_role), Pattern(_binding), Pattern(_token)
PATTERNS = (_ACCOUNT, _ROLE, _BINDING, _TOKEN)


def _alike(pattern: Pattern, rows: tuple[Row, ...], *texts: str) -> Object:
    return Object(pattern.make(*texts), rows, pattern, texts)


def _subject(subject: Subject, namespace: str) -> dict[str, Any]:
    if subject.kind == "ServiceAccount":
        return {"kind": "ServiceAccount", "name": subject.name, "namespace": subject.namespace or namespace}
    # RBAC's defaulting adds the group inside the list, so it is sent.
    return {"apiGroup": RBAC, "kind": subject.kind, "name": subject.name}
