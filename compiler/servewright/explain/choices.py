"""What a deployment can choose from: profiles, templates, connections, configs, runtimes, formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servewright.catalog import annotations as keys
from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.plain_object import PlainObject
from servewright.catalog.runtime_template import RuntimeTemplate
from servewright.catalog.serving_runtime import RuntimeFormat, ServingRuntime
from servewright.diagnostics.model import Where
from servewright.explain.hardware import describe_toleration, display_name
from servewright.hints import Any
from servewright.model.deployment import Format
from servewright.record import NamedTuple
from servewright.resolve.candidates import evaluate, scope_of, templates_for
from servewright.resolve.context import Context

# OpenShift's label for projects whose workloads Kueue admits (odh-dashboard, hardware profiles' kueueUtils.ts).
KUEUE_MANAGED = "kueue.openshift.io/managed"


class ResourceChoice(NamedTuple):
    """A resource of a profile; ``maximum`` None means without limit."""

    name: str
    type: str | None
    minimum: str
    default: str
    maximum: str | None


class ProfileChoice(NamedTuple):
    """A hardware profile; ``not_offered`` says why the wizard would not list it."""

    namespace: str
    name: str
    display_name: str | None
    resources: tuple[ResourceChoice, ...]
    queue: str | None
    node_selector: dict[str, str]
    tolerations: tuple[str, ...]
    not_offered: tuple[str, ...]
    file: str


class TemplateChoice(NamedTuple):
    """A runtime template; ``never_automatic`` says why ``runtime: auto`` cannot choose it. ``file`` None: built in."""

    namespace: str
    name: str
    scope: str
    display_name: str | None
    model_types: tuple[str, ...]
    formats: tuple[str, ...]
    accelerators: tuple[str, ...]
    never_automatic: str | None
    file: str | None


class ConnectionChoice(NamedTuple):
    """A connection: a Connection document, or a Secret's metadata in the catalog. ``type`` None: it does not say."""

    namespace: str
    name: str
    kind: str
    type: str | None
    display_name: str | None
    file: str


class ConfigChoice(NamedTuple):
    """An LLMInferenceServiceConfig, for llm-d's ``config``, ``topology`` or ``routing``."""

    namespace: str
    name: str
    display_name: str | None
    type: str | None
    accelerators: tuple[str, ...]
    file: str


class RuntimeChoice(NamedTuple):
    """A ServingRuntime that is there already, for ``runtime: {existing: NAME}``; ``namespace`` None: cluster-wide."""

    namespace: str | None
    name: str
    display_name: str
    formats: tuple[str, ...]
    disabled: bool
    file: str | None


class FormatChoice(NamedTuple):
    """A model format and version, and the templates that serve it."""

    name: str
    version: str | None
    templates: tuple[str, ...]


class UnusableChoice(NamedTuple):
    """A catalog document that nobody can choose, and what is wrong with it; an error only for those who name it."""

    kind: str
    namespace: str
    name: str
    problems: tuple[str, ...]
    file: str


class Choices(NamedTuple):
    """Everything; ``namespace`` None: for all projects."""

    release: str
    applications_namespace: str
    namespace: str | None
    default_strategy: str
    llmd: str
    profiles: tuple[ProfileChoice, ...]
    templates: tuple[TemplateChoice, ...]
    connections: tuple[ConnectionChoice, ...]
    llm_configs: tuple[ConfigChoice, ...]
    runtimes: tuple[RuntimeChoice, ...]
    formats: tuple[FormatChoice, ...]
    unusable: tuple[UnusableChoice, ...]


def choices_of(context: Context, namespace: str | None = None) -> Choices:
    """What the catalog offers; with ``namespace``, what deployments of that project can choose."""
    catalog, dashboard = context.catalog, context.catalog.dashboard
    places = None if namespace is None else (namespace, context.applications_namespace)
    own = None if namespace is None else (namespace,)
    templates = tuple(_templates(context, namespace))
    runtimes = [*_in(catalog.runtimes, own), *_in(catalog.cluster_runtimes, None)]
    return Choices(
        context.release.name,
        context.applications_namespace,
        namespace,
        dashboard.strategy or "RollingUpdate",
        "disabled" if dashboard.llmd_disabled else "default" if dashboard.llmd_default else "by-hand",
        tuple(_profile(item, context, namespace) for item in _in(catalog.profiles, places)),
        tuple(_template(item, where, context) for item, where in templates),
        tuple(_connections(context, own)),
        tuple(_config(item) for item in _in(catalog.llm_configs, places)),
        tuple(_runtime(item) for item in runtimes),
        tuple(_formats(item for item, _ in templates)),
        tuple(_unusable(context, places)),
    )


def _in(table: Any, places: tuple[str, ...] | None) -> list[Any]:
    """The documents of a catalog table in these namespaces (None: all), by namespace and name."""
    return [item for key, item in sorted(table.items()) if places is None or key[0] in places]


def _profile(profile: HardwareProfile, context: Context, namespace: str | None) -> ProfileChoice:
    return ProfileChoice(
        profile.namespace,
        profile.name,
        display_name(profile),
        tuple(
            ResourceChoice(
                item.name,
                item.resource_type,
                item.minimum.canonical,
                item.default.canonical,
                item.maximum.canonical if item.maximum else None,
            )
            for item in profile.identifiers
        ),
        profile.queue,
        profile.node_selector,
        tuple(describe_toleration(item) for item in profile.tolerations),
        (*profile.not_offered, *_queueing(profile, context, namespace)),
        profile.where.document.source.path,
    )


def _queueing(profile: HardwareProfile, context: Context, namespace: str | None) -> list[str]:
    """Profiles that queue are for projects that Kueue manages, and others for others; only a known label tells."""
    known = context.catalog.namespaces.get(("", namespace or ""))
    if known is None:
        return []
    managed = known.labels.get(KUEUE_MANAGED) == "true"
    if managed and profile.queue is None:
        return [f"`{namespace}` is managed by Kueue, and it does not queue"]
    if not managed and profile.queue is not None:
        return [f"it queues, and `{namespace}` is not managed by Kueue"]
    return []


def _templates(context: Context, namespace: str | None) -> Iterator[tuple[RuntimeTemplate, str]]:
    """Every template, with a project that may choose it."""
    if namespace is not None:
        yield from ((item, namespace) for item in templates_for(namespace, context))
        return
    for item in _in(context.catalog.templates, None):
        yield item, item.namespace


def _template(template: RuntimeTemplate, project: str, context: Context) -> TemplateChoice:
    runtime = template.runtime
    return TemplateChoice(
        template.namespace,
        template.name,
        scope_of(template, context),
        runtime.display_name if runtime else None,
        template.model_types,
        _format_names(runtime.formats if runtime else ()),
        runtime.accelerators if runtime else (),
        _never_automatic(template, project, context),
        template.where.document.source.path if template.where else None,
    )


def _never_automatic(template: RuntimeTemplate, project: str, context: Context) -> str | None:
    """Why no model of ``project`` could ever get the template automatically; None when one could.

    The accelerator does not count here: some profile may have the right one.
    """
    reason = None
    formats = (
        template.runtime.formats
        if template.runtime and template.runtime.formats
        else (RuntimeFormat("", None, False, None),)
    )
    for model_type in template.model_types or ("predictive", "generative"):
        for entry in formats:
            wanted = Format(entry.name, entry.version)
            for other, candidate in evaluate(project, model_type, wanted, None, context):
                if other is not template:
                    continue
                if candidate.fits:
                    return None
                reason = reason or candidate.reason
    return reason


def _connections(context: Context, places: tuple[str, ...] | None) -> Iterator[ConnectionChoice]:
    connections, secrets = context.connections, context.catalog.secrets
    for key in sorted({*connections, *secrets}):
        if places is not None and key[0] not in places:
            continue
        connection, secret = connections.get(key), secrets.get(key)
        if connection is not None:
            name = connection.spec.display_name
            yield ConnectionChoice(*key, "Connection", connection.kind, name, _file(connection.where))
        elif secret is not None:
            name = secret.annotations.get(keys.DISPLAY_NAME)
            yield ConnectionChoice(*key, "Secret", secret.connection_type, name, _file(secret.where))


def _config(config: PlainObject) -> ConfigChoice:
    return ConfigChoice(
        config.namespace,
        config.name,
        config.annotations.get(keys.DISPLAY_NAME),
        config.labels.get(keys.CONFIG_TYPE),
        tuple(keys.json_list(config.annotations.get(keys.RECOMMENDED_ACCELERATORS))),
        _file(config.where),
    )


def _runtime(runtime: ServingRuntime) -> RuntimeChoice:
    return RuntimeChoice(
        None if runtime.cluster_scoped else runtime.namespace,
        runtime.name,
        runtime.display_name,
        _format_names(runtime.formats),
        runtime.disabled,
        _file(runtime.where) if runtime.where else None,
    )


def _formats(templates: Iterable[RuntimeTemplate]) -> Iterator[FormatChoice]:
    serving: dict[tuple[str, str], list[str]] = {}
    for template in templates:
        for entry in template.runtime.formats if template.runtime else ():
            names = serving.setdefault((entry.name, entry.version or ""), [])
            if template.name not in names:
                names.append(template.name)
    for (name, version), names in sorted(serving.items()):
        yield FormatChoice(name, version or None, tuple(sorted(names)))


def _unusable(context: Context, places: tuple[str, ...] | None) -> Iterator[UnusableChoice]:
    for (_, (namespace, name)), findings in sorted(context.catalog.unusable.items(), key=lambda item: item[0]):
        where = findings[0].where if findings else None
        if not isinstance(where, Where) or (places is not None and namespace not in places):
            continue
        kind = str(where.document.data.get("kind"))
        yield UnusableChoice(kind, namespace, name, tuple(item.message for item in findings), _file(where))


def _format_names(formats: Iterable[RuntimeFormat]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{entry.name} {entry.version or ''}".strip() for entry in formats))


def _file(where: Where) -> str:
    return where.document.source.path
