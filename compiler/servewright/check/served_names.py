"""Models of one namespace that answer to the same name on one gateway.

llm-d routes by `publishers/<namespace>/models/<model name>` beside the path of each service (KServe, the router preset);
two services with one name and gateway get an event only, and requests go to either.
"""

from __future__ import annotations

from servewright.check.summary import NAME, Summary
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Where
from servewright.resolve.context import Context

_SERVED = ("spec", "model", "servedName")
# What `gateway: {}` stands for on the platform (KServe, config/overlays/odh): a service may also name it.
DEFAULT_GATEWAY = ("openshift-ai-inference", "openshift-ingress")


def served_twice(summaries: list[Summary], context: Context) -> list[Finding]:
    """Every llm-d model whose name on its gateway another one has already."""
    first: dict[tuple[object, ...], Summary] = {}
    findings = []
    for summary in summaries:
        if summary.served is None:
            continue
        name, gateway = summary.served
        earlier = first.setdefault((summary.namespace, name, gateway or DEFAULT_GATEWAY), summary)
        if earlier is summary or earlier.name == summary.name:
            continue
        findings.append(
            Finding(
                codes.LLMD_NAME_TWICE,
                f"`{name}` is also the name that `{earlier.name}` answers to on the same gateway: requests for it would go to either",
                _where(summary),
                "write another `spec.model.servedName`, or choose another gateway",
                (Note("the other model", _where(earlier)),),
            )
        )
    return findings


def _where(summary: Summary) -> Where:
    from servewright.diagnostics.field_path import exists
    from servewright.read.again import whole

    document = whole(summary.where.document)
    return Where(document, _SERVED if exists(document.data, _SERVED) else NAME)
