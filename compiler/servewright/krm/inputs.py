"""Which items are inputs: a repository of them, without folders; what a document is decides where it belongs."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.catalog.annotations import LAST_APPLIED
from servewright.catalog.kinds import KINDS
from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Finding, Source, Where
from servewright.hints import Any
from servewright.krm.resource_list import INDENT, Item, ResourceList, as_yaml
from servewright.model.project import API_VERSION, FILE, ProjectSpec
from servewright.read.documents import read_documents
from servewright.read.inputs import read_project
from servewright.record import NamedTuple
from servewright.repository import Repository
from servewright.resolve.user_metadata import OWN_DOMAIN
from servewright.write.layout import is_unit
from servewright.write.lock import is_safe

PROJECT = "Project"
LOCAL = "config.kubernetes.io/local-config"
# Annotations by which kustomize and kpt find files and objects again.
_BOOKKEEPING = ("config.kubernetes.io", "config.k8s.io", "kpt.dev")


class Inputs(NamedTuple):
    """The repository, and for each of its files the item that it is.

    ``kept`` are the items to pass through, ``output`` is the folder for what is rendered.
    """

    repository: Repository
    by_file: Mapping[str, Item]
    kept: tuple[Item, ...]
    output: str


def is_ours(item: Item) -> bool:
    """Whether it is a document of servewright's own, which no cluster knows."""
    return item.api_version.startswith(f"{OWN_DOMAIN}/")


def inputs_of(resources: ResourceList) -> Inputs:
    """The inputs among ``resources``. What lies in the Project's output folder is what an earlier run rendered."""
    config = resources.function_config
    configured = (config,) if config is not None and _is_project(config) else ()
    projects = configured or tuple(item for item in resources.items if _is_project(item))
    files = _Files()
    project = None
    if projects:
        project = files.add(projects[0], FILE)
        files.findings += [_second(project, files.add(extra)) for extra in projects[1:]]
    if configured:  # others are not used, but go out again
        for item in filter(_is_project, resources.items):
            files.findings += read_project(files.add(item))[1]
    output = _output(project, projects[0].path if projects and not configured else "")
    kept = tuple(item for item in resources.items if not _is_output(item, output))
    deployments = [files.add(item) for item in kept if is_ours(item) and not _is_project(item)]
    catalog = [files.add(item) for item in kept if (item.api_version, item.kind) in KINDS]
    if project is None:
        files.findings.append(_no_project())
    if config is not None and not configured and not _says_nothing(config):
        files.findings.append(_not_understood())
    repository = Repository(project, tuple(catalog), tuple(deployments), tuple(files.findings))
    return Inputs(repository, files.by_name, kept, output)


def _output(source: Source | None, path: str) -> str:
    """The output folder; that of a Project in a file of its own lies beside it, as where render writes."""
    project = read_project(source)[0] if source is not None else None
    folder = project.spec.output if project is not None else ProjectSpec().output
    above = path.rpartition("/")[0]
    return f"{above}/{folder}" if above and is_safe(above) else folder


class _Files:
    """Items as files with a name of their own each."""

    def __init__(self) -> None:
        self.by_name: dict[str, Item] = {}
        self.findings: list[Finding] = []

    def add(self, item: Item, name: str = "") -> Source:
        """The item as a file; what is wrong with its YAML is kept, but for credentials, which are found again."""
        called = name or item.path or "/".join(filter(None, (item.kind, item.namespace, item.name))) or item.kind
        unique = called if called not in self.by_name else f"{called}#{item.position}"
        while unique in self.by_name:
            unique += "'"
        self.by_name[unique] = item
        if is_ours(item):
            found = read_documents(Source(unique, f"{INDENT}{item.text}\n"))[1]
            self.findings += [each for each in found if each.rule is not codes.CREDENTIAL]
        return Source(unique, as_yaml(_cleaned(item)))


def _cleaned(item: Item) -> dict[str, Any]:
    """The document without bookkeeping; of a Secret its metadata only, since nothing else of it is anybody's business."""
    metadata = item.data.get("metadata")
    if not isinstance(metadata, dict):
        return item.data
    annotations = {key: value for key, value in item.annotations.items() if not _is_bookkeeping(key)}
    cleaned = {key: value for key, value in metadata.items() if key != "annotations" or item.annotations != value}
    if (item.api_version, item.kind) == ("v1", "Secret"):
        annotations.pop(LAST_APPLIED, None)
        data = {"apiVersion": item.api_version, "kind": item.kind}
    else:
        data = dict(item.data)
    return {**data, "metadata": {**cleaned, **({"annotations": annotations} if annotations else {})}}


def _is_bookkeeping(key: str) -> bool:
    prefix = key.partition("/")[0]
    return any(prefix == domain or prefix.endswith(f".{domain}") for domain in _BOOKKEEPING)


def _is_output(item: Item, output: str) -> bool:
    return item.path.startswith(f"{output}/") and is_unit(item.path[len(output) + 1 :])


def _is_project(item: Item) -> bool:
    return (item.api_version, item.kind) == (API_VERSION, PROJECT)


def _says_nothing(config: Item) -> bool:
    """What `kpt fn eval` passes when nothing is given."""
    return (config.api_version, config.kind) == ("v1", "ConfigMap") and not config.data.get("data")


def _no_project() -> Finding:
    help_text = f"add one: `apiVersion: {API_VERSION}`, `kind: {PROJECT}`, `metadata: {{name: my-models}}`"
    return Finding(
        codes.PROJECT_INVALID, "there is no Project, neither in `items` nor as `functionConfig`", None, help_text
    )


def _not_understood() -> Finding:
    message = f"`functionConfig` is not a {PROJECT}"
    return Finding(codes.PROJECT_INVALID, message, None, f"configure the function with a {PROJECT}, or with nothing")


def _second(first: Source, other: Source) -> Finding:
    message = f"there is a second Project, `{other.path}`"
    return Finding(codes.PROJECT_INVALID, message, Where(Document(first, 0, {})), "keep one of the two")
