"""Another number of pods, or another size: what the model asks for from now on."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.amounts import Total, amounts, both_steady, included, pods
from servewright.change.consequences.subject import Consequence, Subject
from servewright.change.model import FieldPath
from servewright.diagnostics import codes
from servewright.explain.hardware import resource_order
from servewright.explain.readable_amounts import readable
from servewright.lower.fields import Object

RULE = codes.DEMAND_CHANGES
_FIELDS = ("minReplicas", "replicas", "resources", "parallelism", "prefill", "worker")


def check(subject: Subject) -> Iterator[Consequence]:
    """One consequence where the steady totals differ; a renamed model asks for what it asked for.

    What one asked for that had errors is not known.
    """
    edit = subject.edit
    moves_here = edit.moved is not None and edit.after is not None  # to a namespace that has quotas of its own
    if (edit.renamed is not None and not moves_here) or edit.incomplete or subject.blocked:
        return
    before, after = both_steady(edit.before, edit.after)
    if (before.pods, before.requests) == (after.pods, after.requests):
        return
    if not before.pods:
        if edit.before is not None:
            return  # it starts, which is told with what it asks for
        message = f"{subject.name} is new and asks for {amounts(after)}"
    elif not after.pods:
        message = (
            f"{subject.name} asks for nothing any more: {amounts(before)} {'is' if before.pods == 1 else 'are'} free"
        )
    else:
        message = f"{subject.name} asks for {_differences(before, after)}"
    stops = edit.after is not None and not after.pods
    yield Consequence(
        message, field=None if stops else _responsible(subject), spec=("spec", "stopped") if stops else None
    )


def _differences(before: Total, after: Total) -> str:
    parts = [f"{pods(after.pods)} instead of {before.pods}"] if before.pods != after.pods else []
    names = sorted({*before.requests, *after.requests}, key=resource_order)
    differ = [name for name in names if before.requests.get(name) != after.requests.get(name)]
    parts += [_difference(name, before.requests.get(name, "0"), after.requests.get(name, "0")) for name in differ]
    # What is beside the model has no accelerators.
    counted = included(after) if len(parts) > len(differ) or {"cpu", "memory"} & set(differ) else ""
    return ", ".join(parts) + (f" ({counted})" if counted else "")


def _difference(name: str, old: str, new: str) -> str:
    shown = readable(new), readable(old)
    # Exactly where rounding would hide that they differ.
    new, old = shown if shown[0] != shown[1] else (new, old)
    return f"{new} {name} instead of {old}"


def _responsible(subject: Subject) -> tuple[Object, FieldPath] | None:
    for item in subject.edit.objects:
        if item.before is None or item.after is None:
            continue
        for field in item.fields:
            if any(step in _FIELDS for step in field.path):
                return item.after, field.path
    return None
