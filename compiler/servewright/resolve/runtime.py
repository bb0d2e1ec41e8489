"""The runtime: automatic, by hand, the administrator's default, shared, or there already."""

from __future__ import annotations

from collections.abc import Sequence

from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.runtime_template import RuntimeTemplate
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Problems, Where
from servewright.model.deployment import Format, ModelDeployment
from servewright.resolve.candidates import evaluate, scope_of, templates_for
from servewright.resolve.context import Context
from servewright.resolve.decisions import Naming, RuntimeChoice
from servewright.resolve.runtime_place import runtime_place

_MODEL_PATH = ("spec", "model")
VLLM = Format("vLLM")


def decide_runtime(
    deployment: ModelDeployment,
    naming: Naming | None,
    profile: HardwareProfile | None,
    context: Context,
    problems: Problems,
) -> RuntimeChoice | None:
    """The choice; None when there is none (reported, with every candidate and what to write instead)."""
    spec = deployment.spec
    wanted = spec.runtime
    generative = spec.model.type == "generative"
    name = naming.name if naming else ""
    if wanted.existing is None and wanted.template == "llm-d":
        if not generative:
            path, on = runtime_place(problems.document, "template")
            problems.add(
                codes.FIELD_NOT_HERE,
                "llm-d serves generative models only",
                path,
                on=on,
                help="write `runtime: auto`, or `type: generative`",
            )
            return None
        return RuntimeChoice("llm-d", name=name, reasons=("llm-d is chosen by hand",))
    dashboard = context.catalog.dashboard
    automatic = wanted.existing is None and wanted.template == "auto"
    if automatic and generative and dashboard.llmd_default and not dashboard.llmd_disabled:
        return RuntimeChoice(
            "llm-d",
            name=name,
            automatic=True,
            reasons=("the administrator made llm-d the default for generative models (isLLMdDefault)",),
        )
    model_format = _format(deployment, context, problems)
    if model_format is None:
        return None
    if wanted.existing is not None:
        return _existing(wanted.existing, deployment, model_format, context)
    if automatic:
        chosen = _automatic(deployment, model_format, profile, context, problems)
    else:
        chosen = _by_hand(deployment, model_format, context, problems)
    if chosen is None:
        return None
    template, choice = chosen
    if template.parameter:
        path, on = runtime_place(problems.document, "template")
        problems.add(
            codes.RUNTIME_UNPROCESSED,
            f"the template `{template.name}` has an image with the parameter `{template.parameter}`, which nothing fills in",
            path,
            on=on,
            help=f"write the image's reference into the Template instead of `{template.parameter}`",
            notes=note_of(template),
        )
    shared = wanted.name is not None and wanted.name != name
    return choice._replace(name=wanted.name or name, shared=shared, api_protocol=template.api_protocol)


def _format(deployment: ModelDeployment, context: Context, problems: Problems) -> Format | None:
    model = deployment.spec.model
    if model.format is not None and model.format.name:
        return model.format
    if model.type == "generative":
        return VLLM
    formats = sorted(
        {
            (entry.name, entry.version or "")
            for template in templates_for(deployment.metadata.namespace, context)
            if template.runtime and "predictive" in template.model_types
            for entry in template.runtime.formats
        }
    )
    listing = ", ".join(f"{name} {version}".strip() for name, version in formats)
    if model.format is None:
        problems.add(
            codes.FORMAT_MISSING,
            "a predictive model needs a format: runtimes are chosen by it",
            _MODEL_PATH,
            on="key",
            help=f"add `format: {_example(formats)}` to model; the formats here are {listing}"
            if formats
            else "add `format` to model, and a Template that serves it to the catalog",
        )
    return None


def _example(formats: Sequence[tuple[str, str]]) -> str:
    name, version = next((item for item in formats if item[0] == "onnx"), formats[0])
    return f'{{name: {name}, version: "{version}"}}' if version else f"{{name: {name}}}"


def _automatic(
    deployment: ModelDeployment,
    model_format: Format,
    profile: HardwareProfile | None,
    context: Context,
    problems: Problems,
) -> tuple[RuntimeTemplate, RuntimeChoice] | None:
    verdicts = evaluate(deployment.metadata.namespace, deployment.spec.model.type, model_format, profile, context)
    fitting = [template for template, candidate in verdicts if candidate.fits]
    candidates = tuple(candidate for _, candidate in verdicts)
    if len(fitting) == 1:
        template = fitting[0]
        why = next(candidate.reason for candidate in candidates if candidate.fits)
        return template, RuntimeChoice(
            "template",
            template.name,
            scope_of(template, context),
            runtime=template.runtime,
            automatic=True,
            format=model_format,
            candidates=candidates,
            reasons=(f"`{template.name}` is the only template that fits: {why}",),
        )
    from servewright.resolve.no_choice import report_no_choice

    report_no_choice(fitting, candidates, deployment, model_format, profile, context, problems)
    return None


def _by_hand(
    deployment: ModelDeployment, model_format: Format, context: Context, problems: Problems
) -> tuple[RuntimeTemplate, RuntimeChoice] | None:
    wanted = deployment.spec.runtime
    templates = templates_for(deployment.metadata.namespace, context)
    found = [
        item for item in templates if item.name == wanted.template and wanted.scope in (None, scope_of(item, context))
    ]
    if not found:
        from servewright.diagnostics.suggest import did_you_mean

        names = sorted({item.name for item in templates if wanted.scope in (None, scope_of(item, context))})
        near = _by_runtime_name(wanted.template, templates) or did_you_mean(
            wanted.template or "", [*names, "llm-d", "auto"]
        )
        scope = f"{wanted.scope} " if wanted.scope else ""
        elsewhere = [scope_of(item, context) for item in templates if item.name == wanted.template]
        path, on = runtime_place(problems.document, "template")
        problems.add(
            codes.RUNTIME_UNKNOWN,
            f"there is no {scope}template `{wanted.template}`",
            path,
            on=on,
            help=f"there is a {elsewhere[0]} one: write `scope: {elsewhere[0]}`, or leave the scope out"
            if elsewhere
            else f"did you mean `{near}`?"
            if near
            else f"write `auto`, `llm-d`, or a template: {', '.join(names)}"
            if names
            else "add the Template to the catalog",
        )
        return None
    template = found[0]  # the project's comes first
    scope = scope_of(template, context)
    return template, RuntimeChoice(
        "template",
        template.name,
        scope,
        runtime=template.runtime,
        format=model_format,
        reasons=(f"the {scope} template `{template.name}` is chosen by hand",),
    )


def _by_runtime_name(name: str | None, templates: Sequence[RuntimeTemplate]) -> str | None:
    """People know a runtime by its own name too (vllm-cuda-runtime for vllm-cuda-runtime-template)."""
    return next((item.name for item in templates if item.runtime and item.runtime.name == name), None)


def _existing(name: str, deployment: ModelDeployment, model_format: Format, context: Context) -> RuntimeChoice:
    # Another deployment may emit it, and it may be cluster-scoped: that is looked at when all are known.
    return RuntimeChoice(
        "existing",
        name=name,
        runtime=context.catalog.runtimes.get((deployment.metadata.namespace, name)),
        format=model_format,
        reasons=(f"the ServingRuntime `{name}` is there already",),
    )


def note_of(template: RuntimeTemplate | None) -> tuple[Note, ...]:
    """A note that shows the template, when it is a document of the repository."""
    return (Note("the template", Where(template.where.document)),) if template and template.where else ()
