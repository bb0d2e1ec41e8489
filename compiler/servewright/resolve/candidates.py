"""Automatic runtime selection, as the wizard does it: filter, and take the one that is left.

odh-dashboard: useServingRuntimeTemplates.ts, ModelFormatField.tsx, KServeServingRuntimeField.tsx. There is no ranking:
autoSelect, priority and apiProtocol are not looked at, and two candidates are as good as none.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.runtime_template import RuntimeTemplate
from servewright.model.deployment import Format
from servewright.resolve.context import Context, Verdict
from servewright.resolve.decisions import Candidate


def templates_for(namespace: str, context: Context) -> tuple[RuntimeTemplate, ...]:
    """Every template that a deployment in ``namespace`` may name, project ones first, in the administrator's order."""
    known = context.templates.get(namespace)
    if known is None:
        order = {name: index for index, name in enumerate(context.catalog.dashboard.template_order)}
        places = dict.fromkeys((namespace, context.applications_namespace))

        def rank(template: RuntimeTemplate) -> tuple[int, str]:
            # Unlisted ones come first, as in the wizard; by name, so that the order never depends on files.
            return (order.get(template.runtime_name or "", -1), template.name)

        known = tuple(
            template
            for place in places
            for template in sorted(
                (item for (where, _), item in context.catalog.templates.items() if where == place), key=rank
            )
        )
        # Most namespaces have none of their own: theirs are one tuple, by which evaluate() knows them.
        if namespace != context.applications_namespace:
            everywhere = templates_for(context.applications_namespace, context)
            known = everywhere if known == everywhere else known
        context.templates[namespace] = known
    return known


def scope_of(template: RuntimeTemplate, context: Context) -> str:
    """``global`` for the applications namespace, else ``project``."""
    return "global" if template.namespace == context.applications_namespace else "project"


def evaluate(
    namespace: str, model_type: str, model_format: Format, profile: HardwareProfile | None, context: Context
) -> tuple[Verdict, ...]:
    """Every template with its verdict; the first reason that excludes it is the one that is given.

    Deployments ask the same few questions again and again, so the answers are kept in the context, and once for all
    namespaces that choose from the same templates.
    """
    everywhere = context.applications_namespace
    if templates_for(namespace, context) is templates_for(everywhere, context):
        namespace = everywhere
    question = (namespace, model_type, model_format, profile.accelerator if profile else None)
    known = context.verdicts.get(question)
    if known is None:
        known = context.verdicts[question] = tuple(_evaluate(*question, context))
    return known


def _evaluate(
    namespace: str, model_type: str, model_format: Format, accelerator: str | None, context: Context
) -> Iterator[Verdict]:
    replaced = _replaced(namespace, context)
    for template in templates_for(namespace, context):
        reason = _not_offered(template, model_type, context) or replaced.get((template.namespace, template.name))
        if reason is None:
            reason = _no_match(template, model_format, accelerator)
        candidate = Candidate(
            template.name,
            template.namespace,
            reason is None,
            reason or _why_it_fits(model_format, accelerator),
            scope_of(template, context),
        )
        yield template, candidate


def _replaced(namespace: str, context: Context) -> dict[tuple[str, str], str]:
    """Offered templates that an earlier one of the same runtime name stands in for, and why.

    The wizard removes duplicates from the project's templates followed by the global ones, and keeps the first.
    """
    if not context.release.has("project-template-replaces-global"):
        return {}
    first: dict[str, RuntimeTemplate] = {}
    replaced = {}
    for template in templates_for(namespace, context):
        if template.runtime_name is None or _hidden(template, context) is not None:
            continue
        other = first.setdefault(template.runtime_name, template)
        if other.namespace != template.namespace:
            replaced[template.namespace, template.name] = "a template of the project replaces it"
        elif other is not template:
            replaced[template.namespace, template.name] = f"`{other.name}` has the same runtime and comes first"
    return replaced


def _hidden(template: RuntimeTemplate, context: Context) -> str | None:
    """Why the wizard's list does not have the template at all."""
    dashboard = context.catalog.dashboard
    if not template.dashboard:
        return "it is not offered: its label opendatahub.io/dashboard is not `true`"
    if dashboard.custom_runtimes_disabled and not template.out_of_the_box:
        return "custom runtimes are disabled by the administrator"
    if template.runtime_name in dashboard.disabled_templates:
        return "the administrator disabled it"
    if not template.single_model:
        return "it is not for single-model serving"
    return None


def _not_offered(template: RuntimeTemplate, model_type: str, context: Context) -> str | None:
    if (hidden := _hidden(template, context)) is not None:
        return hidden
    if template.unsupported and context.release.has("unsupported-templates-hidden"):
        return "it is not supported, and that is not accepted"
    if template.model_types:
        return None if model_type in template.model_types else f"it is for {' and '.join(template.model_types)} models"
    return None if context.release.has("typeless-templates-match") else "it does not say which model type it is for"


def _no_match(template: RuntimeTemplate, model_format: Format, accelerator: str | None) -> str | None:
    if template.runtime is None or not template.runtime.formats:
        return "it does not hold a usable ServingRuntime"
    if not _lists(template, model_format):
        listed = sorted(
            {entry.version for entry in template.runtime.formats if entry.name == model_format.name and entry.version}
        )
        if listed:
            return f"it serves `{model_format.name}` {', '.join(listed)}"
        return f"it does not serve `{model_format.name}`"
    if accelerator and accelerator not in template.runtime.accelerators:
        return f"it is not made for `{accelerator}`"
    return None


def _lists(template: RuntimeTemplate, wanted: Format) -> bool:
    """The wizard compares name and version strictly; a version that was left out fits a name that is listed once."""
    assert template.runtime is not None
    return template.runtime.serves(wanted.name, wanted.version)


def _why_it_fits(model_format: Format, accelerator: str | None) -> str:
    version = f" {model_format.version}" if model_format.version else ""
    served = f"it serves `{model_format.name}`{version}"
    return f"{served} and is made for `{accelerator}`" if accelerator else served
