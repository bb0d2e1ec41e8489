"""The kinds that no CRD describes: Kubernetes' own, from its OpenAPI documents, as structural schemas.

What the published documents say of Kubernetes' own types is less than what a CRD says: no patterns, no bounds. It is
brought into a CRD's terms, so that one translation (``structural.py``) does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servewright.crds.definitions import Definition
from servewright.crds.object_metadata import OBJECT_METADATA
from servewright.crds.structural import Schema, strict
from servewright.hints import Any, Final

_PREFIX: Final = "#/components/schemas/"
_IDENTITY: Final = "x-kubernetes-group-version-kind"
_CLUSTER_SCOPED: Final = frozenset({"Namespace", "ClusterRole", "ClusterRoleBinding"})

# Types whose schema says less than, or something other than, what their Go code takes.
_TYPES: Final[dict[str, Schema]] = {
    # A number is taken too, and so is any fraction (apimachinery, pkg/api/resource/quantity.go: UnmarshalJSON).
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "anyOf": [{"type": "number"}, {"type": "string"}],
        "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
        r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
    },
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"x-kubernetes-int-or-string": True},
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": OBJECT_METADATA,
}
# How kubectl merges, and what a Go union is: nothing that restricts a value.
_WITHOUT_EFFECT: Final = frozenset(
    {"x-kubernetes-patch-strategy", "x-kubernetes-patch-merge-key", "x-kubernetes-unions", _IDENTITY}
)


def kinds(document: dict[str, Any]) -> Iterator[Definition]:
    """The kinds that ``document`` (OpenAPI 3) defines."""
    schemas = document["components"]["schemas"]
    for name, schema in sorted(schemas.items()):
        identities = schema.get(_IDENTITY, ())
        if len(identities) == 1 and "metadata" in schema["properties"]:
            identity = identities[0]
            kind = identity["kind"]
            scope = "Cluster" if kind in _CLUSTER_SCOPED else "Namespaced"
            structural = _structural({"$ref": _PREFIX + name}, schemas)
            yield Definition(identity["group"], identity["version"], kind, scope, strict(structural))


def subset(document: dict[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """``document`` with the kinds ``wanted`` and the types that they are made of, and without its paths."""
    schemas = document["components"]["schemas"]
    kept: dict[str, Any] = {}

    def keep(node: Any) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.removeprefix(_PREFIX) not in kept:
                name = reference.removeprefix(_PREFIX)
                kept[name] = schemas[name]
                keep(schemas[name])
            for child in node.values():
                keep(child)
        elif isinstance(node, list):
            for child in node:
                keep(child)

    names = frozenset(wanted)
    for name, schema in schemas.items():
        if any(identity["kind"] in names for identity in schema.get(_IDENTITY, ())):
            keep({"$ref": _PREFIX + name})
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "components": {"schemas": dict(sorted(kept.items()))},
    }


def _structural(node: Schema, schemas: dict[str, Schema]) -> Schema:
    reference = node.get("$ref")
    if reference is not None:
        name = reference.removeprefix(_PREFIX)
        return _TYPES[name] if name in _TYPES else _structural(schemas[name], schemas)
    found: Schema = {}
    for key, value in node.items():
        if key == "allOf":  # always one reference, so that something can stand beside it
            found.update(_structural(value[0], schemas))
        elif key == "properties":
            found[key] = {name: _structural(child, schemas) for name, child in value.items()}
        elif key in ("items", "additionalProperties"):
            found[key] = _structural(value, schemas)
        elif key not in _WITHOUT_EFFECT and not (key == "default" and not value):
            # An empty default says that Go has no null there; nothing is stored that was not sent.
            found[key] = value
    return found
