"""What the API server checks of its own kinds beyond their schema: Secret, Role and RoleBinding.

A ServiceAccount has no rules but those of metadata. Facts: kubernetes 1.35, pkg/apis/core/validation (ValidateSecret)
and pkg/apis/rbac/validation, pkg/apis/rbac/v1/defaults.go.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Iterator

from servewright.check.cluster.lenient import items, mapping
from servewright.check.cluster.metadata import name_problem, segment_problem
from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.model.metadata_syntax import is_config_key

_RBAC: Final = "rbac.authorization.k8s.io"
_SECRET_LIMIT: Final = 1024 * 1024
_ACCOUNT: Final = "kubernetes.io/service-account.name"

# What each type of Secret has to hold; of basic-auth's, one is enough.
_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}


# What the OpenAPI documents require and rbac/v1's defaulting fills in. (By kind and path.)
DEFAULTED: Final = frozenset({("RoleBinding", ("roleRef", "apiGroup"))})


def check_builtin(body: dict[str, Any]) -> Iterator[Violation] | None:
    """The problems of ``body`` beyond its structure, if it is one of these kinds; else None."""
    check = _CHECKS.get((body.get("apiVersion"), body.get("kind")))
    return None if check is None else check(body)


def builtin_test(api_version: str, kind: str) -> Callable[[dict[str, Any]], bool] | None:
    """What says of most objects of one of these kinds, if their structure is sound, that they have no problems."""
    return _TESTS.get((api_version, kind))


def config_key_problem(key: str) -> str | None:
    """Why ``key`` cannot name an entry of a Secret or ConfigMap."""
    if not is_config_key(key):
        return "must consist of letters, digits, `-`, `_` and `.`, at most 253 characters"
    return "must not be `.` or start with `..`" if key == "." or key.startswith("..") else None


def _secret(body: dict[str, Any]) -> Iterator[Violation]:
    data: dict[Any, bytes] = {}
    for field in ("data", "stringData"):  # the second one wins
        for key, value in mapping(body.get(field)).items():
            if wrong := config_key_problem(str(key)):
                yield Violation((field, key), "value", f"its key {wrong}")
            decoded = b"" if value is None else _decoded(value, field) if isinstance(value, str) else None
            if decoded is not None:
                data[key] = decoded
            elif isinstance(value, str):
                data[key] = b"{}"  # whatever it was to be
                yield Violation((field, key), "format", "is not in base64")
    if sum(map(len, data.values())) > _SECRET_LIMIT:
        yield Violation(("data",), "too-large", "takes more than 1 MiB, decoded")
    kind = body.get("type")
    if kind == "kubernetes.io/service-account-token":
        if not mapping(mapping(body.get("metadata")).get("annotations")).get(_ACCOUNT):
            path = ("metadata", "annotations", _ACCOUNT)
            yield Violation(path, "value", "is required for a token: it names the service account")
    elif kind == "kubernetes.io/basic-auth":
        if not data.keys() & {"username", "password"}:
            yield Violation(("data", "username"), "value", "or `password` is required for this type of Secret")
    else:
        yield from _needed(str(kind), data)


def _needed(kind: str, data: dict[Any, bytes]) -> Iterator[Violation]:
    for key in _NEEDED.get(kind, ()):
        if key not in data or (key == "ssh-privatekey" and not data[key]):
            yield Violation(("data", key), "value", "is required for this type of Secret")
        elif key.startswith(".docker") and not _is_json_object(data[key]):
            yield Violation(("data", key), "value", "must be a JSON object")


def _decoded(text: str, field: str) -> bytes | None:
    """The bytes of a value, None if it cannot be decoded (encoding/base64 passes over line breaks)."""
    if field == "stringData":
        return text.encode(errors="surrogatepass")
    try:
        return binascii.a2b_base64(text.replace("\n", "").replace("\r", ""), strict_mode=True)
    except ValueError:
        return None


def _is_json_object(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _role(body: dict[str, Any]) -> Iterator[Violation]:
    for rule, path in _entries(body, "rules"):
        if not rule.get("verbs"):
            yield Violation((*path, "verbs"), "value", "must name at least one verb")
        if rule.get("nonResourceURLs"):
            yield Violation((*path, "nonResourceURLs"), "value", "must not be set: a Role is for a namespace")
            continue
        for field, words in (("apiGroups", 'API group (`""` is the core one)'), ("resources", "resource")):
            if not rule.get(field):
                yield Violation((*path, field), "value", f"must name at least one {words}")


def _role_binding(body: dict[str, Any]) -> Iterator[Violation]:
    role = mapping(body.get("roleRef"))
    # An absent or empty group is defaulted.
    if role.get("apiGroup") not in (None, "", _RBAC):
        yield Violation(("roleRef", "apiGroup"), "enum", f"must be `{_RBAC}`")
    if role.get("kind") not in ("Role", "ClusterRole"):
        yield Violation(("roleRef", "kind"), "enum", "must be one of `Role`, `ClusterRole`")
    if not role.get("name"):
        yield Violation(("roleRef", "name"), "value", "is required")
    elif isinstance(role["name"], str) and (wrong := segment_problem(role["name"])):
        yield Violation(("roleRef", "name"), "value", wrong)
    for subject, path in _entries(body, "subjects"):
        yield from _subject(subject, path)


def _subject(subject: dict[str, Any], path: Path) -> Iterator[Violation]:
    name, kind, group = subject.get("name"), subject.get("kind"), subject.get("apiGroup")
    if not name:
        yield Violation((*path, "name"), "value", "is required")
    if kind == "ServiceAccount":
        if isinstance(name, str) and name and (wrong := name_problem(name)):
            yield Violation((*path, "name"), "value", wrong)
        if group:
            yield Violation((*path, "apiGroup"), "enum", "must be empty for a ServiceAccount")
    elif kind in ("User", "Group"):
        if group not in (None, "", _RBAC):
            yield Violation((*path, "apiGroup"), "enum", f"must be `{_RBAC}`")
    else:
        yield Violation((*path, "kind"), "enum", "must be one of `ServiceAccount`, `User`, `Group`")


def _entries(body: dict[str, Any], field: str) -> Iterator[tuple[dict[str, Any], Path]]:
    """The entries of a list; a null among them is read as one without any field."""
    for index, item in enumerate(items(body.get(field))):
        if item is None or isinstance(item, dict):
            yield item or {}, (field, index)


def _is_plain_secret(body: dict[str, Any]) -> bool:
    if "data" in body or "stringData" in body or body.get("type") != "kubernetes.io/service-account-token":
        return False
    return bool(body["metadata"].get("annotations", {}).get(_ACCOUNT))


def _is_plain_role(body: dict[str, Any]) -> bool:
    for rule in body.get("rules", ()):
        get = rule.get
        if "nonResourceURLs" in rule or not (get("verbs") and get("apiGroups") and get("resources")):
            return False
    return True


def _is_plain_role_binding(body: dict[str, Any]) -> bool:
    role = body["roleRef"]
    if role.get("apiGroup") != _RBAC or role.get("kind") not in ("Role", "ClusterRole"):
        return False
    if not (name := role.get("name")) or segment_problem(name):
        return False
    for subject in body.get("subjects", ()):
        name, group = subject.get("name"), subject.get("apiGroup")
        match subject.get("kind"):
            case "ServiceAccount" if name and group is None and name_problem(name) is None:
                continue
            case "User" | "Group" if name and group == _RBAC:
                continue
        return False
    return True


_TESTS: Final[dict[tuple[str, str], Callable[[dict[str, Any]], bool]]] = {
    ("v1", "Secret"): _is_plain_secret,
    (f"{_RBAC}/v1", "Role"): _is_plain_role,
    (f"{_RBAC}/v1", "RoleBinding"): _is_plain_role_binding,
}
_CHECKS: Final[dict[tuple[Any, Any], Callable[[dict[str, Any]], Iterator[Violation]]]] = {
    ("v1", "Secret"): _secret,
    (f"{_RBAC}/v1", "Role"): _role,
    (f"{_RBAC}/v1", "RoleBinding"): _role_binding,
}
