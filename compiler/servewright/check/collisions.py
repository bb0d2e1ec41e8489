"""Objects that two inputs would produce, and names that belong to controllers."""

from __future__ import annotations

from servewright.check.summary import NAME, Identity, Summary, is_given
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Where
from servewright.model.names import child_name
from servewright.resolve.context import Context


def produced_twice(summaries: list[Summary], context: Context) -> list[Finding]:
    """Objects of one kind, namespace and name from two inputs."""
    every = [identity for summary in summaries for identity in summary.identities]
    if len(set(every)) == len(every):
        return []  # as in nearly every run
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
    owners: dict[Identity, tuple[str, str]] = {}  # what is said of an owner, and whose it is: put together when needed
    for summary in summaries:
        namespace, name = summary.namespace, summary.name
        if summary.account_by_admission:
            owners.setdefault(("ServiceAccount", namespace, summary.account_by_admission), (_ADMISSION, name))
        if summary.runtime is None:
            owners.setdefault(("Secret", namespace, "storage-config"), (_STORAGE, name))
            continue
        llmd = summary.runtime.llmd
        for kind, suffix in _CHILDREN[llmd]:
            owners.setdefault((kind, namespace, child_name(name, suffix)), (_CONTROLLER, name))
        if llmd:
            owners.setdefault(("ServiceAccount", namespace, "kserve-metrics-reader-sa"), (_METRICS, name))
    return [
        Finding(
            codes.NAME_COLLISION,
            f"{identity[0]} `{identity[2]}` would also be written by {owners[identity][0].format(owners[identity][1])}",
            Where(summary.where.document, NAME),
            "choose another name",
        )
        for summary in summaries
        for identity in summary.identities
        if identity in owners
    ]


_ADMISSION = "admission, with the Secret of the connection that `{}` names; ours would lack that Secret"
_STORAGE = "the platform, which keeps the credentials of all S3 connections in it"
_CONTROLLER = "the controller of `{}`"
_METRICS = "the platform, for the metrics of the namespace"
# (kind, suffix) of children whose kinds we emit too: KServe raw_kube_reconciler, llmisvc ChildName.
_CHILDREN = {
    False: (("Secret", "-predictor-serving-cert"),),
    True: (("ServiceAccount", "-epp-sa"), ("Secret", "-kserve-self-signed-certs"), ("RoleBinding", "-kserve-mn-scc")),
}
