"""``metadata``: what every API server takes there, whatever a CRD says about it.

CRDs declare ``metadata`` as an object and leave the rest to the API server, which knows the fields below and no others
(apimachinery, pkg/apis/meta/v1/types.go). The syntax of names, labels and annotations is not a matter of schemas.
"""

from __future__ import annotations

from servewright.hints import Any, Final

_TEXT: Final = {"type": "string"}
_TEXTS_BY_KEY: Final = {"type": "object", "additionalProperties": _TEXT}
# `oc get -o yaml` and code generators write `creationTimestamp: null` where there is none.
_TIME_OR_NULL: Final = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Final = {"type": "integer", "format": "int64"}

_OWNER_REFERENCE: Final = {
    "type": "object",
    "properties": {
        "apiVersion": _TEXT,
        "blockOwnerDeletion": {"type": "boolean"},
        "controller": {"type": "boolean"},
        "kind": _TEXT,
        "name": _TEXT,
        "uid": _TEXT,
    },
    "required": ["apiVersion", "kind", "name", "uid"],
    "additionalProperties": False,
    "x-kubernetes-map-type": "atomic",
}

_MANAGED_FIELDS_ENTRY: Final = {
    "type": "object",
    "properties": {
        "apiVersion": _TEXT,
        "fieldsType": _TEXT,
        "fieldsV1": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "manager": _TEXT,
        "operation": _TEXT,
        "subresource": _TEXT,
        "time": {"type": "string", "format": "date-time"},
    },
    "additionalProperties": False,
}

OBJECT_METADATA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "annotations": _TEXTS_BY_KEY,
        "creationTimestamp": _TIME_OR_NULL,
        "deletionGracePeriodSeconds": _COUNT,
        "deletionTimestamp": _TIME_OR_NULL,
        "finalizers": {"type": "array", "items": _TEXT, "x-kubernetes-list-type": "set"},
        "generateName": _TEXT,
        "generation": _COUNT,
        "labels": _TEXTS_BY_KEY,
        "managedFields": {"type": "array", "items": _MANAGED_FIELDS_ENTRY, "x-kubernetes-list-type": "atomic"},
        "name": _TEXT,
        "namespace": _TEXT,
        "ownerReferences": {
            "type": "array",
            "items": _OWNER_REFERENCE,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["uid"],
        },
        "resourceVersion": _TEXT,
        "selfLink": _TEXT,
        "uid": _TEXT,
    },
    "additionalProperties": False,
}


def restricted(by: dict[str, Any]) -> dict[str, Any]:
    """ObjectMeta with what a CRD asks of ``name`` and ``generateName``; it may restrict nothing else."""
    properties = {
        name: {**schema, **by[name]} if name in ("name", "generateName") and name in by else schema
        for name, schema in OBJECT_METADATA["properties"].items()
    }
    return {**OBJECT_METADATA, "properties": properties}
