"""Edits of an object that is there already, which admission refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from servewright.change.model import DeploymentChange, FieldPath, ObjectChange, Version
from servewright.check.demand import nodes_of
from servewright.lower.fields import Object
from servewright.model.deployment import Llmd, Parallelism
from servewright.record import NamedTuple

Sides = tuple[Version, Version]
_AGAIN = "give the deployment another name, or remove it in one commit and add it again in the next"


class Refusal(NamedTuple):
    """What is refused, at which field, and what to do instead."""

    what: str
    path: FieldPath
    help: str = _AGAIN


def refusals(edit: DeploymentChange) -> Iterator[tuple[ObjectChange, Refusal]]:
    """Every edit of ``edit`` that is refused, with the object that keeps its old form."""
    if edit.before is None or edit.after is None:
        return
    sides = edit.before, edit.after
    for item in (*edit.objects, edit.runtime):
        if item is not None and item.before is not None and item.after is not None:
            for kind, rule in _RULES:
                if kind == item.identity[0]:
                    yield from ((item, found) for found in rule(item, sides))


def _deployment_mode(item: ObjectChange, _: Sides) -> Iterator[Refusal]:
    """KServe inference_service_validation.go:691-701; it compares with what the status says."""
    path = ("metadata", "annotations", "serving.kserve.io/deploymentMode")
    old, new = (side.body["metadata"].get("annotations", {}).get(path[-1]) for side in _sides(item))
    if old is not None and new is not None and old != new:
        yield Refusal(f"its deployment mode cannot go from `{old}` to `{new}`", path)


def _predictor_name(item: ObjectChange, _: Sides) -> Iterator[Refusal]:
    """KServe inference_service_validation.go:703-713."""
    old, new = (side.body["spec"]["predictor"] for side in _sides(item))
    same_model = old.get("model", {}).get("storageUri") == new.get("model", {}).get("storageUri")
    if old.get("name") != new.get("name") and same_model:
        yield Refusal("its predictor gets another name, and its model stays", ("spec", "predictor", "name"))


def _parallelism_size(_: ObjectChange, sides: Sides) -> Iterator[Refusal]:
    """KServe llm_inference_service_validation.go:345-371: of main, and of prefill if both sides have it."""
    old, new = (side.decisions.deployment.spec.llmd or Llmd() for side in sides)
    spreads: list[tuple[str, FieldPath, Parallelism | None, Parallelism | None]] = [
        ("", ("spec", "parallelism"), old.parallelism, new.parallelism)
    ]
    if old.prefill is not None and new.prefill is not None:
        spreads.append(
            ("prefill ", ("spec", "prefill", "parallelism"), old.prefill.parallelism, new.prefill.parallelism)
        )
    for which, path, before, after in spreads:
        sizes = max(1, nodes_of(before)), max(1, nodes_of(after))
        if sizes[0] != sizes[1]:
            yield Refusal(
                f"the size of its {which}parallelism, `data` over `dataLocal` or `pipeline`, cannot go from {sizes[0]} to {sizes[1]}",
                path,
            )


def _workers(item: ObjectChange, _: Sides) -> Iterator[Refusal]:
    """KServe servingruntime_webhook.go:210-267: a runtime keeps its workers."""
    old, new = (side.body["spec"] for side in _sides(item))
    if old.get("workerSpec") is not None and new.get("workerSpec") is None:
        yield Refusal(
            "`workerSpec` cannot be removed",
            ("spec",),
            "give the runtime another name: `runtime: {template: …, name: …}`",
        )


def _sides(item: ObjectChange) -> Iterator[Object]:
    yield from (side for side in (item.before, item.after) if side is not None)


_RULES: tuple[tuple[str, Callable[[ObjectChange, Sides], Iterator[Refusal]]], ...] = (
    ("InferenceService", _deployment_mode),
    ("InferenceService", _predictor_name),
    ("LLMInferenceService", _parallelism_size),
    ("ServingRuntime", _workers),
)
