"""Priorities of ServingRuntimes that admission refuses."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.catalog.serving_runtime import ServingRuntime
from servewright.check.summary import Summary, runtime_where
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note
from servewright.resolve.context import Context


def conflicting_priorities(summaries: list[Summary], context: Context) -> list[Finding]:
    """What the ServingRuntime webhook refuses (servingruntime_webhook.go): equal priorities for one format."""
    findings: list[Finding] = []
    by_namespace: dict[str, list[tuple[ServingRuntime, str, Summary | None]]] = {}
    existing: Mapping[tuple[str, str], ServingRuntime] = context.catalog.runtimes
    for summary in summaries:
        choice = summary.runtime
        if choice is None or choice.kind != "template" or choice.runtime is None:
            continue
        runtime = choice.runtime
        if all(entry.priority is None for entry in runtime.formats):
            continue
        place = runtime_where(summary, "template")
        if (clash := _differing_priorities(runtime)) is not None:
            findings.append(
                Finding(
                    codes.RUNTIME_PRIORITY_CONFLICT,
                    f"the runtime `{runtime.name}` gives `{clash}` two priorities; admission refuses that",
                    place,
                    "give all entries of the format one priority in the Template",
                    (Note("the runtime", runtime.where),) if runtime.where else (),
                )
            )
        others = by_namespace.setdefault(
            summary.namespace,
            [
                (item, item.name, None)
                for (namespace, _), item in existing.items()
                if namespace == summary.namespace and not item.disabled
            ],
        )
        for other, name, owner in others:
            if name == choice.name:
                continue  # shared with us, or about to be replaced by ours
            if (clash := _same_priority(runtime, other)) is not None:
                findings.append(
                    Finding(
                        codes.RUNTIME_PRIORITY_CONFLICT,
                        f"the runtimes `{choice.name}` and `{name}` have the same priority for `{clash}`; admission refuses the second",
                        place,
                        f"share one: write `runtime: {{template: {choice.template}, name: {runtime.name}}}` in both; or remove the priority from the Template"
                        if other.where == runtime.where
                        else "give them different priorities, or none",
                        (Note("the other one", runtime_where(owner, "template") if owner else other.where),),
                    )
                )
                break
        others.append((runtime, choice.name, summary))
    return findings


def _differing_priorities(runtime: ServingRuntime) -> str | None:
    known: dict[str, int] = {}
    for entry in runtime.formats:
        if (
            entry.auto_select
            and entry.priority is not None
            and known.setdefault(entry.name, entry.priority) != entry.priority
        ):
            return entry.name
    return None


def _same_priority(one: ServingRuntime, other: ServingRuntime) -> str | None:
    if (
        one.disabled
        or other.disabled
        or one.multi_model != other.multi_model
        or not set(one.protocols) & set(other.protocols)
    ):
        return None
    taken = {
        (entry.name.lower(), entry.version, entry.priority)
        for entry in other.formats
        if entry.auto_select and entry.priority is not None
    }
    return next(
        (
            entry.name
            for entry in one.formats
            if entry.auto_select and (entry.name.lower(), entry.version, entry.priority) in taken
        ),
        None,
    )
