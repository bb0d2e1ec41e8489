"""What a quota counts: names of its amounts, scopes, and what pods and objects use of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from servewright.catalog.resource_quota import ResourceQuota, Scope
from servewright.check.capacity.pods import Pod
from servewright.check.capacity.tenant import Group
from servewright.check.summary import Identity, Summary
from servewright.hints import Final
from servewright.model.quantity import NANO, parse

_NATIVE: Final = ("cpu", "memory", "ephemeral-storage")
_PODS: Final = ("pods", "count/pods")
# A quota on one of these wants it of every container (pkg/quota/v1/evaluator/core/pods.go, validationSet).
DEMANDED: Final = {
    "cpu": ("requests", "cpu"),
    "requests.cpu": ("requests", "cpu"),
    "limits.cpu": ("limits", "cpu"),
    "memory": ("requests", "memory"),
    "requests.memory": ("requests", "memory"),
    "limits.memory": ("limits", "memory"),
}
# Kinds that are rendered, as quotas call them.
_OBJECTS: Final = {
    "Secret": ("count/secrets", "secrets"),
    "ServiceAccount": ("count/serviceaccounts",),
    "InferenceService": ("count/inferenceservices.serving.kserve.io",),
    "LLMInferenceService": ("count/llminferenceservices.serving.kserve.io",),
    "LLMInferenceServiceConfig": ("count/llminferenceserviceconfigs.serving.kserve.io",),
    "ServingRuntime": ("count/servingruntimes.serving.kserve.io",),
    "Role": ("count/roles.rbac.authorization.k8s.io",),
    "RoleBinding": ("count/rolebindings.rbac.authorization.k8s.io",),
    "ExternalSecret": ("count/externalsecrets.external-secrets.io",),
}
_KIND_OF: Final = {name: kind for kind, names in _OBJECTS.items() for name in names}


@lru_cache(maxsize=256)  # a quota has few names, and is asked for each with every pod
def measure(name: str) -> tuple[str, str] | None:
    """Side and resource that a quota's ``name`` counts of pods; None for pods themselves, and for what is no resource.

    Extended resources are counted by their requests alone, under ``requests.`` alone (core/pods.go, podUsageHelper).
    """
    side, dot, resource = name.partition(".")
    if dot and side == "limits":
        return ("limits", resource) if resource in _NATIVE else None
    if dot and side == "requests" and resource != "storage":
        return "requests", resource
    return ("requests", name) if name in _NATIVE or name.startswith("hugepages-") else None


def counts_pods(name: str) -> bool:
    """Whether a quota's ``name`` counts pods or what they ask for."""
    return name in _PODS or measure(name) is not None


def counts_objects(name: str) -> bool:
    """Whether a quota's ``name`` counts objects of a kind that is rendered."""
    return name in _KIND_OF


def row_of(name: str) -> str:
    """The one of several names for the same amount that says most: `requests.cpu` for `cpu`, `pods` for `count/pods`."""
    measured = measure(name)
    return ".".join(measured) if measured else _PODS[0] if name in _PODS else name


def amount(pod: Pod, name: str) -> int:
    """How much of a quota's ``name`` the pod uses, in nano-units."""
    if name in _PODS:
        return NANO
    measured = measure(name)
    if measured is None:
        return 0
    side, resource = measured
    return (pod.requests if side == "requests" else pod.limits).get(resource, 0)


def used(groups: Iterable[Group], quota: ResourceQuota | None, name: str, pods: Callable[[Group], int]) -> int:
    """How much of ``name`` the groups use, with so many pods of each; pods that the quota's scopes leave out do not count.

    Without a quota, all count.
    """
    total = 0
    for group in groups:
        if quota is None or applies(quota, group.pod):
            total += pods(group) * amount(group.pod, name)
    return total


def applies(quota: ResourceQuota, pod: Pod) -> bool:
    """Whether the pod counts: all scopes match (core/pods.go, podMatchesScopeFunc)."""
    return not quota.scopes or all(_matches(scope, pod) for scope in quota.scopes)


def _matches(scope: Scope, pod: Pod) -> bool:
    if scope.name == "PriorityClass":
        return _class_matches(scope, pod.priority_class)
    matches = _SCOPES.get(scope.name)
    return matches is not None and matches(pod)


def _class_matches(scope: Scope, name: str | None) -> bool:
    # A pod without a class may get the cluster's default one; which that is, is not known here.
    if scope.operator in ("In", "NotIn"):
        return (name in scope.values) == (scope.operator == "In")
    return (name is not None) == (scope.operator == "Exists")


def _best_effort(pod: Pod) -> bool:
    # What is not known of a container may be an amount.
    return not _gives_amounts(pod) and not any(item.open for item in pod.every)


def _gives_amounts(pod: Pod) -> bool:
    return any(
        side.get(resource)
        for item in pod.every
        for side in (item.requests, item.limits)
        for resource in ("cpu", "memory")
    )


_SCOPES: Final[dict[str, Callable[[Pod], bool]]] = {
    "Terminating": lambda pod: False,  # models have no activeDeadlineSeconds
    "NotTerminating": lambda pod: True,
    "BestEffort": _best_effort,
    "NotBestEffort": _gives_amounts,
    "CrossNamespacePodAffinity": lambda pod: pod.cross_namespace,
}


def objects_of(summaries: Iterable[Summary], name: str) -> list[tuple[Summary, int]]:
    """Which inputs render how many of the objects that a quota's ``name`` counts; what several share counts once."""
    kind = _KIND_OF.get(name)
    found: list[tuple[Summary, int]] = []
    seen: set[Identity] = set()
    for summary in summaries if kind else ():
        shared = summary.runtime if summary.runtime and summary.runtime.shared else None
        identities = [*summary.identities, *([("ServingRuntime", summary.namespace, shared.name)] if shared else [])]
        number = len({identity for identity in identities if identity[0] == kind and identity not in seen})
        seen.update(identities)
        if number:
            found.append((summary, number))
    return found


def spell(name: str, amount: int) -> str:
    """An amount of what a quota calls ``name``, as Kubernetes would write it."""
    measured = measure(name)
    resource = measured[1] if measured else name
    bytes_ = resource in ("memory", "ephemeral-storage") or resource.startswith("hugepages-")
    found = parse(f"{amount // NANO // 1024}Ki" if bytes_ and amount % (1024 * NANO) == 0 else f"{amount}n")
    return found.canonical if found else "?"
