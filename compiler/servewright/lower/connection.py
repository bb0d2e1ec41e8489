"""What a Connection emits: the storage ServiceAccount of S3, and an ExternalSecret when an external store fills it.

The Secret's target template carries exactly what the Connections webhook (connection-type-protocol), the
storage-config builder (both labels, connection-type) and the dashboard (display name) look for.
"""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.hints import Any
from servewright.lower.fields import IDENTITY, NAME, NAMESPACE, Body, Object, Origin, Row, from_spec
from servewright.model.connection import Connection, External, canonical_duration, storage_account

EXTERNAL_SECRETS = "external-secrets.io/v1"
_ACCOUNT = Origin("connection", "admission would create it, and llm-d's workloads need it to be there", ("spec", "s3"))
_SERVICE_ACCOUNT: tuple[Row, ...] = ((NAME, _ACCOUNT), (NAMESPACE, IDENTITY), (("secrets",), _ACCOUNT))
_EXTERNAL: tuple[Row, ...] = (
    (NAME, IDENTITY),
    (NAMESPACE, IDENTITY),
    (("spec",), from_spec("spec.secret.external")),
)
# The dashboard's connection types (odh-dashboard, manifests/base/connection-types).
_TYPE_REF = {"s3": "s3", "oci": "oci-v1", "uri": "uri-v1"}
# Defaults of external-secrets' CRD inside a list: sent, or they would show as a difference.
_REMOTE_DEFAULTS = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}


def lower(connection: Connection) -> list[Object]:
    """The objects of a connection, in apply order; none for an existing OCI or URI Secret."""
    objects = []
    external = connection.spec.secret.external
    if external is not None:
        objects.append(_external_secret(connection, external))
    if connection.kind == "s3":
        account: Body = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": storage_account(connection.name), "namespace": connection.namespace},
            "secrets": [{"name": connection.name}],
        }
        objects.append(Object(account, _SERVICE_ACCOUNT))
    return objects


def literal_values(connection: Connection) -> dict[str, str]:
    """The Secret's keys whose values are no secrets and stand in the Connection."""
    spec = connection.spec
    if spec.s3 is not None:
        pairs = {
            "AWS_S3_ENDPOINT": spec.s3.endpoint,
            "AWS_S3_BUCKET": spec.s3.bucket,
            "AWS_DEFAULT_REGION": spec.s3.region,
        }
    elif spec.oci is not None:
        pairs = {"ACCESS_TYPE": '["Pull"]', "OCI_HOST": spec.oci.registry}
    else:
        pairs = {"URI": spec.uri.url if spec.uri else None}
    return {key: value for key, value in pairs.items() if value is not None}


def _external_secret(connection: Connection, external: External) -> Object:
    literals = {key: value for key, value in literal_values(connection).items() if key not in external.keys}
    template: dict[str, Any] = {
        "engineVersion": "v2",
        "mergePolicy": "Merge",  # the store's keys stay, the literals join them
        "metadata": {"annotations": _annotations(connection), "labels": _labels(connection)},
        "type": "kubernetes.io/dockerconfigjson" if connection.kind == "oci" else "Opaque",
    }
    if literals:
        template["data"] = literals
    data = []
    for key, remote in sorted(external.keys.items()):
        reference = {"key": remote.key, **_REMOTE_DEFAULTS}
        if remote.property is not None:
            reference["property"] = remote.property
        if remote.version is not None:
            reference["version"] = remote.version
        data.append({"secretKey": key, "remoteRef": reference})
    spec = {
        "refreshInterval": canonical_duration(external.refresh_interval),
        "secretStoreRef": {"kind": external.store.kind, "name": external.store.name},
        "target": {
            "creationPolicy": "Owner",
            "deletionPolicy": "Retain",
            "name": connection.name,
            "template": template,
        },
        "data": data,
    }
    body: Body = {
        "apiVersion": EXTERNAL_SECRETS,
        "kind": "ExternalSecret",
        "metadata": {"name": connection.name, "namespace": connection.namespace},
        "spec": spec,
    }
    return Object(body, _EXTERNAL)


def _labels(connection: Connection) -> dict[str, str]:
    labels = {keys.DASHBOARD: "true"}
    if connection.kind == "s3":
        labels[keys.MANAGED] = "true"
    return labels


def _annotations(connection: Connection) -> dict[str, str]:
    annotations = {
        keys.DISPLAY_NAME: connection.spec.display_name or connection.name,
        keys.CONNECTION_TYPE_PROTOCOL: connection.kind,
        keys.CONNECTION_TYPE_REF: _TYPE_REF[connection.kind],
    }
    if connection.spec.description:
        annotations[keys.DESCRIPTION] = connection.spec.description
    if connection.kind == "s3":
        annotations[keys.CONNECTION_TYPE] = "s3"
    return annotations
