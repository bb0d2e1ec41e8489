"""Whether a change replaces the pods of a model, what does it, and how they are replaced."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.field_paths import value_below
from servewright.change.consequences.reach import MAIN, PREFILL, reaches_pods, workloads_reached
from servewright.change.consequences.refusals import refusals
from servewright.change.consequences.selector import selector_edits
from servewright.change.model import DeploymentChange, FieldChange, FieldPath, Item, ObjectChange, Version
from servewright.check.demand import workloads_of
from servewright.compilation import SERVICES
from servewright.explain.rollout import Strategy, strategy_of
from servewright.explain.server import CONTAINER
from servewright.hints import Any
from servewright.record import NamedTuple

_LLMD = "LLMInferenceService"


class Cause(NamedTuple):
    """A field that reaches the pods and differs."""

    item: ObjectChange
    path: FieldPath


class Restart(NamedTuple):
    """The pods of a model are replaced. ``strategy`` is how, and counts the workloads that are touched.

    ``only`` is the workload's name when llm-d's other one goes on as it is. ``replaced`` says that the Deployment
    becomes a LeaderWorkerSet, or the reverse: another object, whatever the strategy. ``rolls`` says that replicas are
    replaced one after the other; a time without pods that are ready is then for want of a second one.
    """

    causes: tuple[Cause, ...]
    strategy: Strategy
    only: str | None
    replaced: bool
    rolls: bool

    @property
    def first(self) -> Cause:
        """The cause to point at: one that the head still has, if there is one."""
        return next((cause for cause in self.causes if _is_there(cause)), self.causes[0])

    @property
    def interrupts(self) -> bool:
        """Whether there is a time without pods that are ready."""
        return self.replaced or self.strategy.interrupts


def restart_of(edit: DeploymentChange) -> Restart | None:
    """The restart that a change means, if it does: of a model that runs before and after."""
    before, after = edit.before, edit.after
    if before is None or after is None or any(side.decisions.deployment.spec.stopped for side in (before, after)):
        return None
    if before.decisions.runtime.llmd != after.decisions.runtime.llmd:
        return None  # another object: one is deleted, the other created
    if any(selector_edits(edit)):
        return None  # the controller fails before it gets to the pods
    causes = tuple(sorted({(cause.item.identity, cause.path): cause for cause in _causes(edit)}.values(), key=_weight))
    if not causes:
        return None
    touched = {name for name in (*MAIN, *PREFILL, "predictor") if any(_reached(cause, name) for cause in causes)}
    strategy = strategy_of(after.decisions, after.context, touched)
    others = len(workloads_of(after.decisions, llmd_rolls=False)) - len(strategy.workloads)
    return Restart(
        causes,
        strategy,
        strategy.workloads[0].name if others else None,
        any(_of_other_kind(item) for item in edit.objects),
        _rolls(after),
    )


def _weight(cause: Cause) -> tuple[int, bool]:
    """Small for what matters most: what runs, then how, then what is said about it; the service first, as people know it."""
    metadata = any(step in ("metadata", "labels", "annotations") for step in cause.path)
    return 0 if cause.path[-1] == "image" else 2 if metadata else 1, cause.item.identity[0] not in SERVICES


def _rolls(version: Version) -> bool:
    if version.decisions.runtime.llmd:
        return not version.context.release.has("llm-rollout-strategy")
    return version.decisions.strategy.type == "RollingUpdate"


def _causes(edit: DeploymentChange) -> Iterator[Cause]:
    refused = {item.identity for item, _ in refusals(edit)}  # these stay as they are
    changed = [
        item
        for item in (*edit.objects, edit.runtime)
        if item is not None and item.change == "changed" and item.identity not in refused
    ]
    for item in changed:
        kind = item.identity[0]
        for field in item.fields:
            if _halves(item, field.path):
                yield Cause(item, field.path[:2])
            elif reaches_pods(kind, field.path) and not (kind == "ServingRuntime" and _overridden(edit, field)):
                yield Cause(item, field.path)


def _halves(item: ObjectChange, path: FieldPath) -> bool:
    """Whether ``path`` is in llm-d's prefill workload or its workers, and only one side has those."""
    if item.identity[0] != _LLMD or path[:1] != ("spec",) or path[1:2] not in (("prefill",), ("worker",)):
        return False
    return any(side is not None and path[1] not in side.body["spec"] for side in (item.before, item.after))


def _overridden(edit: DeploymentChange, field: FieldChange) -> bool:
    """Whether the service gives all of the field of the model's container, before and after: then the runtime's is unused.

    KServe merges the service's container over the runtime's (inferenceservice/utils/utils.go:257-267); lists without
    keys, such as arguments, are put together instead.
    """
    match field.path:
        case ("spec", "containers", Item(value=name), *inside) if name == CONTAINER and inside:
            pass
        case _:
            return False
    if any(isinstance(step, int) for step in inside):
        return False
    for side in (edit.before, edit.after):
        service = (
            next((item for item in side.objects if item.body["kind"] == "InferenceService"), None) if side else None
        )
        given = value_below(service.body, ("spec", "predictor", "model", *inside)) if service else None
        if not all(_covered(value, given) for value in (field.before, field.after) if value is not None):
            return False
    return True


def _covered(value: Any, given: Any) -> bool:
    """Whether nothing of a runtime's ``value`` is left when the service's ``given`` is merged over it."""
    if isinstance(value, dict):
        return isinstance(given, dict) and all(_covered(item, given.get(key)) for key, item in value.items())
    return given is not None and not isinstance(given, dict | list)


def _is_there(cause: Cause) -> bool:
    return cause.item.after is not None and value_below(cause.item.after.body, cause.path) is not None


def _reached(cause: Cause, workload: str) -> bool:
    return workload in workloads_reached(cause.item.identity[0], cause.path)


def _of_other_kind(item: ObjectChange) -> bool:
    """Whether a workload of llm-d is single-node on one side and multi-node on the other."""
    if item.identity[0] != _LLMD or item.before is None or item.after is None:
        return False
    old, new = item.before.body["spec"], item.after.body["spec"]
    both = [(old, new)]
    if "prefill" in old and "prefill" in new:
        both.append((old["prefill"], new["prefill"]))
    return any(("worker" in before) != ("worker" in after) for before, after in both)
