"""Resolve one deployment: independent decisions run even when others failed, so that one run reports everything."""

from __future__ import annotations

from servewright.diagnostics.model import Problems
from servewright.model.deployment import Hardware, ModelDeployment
from servewright.resolve.access import decide_access
from servewright.resolve.applicability import check_applicability
from servewright.resolve.arguments import decide_arguments
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions, LlmdChoice, Naming
from servewright.resolve.hardware import decide_hardware
from servewright.resolve.naming import check_placement, decide_naming
from servewright.resolve.resources import check_merged
from servewright.resolve.runtime import decide_runtime
from servewright.resolve.runtime_checks import check_runtime
from servewright.resolve.source import decide_source
from servewright.resolve.strategy import decide_strategy
from servewright.resolve.user_metadata import check_metadata


def resolve(deployment: ModelDeployment, context: Context, problems: Problems) -> Decisions | None:
    """All decisions; None when one of them could not be made (reported).

    Fields that could not be read were reported before: ``problems`` knows them, and steps that need them stay quiet.
    """
    spec = deployment.spec
    naming = decide_naming(deployment, context, problems)
    check_metadata(deployment, problems)
    hardware = decide_hardware(deployment, context, problems)
    broken_model = (
        not spec.model.type or problems.touched(("spec", "model", "format")) or problems.touched(("spec", "runtime"))
    )
    if spec.hardware == Hardware():
        hardware = None  # missing, or not readable, which was reported: nothing can be chosen by it
    runtime = None
    if not broken_model and (hardware is not None or spec.runtime.template != "auto" or spec.runtime.existing):
        profile = hardware.profile if hardware else None
        runtime = decide_runtime(deployment, naming, profile, context, problems)
        if (
            runtime is not None
            and not runtime.llmd
            and not check_runtime(runtime, deployment, profile, context, problems)
        ):
            runtime = None
    if runtime is None:
        # Without a runtime it is not known which path is taken; llm-d by hand is, and most checks are the same.
        if spec.runtime.template != "llm-d":
            decide_source(deployment, False, context, problems)
            decide_arguments(deployment, False, problems)
        return None
    llmd = runtime.llmd
    check_applicability(deployment, llmd, context, problems)
    source = decide_source(deployment, llmd, context, problems)
    strategy = decide_strategy(deployment, llmd, context, problems)
    args = decide_arguments(deployment, llmd, problems)
    if hardware is not None and runtime.runtime is not None:
        check_merged(hardware.requests, hardware.limits, runtime.runtime, problems)
    if naming is None:
        naming_for_checks = Naming("", deployment.metadata.namespace, spec.display_name or "")
        decide_access(deployment, naming_for_checks, llmd, context, problems)
        return None
    check_placement(naming, llmd, context, problems)
    access = decide_access(deployment, naming, llmd, context, problems)
    choice = LlmdChoice()
    if llmd:
        from servewright.resolve.llmd import decide_llmd

        choice = decide_llmd(deployment, naming, hardware, context, problems)
    if hardware is None or source is None:
        return None
    return Decisions(deployment, naming, hardware, runtime, source, strategy, access, args, choice)
