"""ServingRuntimes that several deployments use: one name, one template; or one that is there already."""

from __future__ import annotations

from servewright.check.summary import NAME, Summary, runtime_where
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Problems, Where
from servewright.resolve.context import Context
from servewright.resolve.decisions import RuntimeChoice
from servewright.resolve.runtime_checks import check_usable, warn_cluster_scoped


def shared_runtimes(summaries: list[Summary], context: Context) -> list[Finding]:
    """Names that are taken, templates that differ, and existing runtimes that do not exist or do not fit."""
    findings: list[Finding] = []
    deployments = [item for item in summaries if item.runtime is not None]
    names = {(item.namespace, item.name): item for item in deployments}
    shared: dict[tuple[str, str], Summary] = {}
    here: dict[str, list[Summary]] = {}  # made when it is needed
    for summary in deployments:
        runtime = summary.runtime
        assert runtime is not None
        if runtime.kind == "existing" and runtime.runtime is None:
            if not here:
                for item in summaries:
                    here.setdefault(item.namespace, []).append(item)
            findings += _existing(summary, runtime, here[summary.namespace], context)
        if not runtime.shared:
            continue
        key = (summary.namespace, runtime.name)
        place = runtime_where(summary, "name")
        if (other := names.get(key)) is not None and _emits_runtime(other):
            findings.append(
                Finding(
                    codes.RUNTIME_NAME_CONFLICT,
                    f"the runtime's name `{runtime.name}` is the name of another deployment, whose own runtime is called so",
                    place,
                    "choose another name for the shared runtime",
                    (Note("the other deployment", Where(other.where.document, NAME)),),
                )
            )
        earlier = shared.setdefault(key, summary)
        if earlier.runtime and (earlier.runtime.template, earlier.runtime.scope) != (runtime.template, runtime.scope):
            findings.append(
                Finding(
                    codes.RUNTIME_NAME_CONFLICT,
                    f"the runtime `{runtime.name}` is made from `{runtime.template}` here and from `{earlier.runtime.template}` elsewhere",
                    place,
                    "use the same template, or another name",
                    (Note("elsewhere", runtime_where(earlier, "name")),),
                )
            )
    return findings


def _emits_runtime(summary: Summary) -> bool:
    # A deployment's name is spoken for even when it uses another runtime today: tomorrow it may have its own.
    return summary.runtime is not None


def _existing(summary: Summary, choice: RuntimeChoice, here: list[Summary], context: Context) -> list[Finding]:
    """A runtime that is not in the catalog's namespace: emitted by another deployment, cluster-scoped, or not there.

    ``here`` are the deployments of the namespace.
    """
    if any(choice.name in item.claims for item in here):
        return []
    emitted = [item.runtime for item in here if item.runtime and item.runtime.kind == "template"]
    found = next((item.runtime for item in emitted if item.name == choice.name and item.runtime), None)
    found = found or context.catalog.cluster_runtimes.get(("", choice.name))
    if found is not None:
        problems = Problems(summary.where.document)
        check_usable(choice._replace(runtime=found), found, summary.namespace, context, problems)
        warn_cluster_scoped(found, problems)
        return problems.findings
    from servewright.diagnostics.suggest import did_you_mean

    known = [name for namespace, name in context.catalog.runtimes if namespace == summary.namespace]
    near = did_you_mean(choice.name, known + [item.name for item in emitted])
    return [
        Finding(
            codes.RUNTIME_UNKNOWN,
            f"there is no ServingRuntime `{choice.name}` in the namespace `{summary.namespace}`, in the catalog or in the output",
            runtime_where(summary, "existing"),
            f"did you mean `{near}`?"
            if near
            else f"export it into the catalog: `oc get servingruntime {choice.name} -n {summary.namespace} -o yaml`",
        )
    ]
