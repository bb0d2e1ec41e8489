"""What other deployments must know of one: plain text and places only.

So deployments can be compiled anywhere and checked together here.
"""

from __future__ import annotations

from servewright.diagnostics.model import Path, Where
from servewright.lower.fields import Object
from servewright.model.connection import Connection
from servewright.model.deployment import ModelDeployment
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions, RuntimeChoice
from servewright.resolve.runtime_place import runtime_place

Identity = tuple[str, str, str]
NAME: Path = ("metadata", "name")


class Summary(NamedTuple):
    """What other deployments must know of one; ``runtime`` is None for a connection.

    A deployment that could not be resolved has no identities, but ``claims``: names that its runtime might have had.
    """

    namespace: str
    name: str
    identities: tuple[Identity, ...]
    runtime: RuntimeChoice | None
    where: Where
    claims: tuple[str, ...] = ()
    account_by_admission: str | None = None

    @classmethod
    def of_deployment(cls, decisions: Decisions, objects: tuple[Object, ...], where: Where) -> Summary:
        """The summary of a deployment."""
        identities = tuple(item.identity for item in objects)
        naming, source = decisions.naming, decisions.source
        account = source.service_account if source.account_by_admission else None
        return cls(naming.namespace, naming.name, identities, decisions.runtime, where, (), account)

    @classmethod
    def of_unresolved(cls, deployment: ModelDeployment, where: Where) -> Summary:
        """The summary of a deployment with errors."""
        names = (deployment.metadata.name, deployment.spec.runtime.name)
        return cls(deployment.metadata.namespace, names[0] or "", (), None, where, tuple(filter(None, names)))

    @classmethod
    def of_connection(cls, connection: Connection, objects: tuple[Object, ...]) -> Summary:
        """The summary of a connection: besides its objects, it owns the Secret of its name."""
        secret = ("Secret", connection.namespace, connection.name)
        return cls(
            connection.namespace,
            connection.name,
            (secret, *(item.identity for item in objects)),
            None,
            connection.where,
        )


def runtime_where(summary: Summary, *fields: str) -> Where:
    """Where the spec names its runtime (or, of its long form, one of ``fields``)."""
    path, on = runtime_place(summary.where.document, *fields)
    return Where(summary.where.document, path, on)
