"""The environment of a compilation: release, catalog and connections, from the Project and the catalog's files."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.catalog.builtin import image_parameters, load_builtin
from servewright.catalog.index import Key, build_catalog
from servewright.catalog.release import Release, known_releases, load_release
from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Finding, Problems
from servewright.diagnostics.short import short
from servewright.model.connection import Connection
from servewright.model.project import Project
from servewright.read.documents import read_documents
from servewright.read.inputs import DeploymentInputs
from servewright.repository import Repository
from servewright.resolve.context import Context


def build_context(
    project: Project, repository: Repository, inputs: DeploymentInputs
) -> tuple[Context | None, list[Finding]]:
    """The environment that ``project`` names; None when there is no such release (reported)."""
    by_name = {(item.namespace, item.name): item for item in reversed(inputs.connections)}
    context, findings = context_of(project, repository, by_name, inputs.refused_connections)
    if context is not None:
        findings += [finding for item in inputs.connections for finding in protected(item, context)]
    return context, findings


def protected(connection: Connection, context: Context) -> list[Finding]:
    """What is wrong with the namespace of a connection."""
    namespace = context.applications_namespace
    if connection.namespace != namespace:
        return []
    problems = Problems(connection.where.document)
    problems.add(
        codes.NAMESPACE_PROTECTED,
        f"`{namespace}` is the platform's own namespace; no team writes Secrets there",
        ("metadata", "namespace"),
        help="write the connection into the project of the models that use it",
    )
    return problems.findings


def context_of(
    project: Project, repository: Repository, connections: Mapping[Key, Connection], refused: frozenset[Key]
) -> tuple[Context | None, list[Finding]]:
    """The same, of connections by namespace and name, and the names of those that cannot be used."""
    release, findings = _release(project, repository)
    if release is None:
        return None, findings
    namespace = project.spec.applications_namespace or release.applications_namespace
    documents: list[Document] = []
    for source in repository.catalog:
        read, found = read_documents(source, catalog=True)
        documents += read
        findings += found
    builtin = load_builtin(release.runtimes, project.spec.images, namespace) if project.spec.catalog.builtin else ()
    catalog, found = build_catalog(documents, builtin, namespace)
    findings += found
    choosing = {place for table in (catalog.profiles, catalog.templates, catalog.runtimes) for place, _ in table}
    choosing |= {place for _, (place, _) in catalog.unusable}
    return Context(
        project, release, namespace, catalog, connections, refused, frozenset(choosing), {}, {}, {}, {}, {}
    ), findings


def _release(project: Project, repository: Repository) -> tuple[Release | None, list[Finding]]:
    assert repository.project is not None
    platform = project.spec.platform
    release = load_release(platform.name, platform.version)
    known = image_parameters(release.runtimes) if release and project.spec.images else {}
    if release is not None and known.keys() >= project.spec.images.keys():
        return release, []
    document = read_documents(repository.project)[0][0]  # read again for its places, now that one is needed
    problems = Problems(document)
    if platform.name == "kserve":
        problems.add(
            codes.PLATFORM_PLANNED,
            "plain KServe is planned, but not supported yet",
            ("spec", "platform", "name"),
            help="write `name: open-data-hub` or `name: openshift-ai`",
        )
        return None, problems.findings
    if release is None:
        spec = document.data.get("spec")
        given = isinstance(spec, dict) and isinstance(spec.get("platform"), dict)
        versions = ", ".join(f'`"{version}"`' for name, version in known_releases() if name == platform.name)
        problems.add(
            codes.RELEASE_UNKNOWN,
            f"`{short(platform.version, 40)}` is not a release of {platform.name} that servewright knows",
            ("spec", "platform", "version") if given else ("spec",),
            help=f"write one of {versions}",
        )
        return None, problems.findings
    for parameter in project.spec.images:
        if parameter not in known:
            from servewright.diagnostics.suggest import did_you_mean

            near = did_you_mean(parameter, known)
            problems.add(
                codes.INVALID_VALUE,
                f"no built-in template of {release.name} has an image parameter `{short(parameter, 80)}`",
                ("spec", "images", parameter),
                on="key",
                help=f"did you mean `{near}`?" if near else f"the parameters are {', '.join(sorted(known))}",
            )
    return release, problems.findings
