"""The catalog: every document under its namespace and name, over the built-in templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from servewright.catalog import runtime_template
from servewright.catalog.dashboard_config import DashboardConfig
from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.kinds import KINDS
from servewright.catalog.metadata_texts import check_metadata_texts
from servewright.catalog.runtime_template import RuntimeTemplate
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.catalog.values_inside import check_values_inside
from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Finding, Note, Problems, Where
from servewright.diagnostics.short import short
from servewright.hints import TYPE_CHECKING, Any
from servewright.record import NamedTuple

if TYPE_CHECKING:
    from servewright.catalog.limit_range import LimitRange
    from servewright.catalog.plain_object import PlainObject
    from servewright.catalog.resource_quota import ResourceQuota
    from servewright.catalog.secret import SecretMetadata

Key = tuple[str, str]


class Catalog(NamedTuple):
    """Namespace and name to document, per kind; cluster-scoped kinds have the namespace "".

    ``unusable`` are documents that could not be read, by table and key, with what is to be said when one is used.
    """

    profiles: Mapping[Key, HardwareProfile]
    templates: Mapping[Key, RuntimeTemplate]
    runtimes: Mapping[Key, ServingRuntime]
    cluster_runtimes: Mapping[Key, ServingRuntime]
    llm_configs: Mapping[Key, PlainObject]
    dashboard_configs: Mapping[Key, DashboardConfig]
    secrets: Mapping[Key, SecretMetadata]
    quotas: Mapping[Key, ResourceQuota]
    limit_ranges: Mapping[Key, LimitRange]
    namespaces: Mapping[Key, PlainObject]
    claims: Mapping[Key, PlainObject]
    service_accounts: Mapping[Key, PlainObject]
    unusable: Mapping[tuple[str, Key], tuple[Finding, ...]]
    dashboard: DashboardConfig = DashboardConfig()


def build_catalog(
    documents: Iterable[Document], builtin: Iterable[Mapping[str, Any]], applications_namespace: str
) -> tuple[Catalog, list[Finding]]:
    """Index ``documents`` (Lists are opened) over the ``builtin`` Templates.

    The dashboard's settings are the OdhDashboardConfig of the applications namespace, or the only one there is.
    """
    tables: dict[str, dict[Key, Any]] = {
        field: {} for field in Catalog._fields if field not in ("dashboard", "unusable")
    }
    unusable: dict[tuple[str, Key], tuple[Finding, ...]] = {}
    findings: list[Finding] = []
    first: dict[tuple[str, Key], Document] = {}
    for document in _open_lists(documents, findings):
        api_version, kind = document.data.get("apiVersion"), document.data.get("kind")
        row = KINDS.get((str(api_version), str(kind)))
        if row is None:
            findings.append(_secret_in_disguise(document) or _ignored(document))
            continue
        problems = Problems(document)
        metadata = _identity(document, row.namespaced, problems)
        if metadata is not None:
            key = (metadata["namespace"], metadata["name"])
            if (earlier := first.setdefault((row.table, key), document)) is not document:
                place = f" of namespace `{metadata['namespace']}`" if row.namespaced else ""
                problems.add(
                    codes.DUPLICATE_DOCUMENT,
                    f"{kind} `{metadata['name']}`{place} is in the catalog twice",
                    ("metadata", "name"),
                    notes=(Note("first here", Where(earlier, ("metadata", "name"))),),
                    help="keep one of the two",
                )
            elif (read := row.read(metadata, document.data, problems)) is not None:
                tables[row.table][key] = read
                check_values_inside(document.data, (), problems)
                check_metadata_texts(document.data, problems)
            else:
                unusable[row.table, key] = tuple(problems.findings) if row.report_when_used else ()
                if row.report_when_used:
                    continue
        findings.extend(problems.findings)
    for template in builtin:
        own = template["metadata"]
        # A repository's Template replaces the built-in one of its name and namespace.
        tables["templates"].setdefault(
            (own["namespace"], own["name"]), runtime_template.parse(own, template["objects"], None)
        )
    dashboard = _dashboard(tables["dashboard_configs"], applications_namespace)
    return Catalog(**tables, unusable=unusable, dashboard=dashboard), findings


def _dashboard(configs: Mapping[Key, DashboardConfig], applications_namespace: str) -> DashboardConfig:
    """The settings that the dashboard reads: of its own object, else of the only one there is."""
    own = configs.get((applications_namespace, "odh-dashboard-config"))
    here = [config for (namespace, _), config in configs.items() if namespace == applications_namespace]
    candidates = [own] if own else here or list(configs.values())
    return candidates[0] if len(candidates) == 1 else DashboardConfig()


def _open_lists(documents: Iterable[Document], findings: list[Finding]) -> Iterator[Document]:
    for document in documents:
        kind = document.data.get("kind")
        items = document.data.get("items")
        if not (isinstance(kind, str) and (kind == "List" or (kind.endswith("List") and isinstance(items, list)))):
            yield document
            continue
        for index, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(item, dict):
                if "kind" not in item and kind != "List":
                    # Typed lists leave apiVersion and kind of their items out.
                    item = {"apiVersion": document.data.get("apiVersion"), "kind": kind[: -len("List")], **item}
                inner = Document(document.source, document.index, item, (*document.at, "items", index))
                yield from _open_lists((inner,), findings)
            else:
                findings.append(
                    Finding(
                        codes.CATALOG_MALFORMED,
                        "an item of a List is not an object",
                        Where(document, ("items", index)),
                        "remove it",
                    )
                )


def _identity(document: Document, namespaced: bool, problems: Problems) -> dict[str, Any] | None:
    metadata = document.data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(name, str) or not name:
        problems.add(
            codes.NO_NAMESPACE,
            f"this {document.data['kind']} needs `metadata.name`",
            ("metadata",),
            on="key",
            help="add the name that it has in the cluster",
        )
        return None
    if namespaced and (not isinstance(namespace, str) or not namespace):
        problems.add(
            codes.NO_NAMESPACE,
            f"{document.data['kind']} `{name}` has no namespace",
            ("metadata",),
            on="key",
            help="add `metadata.namespace`: the catalog describes the cluster, where every such object is in a namespace",
        )
        return None
    return {**metadata, "namespace": namespace if namespaced else ""}


def _secret_in_disguise(document: Document) -> Finding | None:
    """A Secret of an API version that is not read: its values are in Git all the same."""
    if document.data.get("kind") != "Secret" or not any(document.data.get(key) for key in ("data", "stringData")):
        return None
    return Finding(
        codes.SECRET_WITH_VALUES,
        "a Secret carries values",
        Where(document, ("kind",)),
        "keep only apiVersion, kind and metadata, and treat the values as leaked",
    )


def _ignored(document: Document) -> Finding:
    kind, api_version = document.data.get("kind"), document.data.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(api_version, str):
        return Finding(
            codes.CATALOG_MALFORMED,
            "a catalog document has no apiVersion and kind",
            Where(document, (), "key"),
            "give both, as `oc get … -o yaml` prints them",
        )
    other = sorted(version for version, known in KINDS if known == kind)
    message = f"`{short(kind, 80)}` of `{short(api_version, 80)}` is not used"
    if other:
        versions = " or ".join(f"`{version}`" for version in other)
        help_text = f"export it as {versions}: that is what servewright reads"
        return Finding(codes.KIND_IGNORED, message, Where(document, ("apiVersion",)), help_text)
    help_text = "remove it, or leave it: it changes nothing"
    return Finding(codes.KIND_IGNORED, message, Where(document, ("kind",)), help_text)
