"""Labels and annotations that a spec gives: valid, and not a platform's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.diagnostics.short import short
from servewright.model.deployment import ModelDeployment
from servewright.model.metadata_syntax import (
    annotation_key_problem,
    annotations_size_problem,
    label_key_problem,
    label_value_problem,
    reserved_owner,
)
from servewright.record import NamedTuple
from servewright.resolve.context import Context

OWN_DOMAIN = "servewright.dev"

# What to write instead of the keys that people reach for most.
_INSTEAD = {
    "openshift.io/display-name": "set `spec.displayName`",
    "openshift.io/description": "set `spec.description`",
    "opendatahub.io/model-type": "set `spec.model.type`",
    "opendatahub.io/connections": "set `connection` in `spec.model.source`",
    "opendatahub.io/connection-path": "set `path` in `spec.model.source.s3`",
    "opendatahub.io/hardware-profile-name": "set `spec.hardware.profile`",
    "opendatahub.io/hardware-profile-namespace": "set `spec.hardware.profile.namespace`",
    "opendatahub.io/genai-asset": "set `spec.aiAsset`",
    "opendatahub.io/genai-use-case": "set `spec.aiAsset.useCase`",
    "opendatahub.io/topology-type": "set `spec.llmd.topology`",
    "modelregistry.opendatahub.io/registered-model-id": "set `spec.model.registeredModel.id`",
    "modelregistry.opendatahub.io/model-version-id": "set `spec.model.registeredModel.versionId`",
    "modelregistry.opendatahub.io/name": "set `spec.model.registeredModel.name`",
    "security.opendatahub.io/enable-auth": "set `spec.auth.tokens` or `spec.auth.subjects`",
    "security.opendatahub.io/auth-proxy-type": "set `spec.expose.return401`",
    "networking.kserve.io/visibility": "set `spec.expose.route`",
    "serving.kserve.io/stop": "set `spec.stopped`",
    "serving.kserve.io/deploymentMode": "remove it: it is always Standard",
    "serving.kserve.io/autoscalerClass": "remove it: replicas are fixed by `spec.replicas`",
    "haproxy.router.openshift.io/timeout": "set `spec.expose.timeoutSeconds`",
    "kueue.x-k8s.io/queue-name": "choose a hardware profile that queues",
    "app.kubernetes.io/instance": "remove it: GitOps engines find their objects by it",
}
_OWN = "remove it: only annotations in `metadata` steer servewright"


# Keys outside the reserved domains that somebody writes nevertheless.
_WRITTEN_BY = {"modelFormat": "KServe", "kubectl.kubernetes.io/last-applied-configuration": "kubectl"}


class _Kind(NamedTuple):
    field: str
    key_problem: Callable[[str], str | None]
    value_problem: Callable[[str], str | None] | None


_LABELS = _Kind("labels", label_key_problem, label_value_problem)
_ANNOTATIONS = _Kind("annotations", annotation_key_problem, None)
_KEYS_KEPT = 1024  # of each kind that are known to be fine; a fine key is short


def check_metadata(deployment: ModelDeployment, context: Context, problems: Problems) -> None:
    """Report every key or value that cannot be emitted, on the service or on its pods."""
    metadata, pod = deployment.metadata, deployment.spec.pod
    if metadata.labels:
        _check(metadata.labels, _LABELS, ("metadata", "labels"), context, problems)
    if pod.labels:
        _check(pod.labels, _LABELS, ("spec", "pod", "labels"), context, problems)
    if metadata.annotations:
        _check(metadata.annotations, _ANNOTATIONS, ("metadata", "annotations"), context, problems, own_allowed=True)
    if pod.annotations:
        _check(pod.annotations, _ANNOTATIONS, ("spec", "pod", "annotations"), context, problems)


def emitted(metadata: Mapping[str, str]) -> dict[str, str]:
    """The keys that are copied to objects: all but servewright's own, which steer it."""
    return {key: value for key, value in metadata.items() if not key.startswith(OWN_DOMAIN + "/")}


def _check(
    table: Mapping[str, str],
    kind: _Kind,
    path: Path,
    context: Context,
    problems: Problems,
    *,
    own_allowed: bool = False,
) -> None:
    fine = context.fine_keys.setdefault(kind.field, set())  # a fleet has few keys, on many models
    for key, value in table.items():
        if key not in fine:
            if (own_allowed and key.startswith(OWN_DOMAIN + "/")) or not _key_fits(key, kind, path, problems):
                continue
            if len(fine) >= _KEYS_KEPT:
                fine.clear()
            fine.add(key)
        if kind.value_problem and (complaint := kind.value_problem(value)):
            problems.add(
                codes.INVALID_METADATA,
                f"the value of `{short(key, 80)}` {complaint}",
                (*path, key),
                help="use at most 63 letters, digits, `-`, `_` and `.`; longer text goes into an annotation",
            )
    if kind is _ANNOTATIONS and (complaint := annotations_size_problem(table)):
        problems.add(
            codes.INVALID_METADATA, f"the annotations {complaint}", path, on="key", help="shorten or remove the longest"
        )


def _key_fits(key: str, kind: _Kind, path: Path, problems: Problems) -> bool:
    owner = OWN_DOMAIN if key.startswith(OWN_DOMAIN + "/") else _WRITTEN_BY.get(key) or reserved_owner(key)
    if owner is not None:
        problems.add(
            codes.RESERVED_METADATA,
            f"`{key}` belongs to {owner}",
            (*path, key),
            on="key",
            help=_INSTEAD.get(key, _OWN if owner == OWN_DOMAIN else "remove it: the compiler writes what is needed"),
        )
        return False
    complaint = kind.key_problem(key)
    if complaint is not None:
        problems.add(
            codes.INVALID_METADATA,
            f"the key `{short(key, 80)}` {complaint}",
            (*path, key),
            on="key",
            help="write a key like `team` or `example.com/team`",
        )
    return complaint is None
