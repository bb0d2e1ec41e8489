"""What a model runs on: hardware and runtime, which a few lines of a spec decide.

Most deployments of a fleet say there what others say, so answers are kept in the context: for all that ask the same,
profile, amounts, template, candidates and reasons are looked up, worked out and worded once. Kept is only what nothing
was reported about; whatever has to be said is found, and placed, for each spec by itself.
"""

from __future__ import annotations

from servewright.diagnostics.model import Problems
from servewright.model.deployment import Hardware, ModelDeployment, Resources
from servewright.resolve.context import Context, Foundation, Lines
from servewright.resolve.decisions import HardwareChoice, Naming, RuntimeChoice
from servewright.resolve.hardware import decide_hardware, with_pod
from servewright.resolve.resources import check_merged
from servewright.resolve.runtime import decide_runtime, named
from servewright.resolve.runtime_checks import check_runtime

# How many answers are kept, and how long a question is at most: a fleet of which none asks what another has asked, or
# one with endless names, must not fill the memory.
_KEPT = 1024
_LONGEST = 2000

_NO_HARDWARE = Hardware()


def decide_foundation(
    deployment: ModelDeployment, naming: Naming | None, context: Context, problems: Problems
) -> tuple[HardwareChoice | None, RuntimeChoice | None]:
    """Hardware and runtime; None for what could not be chosen (reported)."""
    spec = deployment.spec
    readable = bool(spec.model.type) and not (
        problems.findings and (problems.touched(("spec", "model", "format")) or problems.touched(("spec", "runtime")))
    )
    if not readable or naming is None:
        hardware, runtime = _decide(deployment, naming, readable, context, problems)
    else:
        question = _question(deployment, context)
        known = context.foundations.get(question)
        if known is not None:
            hardware, runtime = known.hardware, named(known.runtime, spec.runtime, naming)
        else:
            before = len(problems.findings)
            hardware, runtime = _decide(deployment, naming, readable, context, problems)
            if hardware is not None and runtime is not None and len(problems.findings) == before:
                _keep(question, Foundation(hardware, runtime), context)
    if hardware is not None and (spec.pod.node_selector or spec.pod.tolerations):
        hardware = with_pod(hardware, spec.pod, problems)
    return hardware, runtime


def _decide(
    deployment: ModelDeployment, naming: Naming | None, readable: bool, context: Context, problems: Problems
) -> tuple[HardwareChoice | None, RuntimeChoice | None]:
    wanted = deployment.spec.runtime
    hardware = decide_hardware(deployment, context, problems)
    if deployment.spec.hardware == _NO_HARDWARE:
        hardware = None  # missing, or not readable, which was reported: nothing can be chosen by it
    if not readable or (hardware is None and wanted.template == "auto" and not wanted.existing):
        return hardware, None
    profile = hardware.profile if hardware else None
    runtime = decide_runtime(deployment, naming, profile, context, problems)
    if runtime is None or runtime.llmd:
        return hardware, runtime
    if not check_runtime(runtime, deployment, profile, context, problems):
        return hardware, None
    if hardware is not None and runtime.runtime is not None:
        check_merged(hardware.requests, hardware.limits, runtime.runtime, problems)
    return hardware, runtime


def _question(deployment: ModelDeployment, context: Context) -> Lines:
    """Everything of a spec that :func:`_decide` goes by, but for names, in its order.

    Only in a namespace with a profile, template or runtime of its own does it matter which one it is.
    """
    namespace, spec = deployment.metadata.namespace, deployment.spec
    model, (profile, resources), llmd = spec.model, spec.hardware, spec.llmd
    prefill = llmd.prefill.resources if llmd is not None and llmd.prefill is not None else None
    return (
        namespace if namespace in context.choosing else "",
        model.type,
        model.format,
        profile,
        resources and _lines(resources),
        prefill and _lines(prefill),
        spec.runtime,
    )


def _lines(resources: Resources) -> Lines:
    return (tuple(resources.requests.items()), tuple(resources.limits.items()))


def _keep(question: Lines, answer: Foundation, context: Context) -> None:
    if len(repr(question)) > _LONGEST:
        return
    if len(context.foundations) >= _KEPT:
        context.foundations.clear()
    context.foundations[question] = answer
