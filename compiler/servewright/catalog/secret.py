"""Secrets of the catalog: their metadata only. One that carries values is refused."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.diagnostics import codes
from servewright.diagnostics.model import Problems, Where
from servewright.hints import Any
from servewright.record import NamedTuple

_TYPE_OF_REF = {"s3": "s3", "uri-v1": "uri", "oci-v1": "oci"}
_VALUES = ("data", "stringdata")  # a misspelt field holds values all the same


class SecretMetadata(NamedTuple):
    """A Secret's metadata; ``connection_type`` is s3, uri, oci or None."""

    name: str
    namespace: str
    labels: dict[str, str]
    annotations: dict[str, str]
    connection_type: str | None
    where: Where


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> SecretMetadata | None:
    """The metadata, or None when the Secret carries values (reported, without them)."""
    annotations = dict(keys.string_map(metadata.get("annotations")))
    found = [(key,) for key, value in data.items() if value and key.lower() in _VALUES]
    if keys.LAST_APPLIED in annotations:
        found.append(("metadata", "annotations", keys.LAST_APPLIED))  # type: ignore[arg-type]
    for path in found:
        problems.add(
            codes.SECRET_WITH_VALUES,
            f"the Secret `{metadata['name']}` carries values in `{path[-1]}`",
            path,
            on="key",
            help="keep only apiVersion, kind and metadata (without last-applied-configuration), and treat the values as leaked",
        )
    if found:
        return None
    protocol = annotations.get(keys.CONNECTION_TYPE_PROTOCOL)
    kind = protocol if protocol in ("s3", "uri", "oci") else None
    return SecretMetadata(
        metadata["name"],
        metadata["namespace"],
        dict(keys.string_map(metadata.get("labels"))),
        annotations,
        kind if protocol else _TYPE_OF_REF.get(annotations.get(keys.CONNECTION_TYPE_REF, "")),
        Where(problems.document),
    )
