"""Objects that two inputs would produce, and names that belong to controllers."""

from __future__ import annotations

from servewright.check.summary import NAME, Identity, Summary, is_given
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Where
from servewright.model.names import child_name
from servewright.resolve.context import Context


def produced_twice(summaries: list[Summary], context: Context) -> list[Finding]:
    """Objects of one kind, namespace and name from two inputs."""
    findings = []
    first: dict[Identity, Summary] = {}
    for summary in summaries:
        for identity in summary.identities:
            earlier = first.setdefault(identity, summary)
            if earlier is summary or _same_document(earlier, summary):
                continue
            kind, namespace, name = identity
            if (
                kind in ("InferenceService", "LLMInferenceService")
                and earlier.name == summary.name
                and is_given(earlier, summary)
            ):
                continue  # the documents have the same name, and that was reported
            findings.append(
                Finding(
                    codes.OUTPUT_COLLISION,
                    f"{kind} `{name}` of namespace `{namespace}` would be produced twice",
                    Where(summary.where.document, NAME),
                    "give one of the two another name",
                    (Note("and here", Where(earlier.where.document, NAME)),),
                )
            )
            break
    return findings


def _same_document(one: Summary, other: Summary) -> bool:
    return (
        (one.runtime is None) == (other.runtime is None)
        and (one.namespace, one.name) == (other.namespace, other.name)
        and is_given(one, other)
    )


def owned_by_controllers(summaries: list[Summary], context: Context) -> list[Finding]:
    """Names that controllers give to objects of kinds that we emit too."""
    owners: dict[Identity, str] = {}
    for summary in summaries:
        if summary.account_by_admission:
            owners.setdefault(
                ("ServiceAccount", summary.namespace, summary.account_by_admission),
                f"admission, with the Secret of the connection that `{summary.name}` names; ours would lack that Secret",
            )
        if summary.runtime is None:
            owners.setdefault(
                ("Secret", summary.namespace, "storage-config"),
                "the platform, which keeps the credentials of all S3 connections in it",
            )
            continue
        for kind, suffix in _CHILDREN[summary.runtime.llmd]:
            owners.setdefault(
                (kind, summary.namespace, child_name(summary.name, suffix)), f"the controller of `{summary.name}`"
            )
        if summary.runtime.llmd:
            owners.setdefault(
                ("ServiceAccount", summary.namespace, "kserve-metrics-reader-sa"),
                "the platform, for the metrics of the namespace",
            )
    return [
        Finding(
            codes.NAME_COLLISION,
            f"{identity[0]} `{identity[2]}` would also be written by {owners[identity]}",
            Where(summary.where.document, NAME),
            "choose another name",
        )
        for summary in summaries
        for identity in summary.identities
        if identity in owners
    ]


# (kind, suffix) of children whose kinds we emit too: KServe raw_kube_reconciler, llmisvc ChildName.
_CHILDREN = {
    False: (("Secret", "-predictor-serving-cert"),),
    True: (("ServiceAccount", "-epp-sa"), ("Secret", "-kserve-self-signed-certs"), ("RoleBinding", "-kserve-mn-scc")),
}
