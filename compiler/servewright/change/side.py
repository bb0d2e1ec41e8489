"""One side of a change, compiled: what its deployments, connections and shared runtimes are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from servewright.change.model import Version
from servewright.change.outline import outline
from servewright.check.collisions import produced_twice
from servewright.check.duplicates import duplicates
from servewright.check.objects import ObjectChecks
from servewright.check.summary import Summary
from servewright.compilation import compile_connection, compile_deployment
from servewright.diagnostics.finish import ALLOW, is_error
from servewright.diagnostics.model import Document, Finding, Problems, Source, Where
from servewright.environment import build_context
from servewright.lower.fields import Object
from servewright.model.connection import Connection
from servewright.model.project import Project
from servewright.read.inputs import (
    DeploymentInputs,
    may_hold_connection,
    read_deployment_file,
    read_project,
)
from servewright.record import NamedTuple
from servewright.repository import Repository
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

Key = tuple[str, str]  # namespace and name
Waiving = tuple[Document, Mapping[str, str]]


class Surroundings(NamedTuple):
    """What every deployment of a side is compiled with; ``context`` is None when there is no usable Project.

    ``settings`` is servewright.yaml, for the places in it; None where nobody asks for them.
    """

    project: Project | None
    context: Context | None
    connections: tuple[Connection, ...]
    findings: tuple[Finding, ...]
    settings: Document | None = None


class Spec(NamedTuple):
    """A deployment's document, compiled. ``key`` is None when it has no usable name, ``version`` when it has errors."""

    key: Key | None
    version: Version | None
    summary: Summary
    findings: tuple[Finding, ...]


class File(NamedTuple):
    """A file of the deployment folders, compiled. ``failed``: with an error outside its deployments' documents."""

    specs: tuple[Spec, ...]
    findings: tuple[Finding, ...]
    waiving: tuple[Waiving, ...]
    failed: bool


class Side(NamedTuple):
    """A side as a whole, as far as it was compiled.

    ``broken`` are deployments that are there but have errors, so that nothing can be said of their objects; ``unclear``
    are files that may hold deployments which nobody can name. ``users`` are the deployments that use a runtime.
    """

    versions: dict[Key, Version]
    runtimes: dict[Key, Object]
    users: dict[Key, set[str]]
    broken: frozenset[Key]
    unclear: frozenset[str]
    twice: tuple[Finding, ...]


class NoChecks(ObjectChecks):
    """For objects whose faults nobody asks for: of the base, and of what did not change."""

    def deployment(self, objects: Iterable[Object], problems: Problems, decisions: Decisions) -> None:
        """Nothing is looked at."""


class Connections(NamedTuple):
    """The connections of a repository, and the names of those that cannot be used."""

    usable: tuple[Connection, ...]
    refused: frozenset[Key]

    def same_as(self, other: Connections) -> bool:
        """Whether the others say the same, wherever they are written."""
        return self.refused == other.refused and [item[:-1] for item in self.usable] == [
            item[:-1] for item in other.usable
        ]


def connections_in(repository: Repository, read: Callable[[Source], DeploymentInputs]) -> Connections:
    """Every connection of a repository; ``read`` reads a file of the deployment folders."""
    holding = [read(source) for source in repository.deployments if may_hold_connection(source)]
    usable = tuple(connection for inputs in holding for connection in inputs.connections)
    return Connections(usable, frozenset(key for inputs in holding for key in inputs.refused_connections))


def surroundings(repository: Repository, connections: Connections) -> Surroundings:
    """The Project, the catalog and the connections of a repository."""
    findings = list(repository.findings)
    if repository.project is None:
        return Surroundings(None, None, connections.usable, tuple(findings))
    project, found = read_project(repository.project)
    findings += found
    if project is None:
        return Surroundings(None, None, connections.usable, tuple(findings))
    inputs = DeploymentInputs((), connections.usable, (), connections.refused)
    context, found = build_context(project, repository, inputs)
    return Surroundings(project, context, connections.usable, (*findings, *found))


def compile_file(inputs: DeploymentInputs, around: Surroundings, checks: ObjectChecks) -> File:
    """Compile the deployments of a file that was read."""
    context, project = around.context, around.project
    assert context is not None
    severities = context.release.severities
    waiving: list[Waiving] = []
    specs = []
    for item in inputs.deployments:
        document = item.problems.document
        compiled = compile_deployment(item, context, checks)
        annotations = item.deployment.metadata.annotations
        own: Waiving | None = (document.bare(), annotations) if ALLOW in annotations else None
        if own is not None:
            waiving.append(own)
        findings = item.problems.reported()
        summary, decisions = compiled.summary, compiled.decisions
        failed = decisions is None or any(
            _is_in(finding, document) and is_error(finding, project, own, severities) for finding in findings
        )
        version = None
        if decisions is not None and not failed:
            objects = next(unit.objects for unit in compiled.units if unit.folder == "deployments")
            shared = next((unit.objects[0] for unit in compiled.units if unit.folder == "runtimes"), None)
            version = Version(decisions, context, document, objects, shared, around.settings)
        key = (summary.namespace, summary.name) if summary.namespace and summary.name else outline(document.data).key
        specs.append(Spec(key, version, summary, tuple(findings)))
    failed = any(is_error(finding, project, None, severities) for finding in inputs.findings)
    return File(tuple(specs), inputs.findings, tuple(waiving), failed)


def assemble(files: Mapping[str, File], around: Surroundings, unreadable: Iterable[str]) -> Side:
    """The side that compiled files make, by path in the order of the repository.

    Of two deployments of one name nobody can say which is meant: it is ``broken``, and ``twice`` says so.
    """
    context = around.context
    specs: dict[Key, Version | None] = {}
    runtimes: dict[Key, Object] = {}
    users: dict[Key, set[str]] = {}
    of_one_name: dict[Key, list[Summary]] = {}
    unclear = set(unreadable)
    for path, file in files.items():
        for spec in file.specs:
            if spec.key is None:
                unclear.add(path)
                continue
            of_one_name.setdefault(spec.key, []).append(spec.summary)
            specs[spec.key] = None if file.failed or spec.key in specs else spec.version
        if file.failed:
            unclear.add(path)
    for (namespace, _), version in specs.items():
        if version is not None and version.runtime is not None:
            runtimes.setdefault((namespace, version.runtime.identity[2]), version.runtime)
    own = {
        (item.identity[1], item.identity[2]): item
        for version in specs.values()
        if version is not None
        for item in version.objects
        if item.body["kind"] == "ServingRuntime"
    }
    versions: dict[Key, Version] = {}
    for key, version in specs.items():
        if version is None:
            continue
        place = used_runtime(key, version)
        if place is not None:
            users.setdefault(place, set()).add(key[1])
            version = version._replace(runtime=runtimes.get(place) or own.get(place))
        versions[key] = version
    twice: list[Finding] = []
    for summaries in of_one_name.values():
        if context is not None and len(summaries) > 1:
            twice += [*duplicates(summaries, context), *produced_twice(summaries, context)]
    broken = frozenset(key for key, version in specs.items() if version is None)
    return Side(versions, runtimes, users, broken, frozenset(unclear), tuple(twice))


def used_runtime(key: Key, version: Version | None) -> Key | None:
    """The runtime that a deployment shares with others, or uses although others bring it."""
    runtime = version.decisions.runtime if version else None
    if runtime is None or not (runtime.shared or runtime.kind == "existing"):
        return None
    return key[0], runtime.name


def connection_objects(around: Surroundings) -> dict[Key, tuple[Object, ...]]:
    """The objects of every connection; of one name, the first counts."""
    found: dict[Key, tuple[Object, ...]] = {}
    if around.context is None:
        return found
    for connection in around.connections:
        compiled = compile_connection(connection, around.context)
        found.setdefault((connection.namespace, connection.name), compiled.units[0].objects)
    return found


def _is_in(finding: Finding, document: Document) -> bool:
    where = finding.where
    return isinstance(where, Where) and where.document.source.path == document.source.path


def read_once() -> Callable[[Source], DeploymentInputs]:
    """A reader of deployment files for their connections: a file that both sides have is read for both."""
    known: dict[Source, DeploymentInputs] = {}

    def read(source: Source) -> DeploymentInputs:
        found = known.get(source)
        if found is None:
            found = known[source] = read_deployment_file(source)
        return found

    return read
