"""The Secret of a model's connection: what the platform looks for in it.

odh-model-controller: internal/webhook/connectionapi (the type, and the address of a URI), and
internal/controller/core/secret_controller.go (labels and keys of S3; llm-d reads the Secret by its service account).
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.catalog import annotations as keys
from servewright.model.connection import Connection
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

_KEYS = {
    "s3": (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_S3_ENDPOINT",
        "AWS_S3_BUCKET",
        "AWS_DEFAULT_REGION (optional)",
    ),
    "oci": (".dockerconfigjson",),
    "uri": ("URI (or https-host)",),
}


class ConnectionSecret(NamedTuple):
    """A Secret by what it must have; ``external`` says that an ExternalSecret makes it so.

    ``documentation`` are fields of the Connection that nothing is made of, because the Secret is there already.
    """

    name: str
    namespace: str
    external: bool
    type: str
    keys: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    annotations: tuple[tuple[str, str], ...]
    documentation: tuple[str, ...]


def secret_of(decisions: Decisions, context: Context) -> ConnectionSecret | None:
    """The Secret of the deployment's connection; None without one."""
    source, namespace = decisions.source, decisions.naming.namespace
    if source.connection is None or source.kind not in _KEYS:
        return None
    connection = context.connections.get((namespace, source.connection))
    stored = source.kind == "s3" and not decisions.runtime.llmd
    return ConnectionSecret(
        source.connection,
        namespace,
        connection is not None and connection.spec.secret.external is not None,
        "kubernetes.io/dockerconfigjson" if source.kind == "oci" else "Opaque",
        _KEYS[source.kind],
        ((keys.DASHBOARD, "true"), (keys.MANAGED, "true")) if stored else (),
        (
            (keys.CONNECTION_TYPE_PROTOCOL, source.kind),
            *(((keys.CONNECTION_TYPE, source.kind),) if stored else ()),
        ),
        tuple(_documentation(connection, decisions.runtime.llmd)) if connection is not None else (),
    )


def _documentation(connection: Connection, llmd: bool) -> Iterator[str]:
    """Fields that only an ExternalSecret would carry. llm-d reads the bucket; a URL is read by whoever names it."""
    spec = connection.spec
    if spec.secret.external is not None:
        return
    given = {
        "s3.endpoint": spec.s3.endpoint if spec.s3 else None,
        "s3.bucket": spec.s3.bucket if spec.s3 and not llmd else None,
        "s3.region": spec.s3.region if spec.s3 else None,
        "oci.registry": spec.oci.registry if spec.oci else None,
        "displayName": spec.display_name,
        "description": spec.description,
    }
    yield from (field for field, value in given.items() if value)
