"""The compiler: a repository's text in, objects and diagnostics out. No files, clock, environment or network."""

from collections.abc import Mapping

from servewright.check.across import check_across
from servewright.check.builtin_images import default_images
from servewright.check.duplicates import find_duplicates
from servewright.check.summary import Summary
from servewright.check.template_references import check_template_references
from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Finding, Span, Where
from servewright.environment import build_context
from servewright.lower import connection as lower_connection
from servewright.lower import serving_runtime
from servewright.lower.deployment import lower
from servewright.lower.engine_metadata import for_engine
from servewright.lower.fields import Object
from servewright.model.connection import Connection
from servewright.model.project import FILE, Project
from servewright.read.inputs import DeploymentInput, read_deployment_files, read_project
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


class Compilation(NamedTuple):
    """What a repository compiles to. ``context`` and ``project`` are None when the Project could not be read.

    ``deployments`` counts ModelDeployment documents, ``inputs`` Connections too, whether they have errors or not.
    """

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
    findings = list(repository.findings)
    project, context = None, None
    if repository.project is None:
        if not any(isinstance(item.where, Span) and item.where.file == FILE for item in findings):
            help_text = "run `servewright` inside a repository that has one"
            findings.append(Finding(codes.PROJECT_INVALID, f"there is no `{FILE}`", None, help_text))
    else:
        project, found = read_project(repository.project)
        findings += found
    inputs = read_deployment_files(repository.deployments)
    findings += inputs.findings
    counts = len(inputs.deployments), len(inputs.deployments) + len(inputs.connections)
    if project is not None and repository.project is not None:
        context, found = build_context(project, repository, inputs)
        findings += found
    if context is None or project is None:
        findings += [finding for item in inputs.deployments for finding in item.problems.findings]
        diagnostics = finish(findings, project, ())
        return Compilation(project, None, (), diagnostics, {}, *counts)
    findings += find_duplicates(inputs.deployments, inputs.connections)
    units, decisions, summaries = _compile_all(inputs.deployments, inputs.connections, context)
    findings += [finding for item in inputs.deployments for finding in item.problems.findings]
    findings += check_across(summaries, context)
    findings += default_images(decisions.values(), context)
    annotated = ((item.problems.document, item.deployment.metadata.annotations) for item in inputs.deployments)
    return Compilation(project, context, tuple(units), finish(findings, project, annotated), decisions, *counts)


def _compile_all(
    deployments: tuple[DeploymentInput, ...], connections: tuple[Connection, ...], context: Context
) -> tuple[list[Unit], dict[tuple[str, str], Decisions], list[Summary]]:
    units: dict[tuple[str, str, str], Unit] = {}
    decisions: dict[tuple[str, str], Decisions] = {}
    summaries: list[Summary] = []
    for connection in connections:
        items = tuple(for_engine(item, "connections", context.engine) for item in lower_connection.lower(connection))
        unit = Unit(connection.namespace, "connections", connection.name, items, connection.where)
        units.setdefault(_key(unit), unit)
        summaries.append(Summary.of_connection(connection, items))
    for item in deployments:
        chosen = resolve(item.deployment, context, item.problems)
        where = Where(item.problems.document)
        if chosen is None:
            summaries.append(Summary.of_unresolved(item.deployment, where))
            continue
        namespace, name = chosen.naming.namespace, chosen.naming.name
        objects = lower(chosen, context)
        service = next(unit for unit in objects if unit.body["kind"] in SERVICES)
        check_template_references(chosen, service, item.problems)
        decisions.setdefault((namespace, name), chosen)
        unit = Unit(namespace, "deployments", name, objects, where)
        units.setdefault(_key(unit), unit)
        runtime = chosen.runtime
        shared: tuple[Object, ...] = ()
        if runtime.shared:
            shared = (for_engine(serving_runtime.lower(runtime, namespace, context), "runtimes", context.engine),)
            unit = Unit(namespace, "runtimes", runtime.name, shared, where)
            units.setdefault(_key(unit), unit)
        summaries.append(Summary.of_deployment(chosen, objects, where))
    ordered = sorted(units.values(), key=_key)
    return ordered, decisions, summaries


def _key(unit: Unit) -> tuple[str, str, str]:
    return unit.namespace, unit.folder, unit.name
