"""Security contexts of containers and pods (ValidateSecurityContext, validatePodSpecSecurityContext)."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.cluster.lenient import items, mapping, number, text
from servewright.check.cluster.pods.report import bad, inner_path_problem, one_of
from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final

_IDS: Final = ("runAsUser", "runAsGroup", "fsGroup")
_LARGEST_ID: Final = 2**31 - 1
_ID: Final = f"must be between 0 and {_LARGEST_ID}"
_PROFILES: Final = ("Localhost", "RuntimeDefault", "Unconfined")


def check_security_context(owner: dict[str, Any], path: Path) -> Iterator[Violation]:
    """Ids in range, profiles complete, and no contradiction about privileges."""
    context = mapping(owner.get("securityContext"))
    if not context:
        return
    at: Path = (*path, "securityContext")
    for field in _IDS:
        value = number(context.get(field))
        if value is not None and not 0 <= value <= _LARGEST_ID:
            yield bad((*at, field), _ID)
    for index, group in enumerate(items(context.get("supplementalGroups"))):
        if number(group) is not None and not 0 <= group <= _LARGEST_ID:
            yield bad((*at, "supplementalGroups", index), _ID)
    if context.get("allowPrivilegeEscalation") is False:
        if context.get("privileged") is True:
            yield bad((*at, "allowPrivilegeEscalation"), "must not be false in a privileged container")
        if "CAP_SYS_ADMIN" in items(mapping(context.get("capabilities")).get("add")):
            yield bad((*at, "allowPrivilegeEscalation"), "must not be false with the capability `CAP_SYS_ADMIN`")
    yield from one_of(context.get("procMount"), ("Default", "Unmasked"), (*at, "procMount"))
    yield from one_of(context.get("fsGroupChangePolicy"), ("Always", "OnRootMismatch"), (*at, "fsGroupChangePolicy"))
    yield from one_of(context.get("supplementalGroupsPolicy"), ("Merge", "Strict"), (*at, "supplementalGroupsPolicy"))
    for field in ("seccompProfile", "appArmorProfile"):
        if isinstance(context.get(field), dict):
            yield from _profile(context[field], (*at, field))


def _profile(profile: dict[str, Any], at: Path) -> Iterator[Violation]:
    kind, local = profile.get("type"), profile.get("localhostProfile")
    if not kind:
        yield bad((*at, "type"), "is required")
    yield from one_of(kind, _PROFILES, (*at, "type"))
    if kind == "Localhost":
        wrong = inner_path_problem(text(local)) if local and at[-1] == "seccompProfile" else None
        if wrong is not None or not local:
            yield bad((*at, "localhostProfile"), wrong or "is required for the type `Localhost`")
    elif local is not None:
        yield bad((*at, "localhostProfile"), "must only be set for the type `Localhost`")
