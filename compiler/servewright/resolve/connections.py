"""Connections that a spec names: as a document of ours, as a Secret of the catalog, or both.

odh-model-controller, internal/webhook/connectionapi and controller/core/secret_controller.go.
"""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Problems
from servewright.hints import TYPE_CHECKING
from servewright.model.connection import Connection
from servewright.record import NamedTuple
from servewright.resolve.context import Context

if TYPE_CHECKING:
    from servewright.catalog.secret import SecretMetadata


class Found(NamedTuple):
    """A connection that exists; ``secret`` is what the catalog knows of its Secret."""

    connection: Connection | None
    secret: SecretMetadata | None


def find_connection(
    name: str, kind: str, namespace: str, path: Path, llmd: bool, context: Context, problems: Problems
) -> Found | None:
    """The connection ``name`` of type ``kind`` that ``path`` of a spec names; None when it cannot be used (reported).

    What the catalog knows about the Secret counts, unless an external store writes it: then it is replaced.
    """
    place = (*path, "connection")
    if not namespace:  # missing, which was reported
        return None
    connection = context.connections.get((namespace, name))
    secret = context.catalog.secrets.get((namespace, name))
    if connection is None and secret is None:
        if not _is_refused(name, namespace, context):
            _report_unknown(name, kind, namespace, place, context, problems)
        return None
    if connection is not None and connection.spec.secret.external is not None:
        secret = None
    if secret is None and connection is not None and connection.kind == kind:
        return Found(connection, None)
    found = Found(connection, secret)
    kinds = ([connection.kind] if connection else []) + ([secret.connection_type] if secret else [])
    if None in kinds:
        problems.add(
            codes.CONNECTION_MARKERS,
            f"the Secret `{name}` does not say which kind of connection it is; admission would refuse the model",
            place,
            help=f"add the annotation `{keys.CONNECTION_TYPE_PROTOCOL}: {kind}` to the Secret",
            notes=note_of(found),
        )
        return None
    if other := next((item for item in kinds if item != kind), None):
        what = "the Secret of the connection" if connection and connection.kind == kind else "the connection"
        problems.add(
            codes.CONNECTION_TYPE,
            f"{what} `{name}` is of type {other}, not {kind}",
            place,
            help=f"write it under `source.{other}`, or name a connection of type {kind}",
            notes=note_of(found),
        )
        return None
    # llm-d takes the credentials from the service account, not from storage-config.
    if kind == "s3" and secret is not None and not llmd and (missing := _missing_markers(secret)):
        problems.add(
            codes.CONNECTION_MARKERS,
            f"the Secret `{name}` lacks {' and '.join(missing)}: the platform would leave it out of storage-config and refuse the pods",
            place,
            help=f"add {' and '.join(missing)} to the Secret, or describe it as a Connection with `secret.external`",
            notes=note_of(found),
        )
        return None
    return found


def _is_refused(name: str, namespace: str, context: Context) -> bool:
    """Whether it is there, and what is wrong with it was reported."""
    key = (namespace, name)
    return key in context.refused_connections or ("secrets", key) in context.catalog.unusable


def _missing_markers(secret: SecretMetadata) -> list[str]:
    """What the storage-config builder looks for (odh-model-controller, secret_controller.go)."""
    missing = [
        f'the label `{label}: "true"`' for label in (keys.DASHBOARD, keys.MANAGED) if secret.labels.get(label) != "true"
    ]
    if secret.annotations.get(keys.CONNECTION_TYPE) != "s3":
        missing.append(f"the annotation `{keys.CONNECTION_TYPE}: s3`")
    return missing


def _report_unknown(name: str, kind: str, namespace: str, place: Path, context: Context, problems: Problems) -> None:
    from servewright.diagnostics.suggest import did_you_mean

    here = sorted(known for where, known in [*context.connections, *context.catalog.secrets] if where == namespace)
    elsewhere = sorted(where for where, known in [*context.connections, *context.catalog.secrets] if known == name)
    near = did_you_mean(name, here)
    if near:
        help_text = f"did you mean `{near}`?"
    elif elsewhere:
        help_text = f"there is one in `{elsewhere[0]}`, but a connection must be in the model's own namespace: add a Connection there"
    else:
        help_text = f"add a Connection `{name}` with `spec.{kind}`, or the Secret's metadata to the catalog"
    problems.add(
        codes.CONNECTION_UNKNOWN,
        f"there is no connection `{name}` in the namespace `{namespace}`",
        place,
        help=help_text,
    )


def note_of(found: Found) -> tuple[Note, ...]:
    """A note that shows the connection."""
    if found.connection is not None:
        return (Note("the connection", found.connection.where),)
    return (Note("the Secret", found.secret.where),) if found.secret else ()
