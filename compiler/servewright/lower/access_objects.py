"""ServiceAccount, Role, RoleBinding and token Secrets (odh-dashboard, kserve deployUtils.ts and FE/api/k8s)."""

from __future__ import annotations

from typing import Any

from servewright.catalog import annotations as keys
from servewright.lower.fields import (
    ANNOTATIONS,
    LABELS,
    TOP,
    Object,
    Section,
    build,
    from_spec,
    identity,
    platform,
)
from servewright.model.deployment import Subject
from servewright.resolve.access import service_account_name
from servewright.resolve.decisions import Decisions

RBAC = "rbac.authorization.k8s.io"
_GRANT = platform("callers are checked for `get` on the service (SubjectAccessReview)")
_FROM_TOKENS = from_spec("spec.auth.tokens")
_FROM_SUBJECTS = from_spec("spec.auth")
_LISTED: Section = (
    LABELS,
    ((keys.DASHBOARD, "true", platform("the dashboard lists only objects with this label")),),
)


def lower(decisions: Decisions) -> list[Object]:
    """What gives tokens and subjects access; nothing when there are none."""
    access, naming = decisions.access, decisions.naming
    if not access.tokens and not access.subjects:
        return []
    name, namespace = naming.name, naming.namespace
    account = service_account_name(name)
    objects = []
    if access.tokens:
        objects.append(build("v1", "ServiceAccount", identity(account, namespace, _FROM_TOKENS)))
    resource = "llminferenceservices" if decisions.runtime.llmd else "inferenceservices"
    rule = {"apiGroups": ["serving.kserve.io"], "resourceNames": [name], "resources": [resource], "verbs": ["get"]}
    role = f"{name}-view-role"
    objects.append(
        build(
            f"{RBAC}/v1",
            "Role",
            identity(role, namespace, _FROM_SUBJECTS),
            _LISTED,
            (TOP, [("rules", [rule], _GRANT)]),
        )
    )
    subjects = [{"kind": "ServiceAccount", "name": account}] if access.tokens else []
    subjects += [_subject(subject, namespace) for subject in access.subjects]
    objects.append(
        build(
            f"{RBAC}/v1",
            "RoleBinding",
            identity(f"{name}-view", namespace, _FROM_SUBJECTS),
            _LISTED,
            (
                TOP,
                [
                    ("roleRef", {"apiGroup": RBAC, "kind": "Role", "name": role}, _GRANT),
                    ("subjects", subjects, _FROM_SUBJECTS),
                ],
            ),
        )
    )
    objects += [
        build(
            "v1",
            "Secret",
            identity(token.secret, namespace, _FROM_TOKENS),
            _LISTED,
            (
                ANNOTATIONS,
                [
                    ("kubernetes.io/service-account.name", account, _FROM_TOKENS),
                    (keys.DISPLAY_NAME, token.display_name, _FROM_TOKENS),
                ],
            ),
            (TOP, [("type", "kubernetes.io/service-account-token", _FROM_TOKENS)]),
        )
        for token in access.tokens
    ]
    return objects


def _subject(subject: Subject, namespace: str) -> dict[str, Any]:
    if subject.kind == "ServiceAccount":
        return {"kind": "ServiceAccount", "name": subject.name, "namespace": subject.namespace or namespace}
    # RBAC's defaulting adds the group inside the list, so it is sent.
    return {"apiGroup": RBAC, "kind": subject.kind, "name": subject.name}
