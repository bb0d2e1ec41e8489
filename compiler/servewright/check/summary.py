"""What other deployments must know of one: plain text and places only.

So deployments can be compiled anywhere and checked together here, and nothing else of them is kept meanwhile.
"""

from __future__ import annotations

from servewright.diagnostics.model import Document, Path, Where
from servewright.hints import TYPE_CHECKING
from servewright.lower.fields import Object
from servewright.model.connection import Connection
from servewright.model.deployment import ModelDeployment
from servewright.read.inputs import CONNECTION, MODEL_DEPLOYMENT
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions, RuntimeChoice
from servewright.resolve.runtime_place import runtime_place

if TYPE_CHECKING:
    from servewright.check.demand import Demand

_RUNTIME_FIELDS = ("template", "scope", "name", "existing")
# What is kept of a document says which fields are given, not what they say. So there are but a few, and most
# deployments share one. Never changed.
_outlines: dict[tuple[bool, tuple[str, ...] | None], dict[str, object]] = {}

Identity = tuple[str, str, str]
NAME: Path = ("metadata", "name")


class Summary(NamedTuple):
    """What other deployments must know of one; ``runtime`` is None for a connection.

    The document of ``where`` has but the data that says whether and how name and runtime are written; all of it only if the
    deployment uses an existing runtime, since whether that fits is found out here. A deployment that could not be
    resolved has no identities, but ``claims``: names that its runtime might have had.
    ``demand`` is counted only where a quota or a limit range of the catalog asks for it.
    ``served`` is the name that an llm-d model answers to, and its gateway (None: the platform's default); a stopped one
    answers to none, because its routes are removed.
    """

    namespace: str
    name: str
    identities: tuple[Identity, ...]
    runtime: RuntimeChoice | None
    where: Where
    claims: tuple[str, ...] = ()
    account_by_admission: str | None = None
    served: tuple[str, tuple[str, str] | None] | None = None
    demand: Demand | None = None
    kind: str = MODEL_DEPLOYMENT

    @classmethod
    def of_deployment(
        cls, decisions: Decisions, objects: tuple[Object, ...], document: Document, demand: Demand | None
    ) -> Summary:
        """The summary of a deployment."""
        identities = tuple([item.identity for item in objects])
        naming, source = decisions.naming, decisions.source
        account = source.service_account if source.account_by_admission else None
        served = None
        if decisions.runtime.llmd and not decisions.deployment.spec.stopped:
            served = decisions.deployment.spec.model.served_name or naming.name, decisions.llmd.gateway
        runtime = decisions.runtime.without_why()
        where = Where(document if runtime.kind == "existing" else _outline(document))
        return cls(naming.namespace, naming.name, identities, runtime, where, (), account, served, demand)

    @classmethod
    def of_unresolved(cls, deployment: ModelDeployment, document: Document) -> Summary:
        """The summary of a deployment with errors."""
        names = (deployment.metadata.name, deployment.spec.runtime.name)
        where, claims = Where(_outline(document)), tuple(filter(None, names))
        return cls(deployment.metadata.namespace, names[0] or "", (), None, where, claims)

    @classmethod
    def of_connection(cls, connection: Connection, objects: tuple[Object, ...]) -> Summary:
        """The summary of a connection: besides its objects, it owns the Secret of its name."""
        secret = ("Secret", connection.namespace, connection.name)
        return cls(
            connection.namespace,
            connection.name,
            (secret, *(item.identity for item in objects)),
            None,
            Where(_outline(connection.where.document)),
            kind=CONNECTION,
        )


def runtime_where(summary: Summary, *fields: str) -> Where:
    """Where the spec names its runtime (or, of its long form, one of ``fields``)."""
    path, on = runtime_place(summary.where.document, *fields)
    return Where(summary.where.document, path, on)


def is_given(*summaries: Summary) -> bool:
    """Whether the names are written in the documents, so that a duplicate document is reported for them."""
    return all(
        isinstance(metadata := item.where.document.data.get("metadata"), dict) and "name" in metadata
        for item in summaries
    )


def _outline(document: Document) -> Document:
    """The document with as much of its data as says where its name and its runtime are written."""
    metadata, spec = document.data.get("metadata"), document.data.get("spec")
    named = isinstance(metadata, dict) and "name" in metadata
    runtime: tuple[str, ...] | None = None
    if isinstance(spec, dict) and "runtime" in spec:
        given = spec["runtime"]
        runtime = tuple(field for field in _RUNTIME_FIELDS if field in given) if isinstance(given, dict) else ()
    data = _outlines.get((named, runtime))
    if data is None:
        data = _outlines[named, runtime] = {}
        if named:
            data["metadata"] = {"name": ""}
        if runtime is not None:
            data["spec"] = {"runtime": dict.fromkeys(runtime, "")}
    return Document(document.source, document.index, data, document.at)
