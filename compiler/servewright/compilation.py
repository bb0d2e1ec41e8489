"""The compiler: a repository's text in, objects and diagnostics out. No files, clock, environment or network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from servewright.catalog.index import Key
from servewright.check.across import check_across
from servewright.check.objects import ObjectChecks
from servewright.check.summary import Summary
from servewright.check.template_references import check_template_references
from servewright.diagnostics import codes
from servewright.diagnostics.finish import ALLOW, finish, said_once
from servewright.diagnostics.model import Diagnostic, Document, Finding, Source, Span, Where
from servewright.environment import context_of, protected
from servewright.lower import connection as lower_connection
from servewright.lower import serving_runtime
from servewright.lower.deployment import lower
from servewright.lower.engine_metadata import for_engine
from servewright.lower.fields import Object
from servewright.model.connection import Connection
from servewright.model.project import FILE, Project
from servewright.read.inputs import (
    CONNECTION,
    DeploymentInput,
    DeploymentInputs,
    may_hold_connection,
    read_deployment_file,
    read_project,
)
from servewright.record import NamedTuple
from servewright.repository import Repository
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions
from servewright.resolve.deployment import resolve

SERVICES = ("InferenceService", "LLMInferenceService")


class Unit(NamedTuple):
    """One file of the tree: its objects in apply order, and the input document it comes from."""

    namespace: str
    folder: str
    name: str
    objects: tuple[Object, ...]
    where: Where


class Compiled(NamedTuple):
    """What one document becomes: its files, what was decided for a deployment, what others must know of it."""

    units: tuple[Unit, ...]
    summary: Summary
    decisions: Decisions | None = None


class Outcome(NamedTuple):
    """What a run found. ``context`` and ``project`` are None when the Project could not be read.

    ``deployments`` counts ModelDeployment documents, ``inputs`` Connections too, whether they have errors or not.
    """

    project: Project | None
    context: Context | None
    diagnostics: tuple[Diagnostic, ...]
    deployments: int
    inputs: int

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)


class Compilation(NamedTuple):
    """What a repository compiles to: the outcome, and every object and decision."""

    project: Project | None
    context: Context | None
    units: tuple[Unit, ...]
    diagnostics: tuple[Diagnostic, ...]
    decisions: Mapping[tuple[str, str], Decisions]
    deployments: int
    inputs: int

    @property
    def objects(self) -> tuple[Object, ...]:
        """Every object, in the order of the tree."""
        return tuple(item for unit in self.units for item in unit.objects)

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)


def compile_repository(repository: Repository) -> Compilation:
    """Compile every deployment and connection of ``repository`` and cross-check them.

    Never raises for anything that an input contains: all problems of the run are in ``diagnostics``.
    """
    units: dict[tuple[str, str, str], Unit] = {}
    decisions: dict[tuple[str, str], Decisions] = {}

    def keep(compiled: Compiled) -> None:
        for unit in compiled.units:
            units.setdefault(key_of(unit), unit)
        if (chosen := compiled.decisions) is not None:
            decisions.setdefault((chosen.naming.namespace, chosen.naming.name), chosen)

    outcome = compile_each(repository, keep)
    ordered = tuple(units[key] for key in sorted(units))
    project, context, diagnostics, deployments, inputs = outcome
    return Compilation(project, context, ordered, diagnostics, decisions, deployments, inputs)


class Prepared(NamedTuple):
    """What is known before the first deployment is compiled, and what all of them are compiled against.

    ``holding`` are the files that may hold a connection, ``early`` what was read of them before its turn. The Project and
    the context are None when there is no usable Project.
    """

    project: Project | None
    context: Context | None
    checks: ObjectChecks | None
    findings: tuple[Finding, ...]
    holding: tuple[Source, ...]
    early: dict[str, DeploymentInputs]


class Connections(NamedTuple):
    """The connections of a repository by namespace and name, and the names of those that cannot be used."""

    usable: Mapping[Key, Connection]
    refused: frozenset[Key]


class CompiledFile(NamedTuple):
    """What connections and deployments of a file become, and what is wrong with it.

    ``waiving`` are documents with waivers.
    """

    compiled: tuple[Compiled, ...]
    findings: tuple[Finding, ...]
    waiving: tuple[tuple[Document, Mapping[str, str]], ...]
    deployments: int


def compile_each(repository: Repository, take: Callable[[Compiled], None]) -> Outcome:
    """Compile document after document, giving ``take`` what each becomes; cross-check them at the end.

    Of what was taken only a summary is kept, so memory grows by what ``take`` keeps. Two units may have the same key;
    the first counts, and that is reported. There may be errors that are not known yet when something is taken.
    """
    prepared = prepare(repository)
    conclusion = Conclusion(prepared)
    for source in repository.deployments:
        file = compile_file(source, prepared)
        for item in file.compiled:
            take(item)
        conclusion.add([item.summary for item in file.compiled], file.findings, file.waiving, file.deployments)
    return conclusion.outcome()


def may_hold_connections(repository: Repository) -> tuple[Source, ...]:
    """The few files of the deployment folders that can hold a connection."""
    return tuple(filter(may_hold_connection, repository.deployments))


def prepare(
    repository: Repository, holding: tuple[Source, ...] | None = None, known: Connections | None = None
) -> Prepared:
    """Read the Project, the catalog and, unless they are ``known``, the connections of ``repository``.

    ``holding`` is what ``may_hold_connections`` found, if that was asked.
    """
    findings = list(repository.findings)
    project, context = None, None
    if repository.project is None:
        if not any(isinstance(item.where, Span) and item.where.file == FILE for item in findings):
            help_text = "run `servewright` inside a repository that has one"
            findings.append(Finding(codes.PROJECT_INVALID, f"there is no `{FILE}`", None, help_text))
    else:
        project, found = read_project(repository.project)
        findings += found
    if holding is None:
        holding = may_hold_connections(repository)
    # Connections are needed first, whichever file they are in.
    early = {source.path: read_deployment_file(source) for source in holding} if known is None else {}
    if project is not None and repository.project is not None:
        context, found = context_of(project, repository, *(known or _connections(early.values())))
        findings += found
    checks = ObjectChecks(context) if context is not None else None
    return Prepared(project, context, checks, tuple(findings), holding, early)


def _connections(files: Iterable[DeploymentInputs]) -> Connections:
    """The connections of all files; of one name, the first counts."""
    usable: dict[Key, Connection] = {}
    refused: set[Key] = set()
    for inputs in files:
        refused |= inputs.refused_connections
        for connection in inputs.connections:
            usable.setdefault((connection.namespace, connection.name), connection)
    return Connections(usable, frozenset(refused))


def compile_file(source: Source, prepared: Prepared) -> CompiledFile:
    """Compile the connections and deployments of a file of the deployment folders."""
    inputs = prepared.early.pop(source.path, None) or read_deployment_file(source)
    context, checks = prepared.context, prepared.checks
    compiled: list[Compiled] = []
    findings = list(inputs.findings)
    waiving: list[tuple[Document, Mapping[str, str]]] = []
    if context is not None and checks is not None:
        for connection in inputs.connections:
            compiled.append(made := compile_connection(connection, context))
            findings += protected(connection, context)
            findings += checks.connection(made.units[0].objects, connection.where.document)
    for item in inputs.deployments:
        if context is not None and checks is not None:
            compiled.append(compile_deployment(item, context, checks))
        findings += item.problems.reported()
        annotations = item.deployment.metadata.annotations
        if ALLOW in annotations:
            waiving.append((item.problems.document.bare(), annotations))
    return CompiledFile(tuple(compiled), tuple(findings), tuple(waiving), len(inputs.deployments))


class Conclusion:
    """Takes what other deployments must know of each, in the order of the files; cross-checks them at the end."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._connections: list[Summary] = []
        self._summaries: list[Summary] = []
        self._findings = list(prepared.findings)
        self._waiving: list[tuple[Document, Mapping[str, str]]] = []
        self._deployments = 0
        self._inputs = 0

    def add(
        self,
        summaries: Iterable[Summary],
        findings: Iterable[Finding],
        waiving: Iterable[tuple[Document, Mapping[str, str]]],
        deployments: int,
    ) -> None:
        """The next file."""
        for summary in summaries:
            (self._connections if summary.kind == CONNECTION else self._summaries).append(summary)
            self._inputs += summary.kind == CONNECTION
        self._findings += findings
        self._waiving += waiving
        self._deployments += deployments
        self._inputs += deployments

    def count(self, deployments: int, connections: int) -> None:
        """Files of which there is no more to say."""
        self._deployments += deployments
        self._inputs += deployments + connections

    def outcome(self, across: Iterable[Finding] | None = None) -> Outcome:
        """What the run found; ``across`` is what is known already of how deployments get along."""
        project, context = self._prepared.project, self._prepared.context
        if context is None:
            diagnostics = finish(self._findings, project, ())
        else:
            every = (*self._connections, *self._summaries)
            self._findings += check_across(every, context) if across is None else across
            diagnostics = finish(said_once(self._findings), project, self._waiving, context.release.severities)
        return Outcome(project, context, diagnostics, self._deployments, self._inputs)


def compile_connection(connection: Connection, context: Context) -> Compiled:
    """Compile one connection."""
    objects = tuple(for_engine(item, "connections", context.engine) for item in lower_connection.lower(connection))
    unit = Unit(connection.namespace, "connections", connection.name, objects, connection.where)
    return Compiled((unit,), Summary.of_connection(connection, objects))


def compile_deployment(item: DeploymentInput, context: Context, checks: ObjectChecks) -> Compiled:
    """Compile one deployment: decide, make the objects, check them. What is found is added to the item's problems."""
    problems = item.problems
    chosen = resolve(item.deployment, context, problems)
    if chosen is None:
        return Compiled((), Summary.of_unresolved(item.deployment, problems.document))
    objects = lower(chosen, context)
    where = Where(problems.document)
    namespace, name, runtime = chosen.naming.namespace, chosen.naming.name, chosen.runtime
    units = [Unit(namespace, "deployments", name, objects, where)]
    shared: tuple[Object, ...] = ()
    if runtime.shared:
        shared = (for_engine(serving_runtime.lower(runtime, namespace, context), "runtimes", context.engine),)
        units.append(Unit(namespace, "runtimes", runtime.name, shared, where))
    # What is checked of one deployment's objects is checked here, while they are at hand.
    service = next(unit for unit in objects if unit.body["kind"] in SERVICES)
    check_template_references(chosen, service, problems)
    checks.deployment((*objects, *shared), problems, chosen)
    demand = None
    if context.catalog.quotas or context.catalog.limit_ranges:
        from servewright.check.demand import demand_of

        demand = demand_of(chosen, objects)
    return Compiled(tuple(units), Summary.of_deployment(chosen, objects, problems.document, demand), chosen)


def key_of(unit: Unit) -> tuple[str, str, str]:
    """Where the unit's file is in the tree."""
    return unit.namespace, unit.folder, unit.name
