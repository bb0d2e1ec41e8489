"""Which lists are maps in disguise, and by which field of their items.

The schemas of a release say it where the API server goes by it (``x-kubernetes-list-map-keys``: environment variables,
mounts, ports). Other lists are declared atomic, or as nothing, and are maps all the same to whoever reads them:
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.hints import Any
from servewright.record import NamedTuple

Json = dict[str, Any]

# Fields by name, whatever holds them: what has one of these names is the same thing in every kind that we emit.
_KEYS = {
    # Strategic merge keys of core/v1 (k8s.io/api core/v1 types.go, patchMergeKey), which KServe merges runtimes and
    # services by; its CRDs, made by controller-gen, say nothing of them.
    **dict.fromkeys(("containers", "initContainers", "env", "volumes", "imagePullSecrets", "secrets"), "name"),
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "ports": "containerPort",
    "hostAliases": "ip",
    # Atomic in core/v1, but the scheduler asks whether any toleration matches.
    "tolerations": "key",
    # KServe looks a format up by its name.
    "supportedModelFormats": "name",
    # RBAC asks whether any subject matches (kubernetes, pkg/registry/rbac/validation).
    "subjects": "name",
    # ExternalSecret: the operator fills one key of the Secret from each.
    "data": "secretKey",
}
# Kinds whose lists reach the text of a pod template. Kubernetes compares those with their order (apps/v1 Deployment,
# util/deployment EqualIgnoreHash), so another order starts new pods although it means the same.
_IN_PODS = frozenset(
    ("InferenceService", "LLMInferenceService", "LLMInferenceServiceConfig", "ServingRuntime", "ClusterServingRuntime")
)
_NEVER_IN_PODS = frozenset(("supportedModelFormats",))


class Schema(NamedTuple):
    """A part of a kind's schema, with the definitions that it refers to. Empty where nothing is known."""

    node: Json
    definitions: Json

    @classmethod
    def of(cls, schema: Json | None) -> Schema:
        """The schema of a whole object."""
        return cls(schema, schema.get("$defs", {})) if schema else cls({}, {})

    def field(self, name: str) -> Schema:
        """The schema of a field."""
        node = self._resolved()
        found = node.get("properties", {}).get(name) or node.get("additionalProperties")
        return Schema(found if isinstance(found, dict) else {}, self.definitions)

    def items(self) -> Schema:
        """The schema of a list's items."""
        found = self._resolved().get("items")
        return Schema(found if isinstance(found, dict) else {}, self.definitions)

    def keys(self) -> tuple[str, ...]:
        """The keys of a list that the API server treats as a map."""
        return tuple(self._resolved().get("x-kubernetes-list-map-keys", ()))

    def _resolved(self) -> Json:
        node = self.node
        while (reference := node.get("$ref")) is not None:
            found: Json = self.definitions.get(reference.removeprefix("#/$defs/"), {})
            node = {**found, **{key: value for key, value in node.items() if key != "$ref"}}
        return node


def key_of(name: str, schema: Schema, *sides: list[Any]) -> str | None:
    """The field that tells the items of a list apart, on every side; None if it is no map, or one of several keys."""
    candidates = (*schema.keys(), _KEYS.get(name))
    return next((key for key in candidates if key is not None and all(_tells_apart(key, side) for side in sides)), None)


def order_matters(kind: str, name: str) -> bool:
    """Whether another order of the map-like list ``name`` in an object of this kind changes the pods' template."""
    return kind in _IN_PODS and name not in _NEVER_IN_PODS


def _tells_apart(key: str, items: list[Any]) -> bool:
    values = list(_values(key, items))
    return len(values) == len(items) == len(set(values))


def _values(key: str, items: list[Any]) -> Iterator[str | int]:
    for item in items:
        value = item.get(key) if isinstance(item, dict) else None
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield value
