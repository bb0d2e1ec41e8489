"""What to say when automatic selection chose nothing."""

from __future__ import annotations

from collections.abc import Sequence

from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.runtime_template import RuntimeTemplate
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Problems
from servewright.model.deployment import Format, ModelDeployment
from servewright.resolve.accelerators import accelerators_of
from servewright.resolve.candidates import scope_of, templates_for
from servewright.resolve.context import Context
from servewright.resolve.decisions import Candidate

_PATH = ("spec", "runtime")
_MODEL_PATH = ("spec", "model")


def report_no_choice(
    fitting: Sequence[RuntimeTemplate],
    candidates: Sequence[Candidate],
    deployment: ModelDeployment,
    model_format: Format,
    profile: HardwareProfile | None,
    context: Context,
    problems: Problems,
) -> None:
    """Report that automatic selection chose nothing: every candidate with its reason, and what to write instead."""
    given = problems.document.data["spec"]
    on_runtime = isinstance(given, dict) and "runtime" in given
    path: Path = _PATH if on_runtime else _MODEL_PATH
    version = f" {model_format.version}" if model_format.version else ""
    what = f"format `{model_format.name}`{version}"
    if profile and profile.accelerator:
        what += f" on `{profile.accelerator}`"
    notes = tuple(Note(text, None) for text in _reasons(candidates))
    resources = deployment.spec.hardware.resources
    generative = deployment.spec.model.type == "generative"
    reserved = accelerators_of((*resources.requests, *resources.limits) if resources else (), profile)
    if fitting and reserved and not (profile and profile.accelerator):
        made_for = [item for item in fitting if item.runtime and not reserved.isdisjoint(item.runtime.accelerators)]
        message = (
            f"{len(fitting)} runtimes fit {what}; which accelerator counts is taken from a hardware profile, "
            "and there is none that has one"
        )
        rule = codes.RUNTIME_AMBIGUOUS
        help_text = "choose a hardware profile with the accelerator, or choose by hand: " + " or ".join(
            _line_for(template, fitting, context) for template in made_for or fitting
        )
    elif generative and fitting and profile and not profile.accelerator:
        plain = [item for item in fitting if item.runtime and not item.runtime.accelerators]
        message = f"the hardware profile `{profile.name}` has no accelerator to choose by, and {len(fitting)} runtimes fit {what}"
        rule = codes.RUNTIME_AMBIGUOUS
        help_text = "choose a hardware profile with an accelerator, or choose one of the runtimes below by hand"
        if plain:
            lines = " or ".join(_line_for(template, plain, context) for template in plain)
            help_text = f"choose a hardware profile with an accelerator; to stay on CPUs write {lines}"
    elif fitting:
        message, rule = f"{len(fitting)} runtimes fit {what}, so none is chosen", codes.RUNTIME_AMBIGUOUS
        help_text = "choose one by hand: " + " or ".join(_line_for(template, fitting, context) for template in fitting)
    else:
        message, rule = f"no runtime fits {what}", codes.RUNTIME_NONE
        help_text = _help_for_none(deployment, model_format, context)
        if not any(
            template.runtime and any(entry.name == model_format.name for entry in template.runtime.formats)
            for template in templates_for(deployment.metadata.namespace, context)
        ):
            rule, message = codes.FORMAT_UNKNOWN, f"no runtime knows the format `{model_format.name}`"
            if deployment.spec.model.format is not None:
                path = (*_MODEL_PATH, "format", "name")
    problems.add(rule, message, path, on="key" if path == _MODEL_PATH else "value", help=help_text, notes=notes)


def _reasons(candidates: Sequence[Candidate]) -> list[str]:
    """Every candidate with its reason, those that fit first; those of one reason together."""
    together: dict[tuple[bool, str, str], list[str]] = {}
    for item in sorted(candidates, key=lambda item: not item.fits):
        together.setdefault((item.fits, item.scope, item.reason), []).append(f"`{item.template}`")
    return [
        f"{('fits' if len(names) == 1 else 'fit') if fits else 'does not fit' if len(names) == 1 else 'do not fit'}: "
        f"{', '.join(names)} ({scope}): {reason}"
        for (fits, scope, reason), names in together.items()
    ]


def _line_for(template: RuntimeTemplate, fitting: Sequence[RuntimeTemplate], context: Context) -> str:
    if sum(other.name == template.name for other in fitting) > 1:
        return f"`runtime: {{template: {template.name}, scope: {scope_of(template, context)}}}`"
    return f"`runtime: {template.name}`"


def _help_for_none(deployment: ModelDeployment, model_format: Format, context: Context) -> str:
    from servewright.diagnostics.suggest import did_you_mean

    known: dict[str, set[str]] = {}
    serving = []
    for template in templates_for(deployment.metadata.namespace, context):
        for entry in template.runtime.formats if template.runtime else ():
            known.setdefault(entry.name, set()).add(entry.version or "")
        if template.runtime and template.runtime.serves(model_format.name, model_format.version):
            serving.append(f"`runtime: {template.name}`")
    if serving:
        return "choose another hardware profile, or choose by hand: " + " or ".join(dict.fromkeys(serving))
    if model_format.name in known:
        versions = " or ".join(f'`version: "{version}"`' for version in sorted(known[model_format.name]) if version)
        return f"write {versions}" if versions else "leave the version out"
    near = did_you_mean(model_format.name, known)
    return (
        f"did you mean `{near}`?"
        if near
        else f"the formats here are {', '.join(sorted(known))}"
        if known
        else "add a Template to the catalog"
    )
