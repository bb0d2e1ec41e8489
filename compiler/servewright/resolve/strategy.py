"""The deployment strategy: the spec's, else the administrator's, else RollingUpdate; llm-d is always Recreate."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Problems
from servewright.model.deployment import ModelDeployment
from servewright.resolve.context import Context
from servewright.resolve.decisions import StrategyChoice
from servewright.resolve.runtime_place import runtime_place

_PATH = ("spec", "strategy")
# What rolls, and what to plan for it: a Deployment's defaults, and a LeaderWorkerSet's.
_SINGLE_NODE = (
    "25 % surge, rounded up; 25 % unavailable, rounded down",
    "plan one extra pod per four replicas for each change",
)
_MULTI_NODE = (
    "one group of pods at a time, without surge",
    "expect old and new pods side by side during each change",
)
_GIVEN = {name: StrategyChoice(name, ("the strategy is given",)) for name in ("RollingUpdate", "Recreate")}
_BY_DEFAULT = StrategyChoice("RollingUpdate", ("the platform's default",))
_RECREATE = StrategyChoice("Recreate", ("llm-d is always Recreate: old pods stop before new ones start",))


def decide_strategy(deployment: ModelDeployment, llmd: bool, context: Context, problems: Problems) -> StrategyChoice:
    """The strategy with the reason for it."""
    wanted = deployment.spec.strategy
    if llmd:
        if wanted == "RollingUpdate":
            problems.add(
                codes.LLMD_STRATEGY,
                "with llm-d no strategy can be chosen: it is Recreate",
                _PATH,
                help="remove `strategy`, or write `strategy: Recreate`; expect an interruption at each change",
            )
        if not context.release.has("llm-rollout-strategy"):
            how, plan = _MULTI_NODE if deployment.spec.llmd and deployment.spec.llmd.worker else _SINGLE_NODE
            rolls = f"the llm-d controller of {context.release.name} has no strategy setting and rolls updates ({how})"
            path, on = runtime_place(problems.document)
            problems.add(
                codes.LLMD_ROLLS,
                rolls,
                path,
                on=on,
                help=f"{plan}, or stop the model first (`stopped: true`)",
            )
            return StrategyChoice("Recreate", (*_RECREATE.reasons, rolls))
        return _RECREATE
    if wanted is not None:
        return _GIVEN[wanted]
    default = context.catalog.dashboard.strategy
    if default is not None:
        return StrategyChoice(default, ("the administrator's default (OdhDashboardConfig)",))
    return _BY_DEFAULT
