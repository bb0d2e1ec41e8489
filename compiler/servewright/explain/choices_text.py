"""The catalog for a terminal: what can be written into a deployment spec, by section."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from servewright.explain.choices import Choices, ConfigChoice, ProfileChoice, TemplateChoice
from servewright.explain.terminal import printable, prose, table
from servewright.hints import Any

_LLMD = {
    "default": "generative models with `runtime: auto` become llm-d (isLLMdDefault)",
    "by-hand": "llm-d is chosen by hand: `runtime: llm-d`",
    "disabled": "llm-d is disabled in the dashboard; `runtime: llm-d` works all the same",
}


def render_choices(choices: Choices) -> str:
    """The choices as text of about a hundred columns."""
    whose = f"the project {choices.namespace}" if choices.namespace else "all projects"
    lines = prose(f"{choices.release}, for {whose}", 0)
    lines += prose(f"default strategy {choices.default_strategy}; {_LLMD[choices.llmd]}")
    sections = (
        (
            "Hardware profiles, for `hardware.profile`",
            _by_namespace(choices.profiles, _profile, choices),
            "export them into the catalog: `oc get hardwareprofiles -n NAMESPACE -o yaml`",
        ),
        (
            "Runtime templates, for `runtime`",
            _by_namespace(choices.templates, _template, choices),
            "export them into the catalog: `oc get templates -n NAMESPACE -o yaml`",
        ),
        (
            "ServingRuntimes that are there already, for `runtime: {existing: NAME}`",
            _runtimes(choices),
            "export them into the catalog: `oc get servingruntimes -n NAMESPACE -o yaml`",
        ),
        (
            "LLMInferenceServiceConfigs, for `llmd`",
            _by_namespace(choices.llm_configs, _config, choices),
            "export them into the catalog: `oc get llminferenceserviceconfigs -n NAMESPACE -o yaml`",
        ),
        (
            "Connections, for `model.source`",
            _connections(choices),
            "write Connection documents, or put the metadata of Secrets into the catalog",
        ),
        (
            "Formats, for `model.format`, and the templates that serve them",
            table(
                [(f"{item.name} {item.version or ''}".strip(), ", ".join(item.templates)) for item in choices.formats]
            ),
            "no template lists a format",
        ),
    )
    for title, body, none in sections:
        lines += ["", title, *(body or prose(f"none; {none}"))]
    if choices.unusable:
        rows = [(item.kind, f"{item.namespace}/{item.name}", "; ".join(item.problems)) for item in choices.unusable]
        lines += ["", "In the catalog, but not usable", *table(rows)]
    return printable(lines)


def _by_namespace(items: Sequence[Any], show: Callable[[Any], list[str]], choices: Choices) -> list[str]:
    lines: list[str] = []
    for namespace in dict.fromkeys(item.namespace for item in items):
        lines.append(f"  {_place(namespace, choices)}")
        for item in items:
            if item.namespace == namespace:
                lines += show(item)
    return lines


def _place(namespace: str, choices: Choices) -> str:
    return f"{namespace} (every project)" if namespace == choices.applications_namespace else namespace


def _titled(name: str, title: str | None) -> list[str]:
    return prose(f"{name}: {title}" if title and title != name else name, 4, 2)


def _profile(profile: ProfileChoice) -> list[str]:
    lines = _titled(profile.name, profile.display_name)
    lines += table(
        [
            (item.name, f"{item.minimum} to {item.maximum or 'any'}", f"default {item.default}")
            for item in profile.resources
        ],
        6,
    )
    if profile.queue is not None:
        lines += prose(f"queues in {profile.queue}", 6, 2)
    nodes = [f"{key}={value}" for key, value in profile.node_selector.items()]
    if nodes:
        lines += prose(f"nodes with {', '.join(nodes)}", 6, 2)
    if profile.tolerations:
        lines += prose(f"tolerates {', '.join(profile.tolerations)}", 6, 2)
    if profile.not_offered:
        lines += prose(f"not offered by the wizard: {' and '.join(profile.not_offered)}", 6, 2)
    return lines


def _template(template: TemplateChoice) -> list[str]:
    lines = _titled(template.name, template.display_name)
    types = " and ".join(template.model_types) or "of no said type"
    lines += prose(f"{types}: {', '.join(template.formats) or 'no formats'}", 6, 2)
    if template.accelerators:
        lines += prose(f"made for {', '.join(template.accelerators)}", 6, 2)
    lines += prose(f"from {template.file}" if template.file else "built in", 6, 2)
    if template.never_automatic is not None:
        lines += prose(f"never chosen automatically: {template.never_automatic}", 6, 2)
    return lines


def _config(config: ConfigChoice) -> list[str]:
    lines = _titled(config.name, config.display_name)
    if config.type is not None:
        lines += prose(f"of the type {config.type}", 6, 2)
    if config.accelerators:
        lines += prose(f"made for {', '.join(config.accelerators)}", 6, 2)
    return lines


def _connections(choices: Choices) -> list[str]:
    rows = [
        (item.namespace, item.name, item.type or "type not said", item.kind, item.display_name or "")
        for item in choices.connections
    ]
    return table(rows)


def _runtimes(choices: Choices) -> list[str]:
    rows = [
        (
            item.namespace or "every project",
            item.name,
            f"{item.display_name}: {', '.join(item.formats)}{'; disabled' if item.disabled else ''}",
        )
        for item in choices.runtimes
    ]
    return table(rows)
