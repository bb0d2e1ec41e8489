"""A deployment explained: every decision with its reasons, what is emitted, how to call it and how to watch it."""

from __future__ import annotations

from servewright import compilation as compiled
from servewright.catalog.annotations import string_map
from servewright.compilation import Compilation
from servewright.explain.calling import Call, call_of
from servewright.explain.connection_secret import ConnectionSecret, secret_of
from servewright.explain.hardware import Hardware, hardware_of
from servewright.explain.metric_queries import Query
from servewright.explain.model_files import ModelFiles, model_files
from servewright.explain.monitoring import Monitoring, monitoring_of
from servewright.explain.quota import QuotaRow, quotas_of
from servewright.explain.rollout import Strategy, strategy_of
from servewright.explain.server import Server, image_of, server_of
from servewright.explain.warnings import warnings_of
from servewright.lower.fields import Object
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import Candidate, Decisions
from servewright.write.layout import path_of

RUNTIME_VERSION = "opendatahub.io/runtime-version"
Key = tuple[str, str]


class Name(NamedTuple):
    """The names of a deployment."""

    display_name: str
    reasons: tuple[str, ...]


class Runtime(NamedTuple):
    """The runtime. ``name`` is the ServingRuntime's; ``also_used_by`` are other deployments that share it."""

    kind: str
    template: str | None
    scope: str | None
    automatic: bool
    name: str | None
    also_used_by: tuple[str, ...]
    format: str
    family: str | None
    version: str | None
    image: str | None
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...]


class Source(NamedTuple):
    """Where the model comes from."""

    kind: str
    uri: str | None
    connection: str | None
    secret: ConnectionSecret | None
    path: str | None
    service_account: str | None
    pull_secrets: tuple[str, ...]
    files: ModelFiles | None
    reasons: tuple[str, ...]


class Access(NamedTuple):
    """Who may call the model."""

    exposed: bool
    authenticated: bool
    gateway: str | None
    tokens: tuple[str, ...]
    subjects: tuple[str, ...]
    reasons: tuple[str, ...]


class Choices(NamedTuple):
    """All decisions."""

    name: Name
    hardware: Hardware
    runtime: Runtime
    source: Source
    strategy: Strategy
    access: Access


class Emitted(NamedTuple):
    """An object and the file of the tree that it is in, relative to the repository."""

    kind: str
    api_version: str
    name: str
    file: str


class Explanation(NamedTuple):
    """Everything that ``explain NAME`` shows."""

    name: str
    namespace: str
    kind: str
    release: str
    stopped: bool
    file: str
    decisions: Choices
    objects: tuple[Emitted, ...]
    call: Call
    monitoring: Monitoring
    metrics: tuple[Query, ...]
    warnings: tuple[str, ...]
    quotas: tuple[QuotaRow, ...]


def explain(key: Key, compilation: Compilation) -> Explanation:
    """Explain the deployment of this namespace and name, which must be among the compilation's decisions."""
    decisions, context = compilation.decisions[key], compilation.context
    assert context is not None
    server = server_of(decisions, compilation)
    call = call_of(decisions, server)
    monitoring, metrics = monitoring_of(decisions, server)
    units = units_of(decisions, compilation)
    return Explanation(
        decisions.naming.name,
        decisions.naming.namespace,
        main_kind(decisions),
        context.release.name,
        decisions.deployment.spec.stopped,
        units[0].where.document.source.path,
        Choices(
            Name(decisions.naming.display_name, decisions.naming.reasons),
            hardware_of(decisions, server.runtime),
            _runtime(decisions, server, compilation),
            _source(decisions, server, context),
            strategy_of(decisions, context),
            _access(decisions),
        ),
        tuple(_emitted(item, unit, context) for unit in units for item in unit.objects),
        call,
        monitoring,
        metrics,
        warnings_of(decisions, server, call),
        quotas_of(decisions, compilation),
    )


def main_kind(decisions: Decisions) -> str:
    """The kind of the object that the deployment is about."""
    return "LLMInferenceService" if decisions.runtime.llmd else "InferenceService"


def units_of(decisions: Decisions, compilation: Compilation) -> tuple[compiled.Unit, ...]:
    """The deployment's own file first, then those that it shares: its runtime's and its connection's."""
    namespace, runtime = decisions.naming.namespace, decisions.runtime
    wanted = [("deployments", decisions.naming.name)]
    if runtime.shared:
        wanted.append(("runtimes", runtime.name))
    if decisions.source.connection is not None:
        wanted.append(("connections", decisions.source.connection))
    units = {(unit.folder, unit.name): unit for unit in compilation.units if unit.namespace == namespace}
    return tuple(units[key] for key in wanted if key in units)


def _emitted(item: Object, unit: compiled.Unit, context: Context) -> Emitted:
    path = path_of(*compiled.key_of(unit))
    return Emitted(
        item.body["kind"], item.body["apiVersion"], item.identity[2], f"{context.project.spec.output}/{path}"
    )


def _runtime(decisions: Decisions, server: Server, compilation: Compilation) -> Runtime:
    choice = decisions.runtime
    others = [
        other.naming.name
        for (namespace, name), other in compilation.decisions.items()
        if not choice.llmd
        and namespace == decisions.naming.namespace
        and name != decisions.naming.name
        and other.runtime.name == choice.name
    ]
    metadata = server.runtime.body["metadata"] if server.runtime else {}
    return Runtime(
        choice.kind,
        choice.template,
        choice.scope,
        choice.automatic,
        None if choice.llmd else choice.name,
        tuple(sorted(others)),
        choice.format.name + (f" {choice.format.version}" if choice.format.version else ""),
        server.family,
        string_map(metadata.get("annotations")).get(RUNTIME_VERSION),
        decisions.deployment.spec.container.image or image_of(server.runtime),
        (*choice.reasons, *decisions.llmd.reasons),
        choice.candidates,
    )


def _source(decisions: Decisions, server: Server, context: Context) -> Source:
    source = decisions.source
    return Source(
        source.kind,
        source.uri,
        source.connection,
        secret_of(decisions, context),
        source.path,
        source.service_account,
        source.pull_secrets,
        model_files(decisions, server),
        source.reasons,
    )


def _access(decisions: Decisions) -> Access:
    access, chosen = decisions.access, decisions.llmd.gateway
    gateway = (f"{chosen[1]}/{chosen[0]}" if chosen else "the platform's default") if decisions.runtime.llmd else None
    subjects = tuple(
        f"{subject.kind} {subject.namespace or decisions.naming.namespace}/{subject.name}"
        if subject.kind == "ServiceAccount"
        else f"{subject.kind} {subject.name}"
        for subject in access.subjects
    )
    tokens = tuple(f"{token.display_name} (Secret {token.secret})" for token in access.tokens)
    return Access(access.exposed, access.authenticated, gateway, tokens, subjects, access.reasons)
