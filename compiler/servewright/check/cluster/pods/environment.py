"""Environment variables (ValidateEnv, validateEnvVarValueFrom, ValidateEnvFrom)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from servewright.check.cluster.builtin_kinds import config_key_problem
from servewright.check.cluster.lenient import entries, mapping, text
from servewright.check.cluster.metadata import name_problem
from servewright.check.cluster.pods.report import bad, inner_path_problem
from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.model.metadata_syntax import annotation_key_problem, label_key_problem
from servewright.model.quantity import parse

_NAME_WORDS: Final = "may hold only printable ASCII characters other than `=`"
_FIELDS: Final = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_RESOURCE: Final = r"(?:limits|requests)\.(?:cpu|memory|ephemeral-storage|hugepages-.+)"
_BYTES: Final = frozenset(["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"])


def check_env(container: dict[str, Any], path: Path) -> Iterator[Violation]:
    """Names, and exactly one source where there is no value."""
    for variable, at in entries(container, "env", path):
        name = text(variable.get("name"))
        if not name:
            yield bad((*at, "name"), "is required")
        elif not _is_name(name):
            yield bad((*at, "name"), _NAME_WORDS)
        if isinstance(variable.get("valueFrom"), dict):
            yield from _source(variable, (*at, "valueFrom"))


def _source(variable: dict[str, Any], at: Path) -> Iterator[Violation]:
    given = [(key, mapping(value)) for key, value in variable["valueFrom"].items() if value is not None]
    if not given:
        yield bad(at, "must have a source, such as `secretKeyRef`")
    elif variable.get("value"):
        yield bad(at, "must not be set beside a `value`")
    elif len(given) > 1:
        yield bad(at, "must not have more than one source")
    for key, source in given:
        check = _SOURCES.get(key)
        if check is not None:
            yield from check(source, (*at, key))


def _field(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    if source.get("apiVersion") not in (None, "", "v1"):
        yield bad((*at, "apiVersion"), "must be `v1`")
    path = text(source.get("fieldPath"))
    if not path:
        yield bad((*at, "fieldPath"), "is required")
        return
    match = re.fullmatch(r"metadata\.(labels|annotations)\['(.*)'\]", path, re.DOTALL)
    if match is not None:
        problem = label_key_problem if match[1] == "labels" else annotation_key_problem
        if wrong := problem(match[2]):
            yield bad((*at, "fieldPath"), f"its key {wrong}")
    elif path not in _FIELDS:
        yield bad((*at, "fieldPath"), f"must be one of {', '.join(f'`{field}`' for field in _FIELDS)}, or a label")


def _resource(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    resource = text(source.get("resource"))
    if not resource:
        yield bad((*at, "resource"), "is required")
    elif re.fullmatch(_RESOURCE, resource) is None:
        yield bad((*at, "resource"), "must be `limits.` or `requests.` of cpu, memory, ephemeral-storage or huge pages")
        return
    divisor = parse(str(source.get("divisor", "0")))
    allowed = {"1m", "1"} if resource.endswith(".cpu") else _BYTES
    if divisor is not None and divisor.value and divisor.canonical not in allowed:
        yield bad((*at, "divisor"), "must be `1` or `1m` for cpu, and `1` or one unit, such as `1Mi`, for the others")


def _key(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    if wrong := name_problem(text(source.get("name"))):
        yield bad((*at, "name"), wrong)
    key = text(source.get("key"))
    if not key:
        yield bad((*at, "key"), "is required")
    elif wrong := config_key_problem(key):
        yield bad((*at, "key"), wrong)


def _file_key(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    for field in ("key", "volumeName", "path"):
        if not source.get(field):
            yield bad((*at, field), "is required")
    if wrong := inner_path_problem(text(source.get("path")).lstrip("/")):
        yield bad((*at, "path"), wrong)


_SOURCES: Final[dict[str, Callable[[dict[str, Any], Path], Iterator[Violation]]]] = {
    "fieldRef": _field,
    "resourceFieldRef": _resource,
    "configMapKeyRef": _key,
    "secretKeyRef": _key,
    "fileKeyRef": _file_key,
}


def _is_name(text: str) -> bool:
    """IsRelaxedEnvVarName, which Kubernetes uses by default since 1.32."""
    return text.isascii() and text.isprintable() and "=" not in text


def check_env_from(container: dict[str, Any], path: Path) -> Iterator[Violation]:
    """Exactly one source each."""
    for source, at in entries(container, "envFrom", path):
        prefix = text(source.get("prefix"))
        if prefix and not _is_name(prefix):
            yield bad((*at, "prefix"), _NAME_WORDS)
        given = [key for key in ("configMapRef", "secretRef") if source.get(key) is not None]
        if len(given) != 1:
            yield bad(at, "must have exactly one of `configMapRef` and `secretRef`")
        for key in given:
            if wrong := name_problem(text(mapping(source[key]).get("name"))):
                yield bad((*at, key, "name"), wrong)
