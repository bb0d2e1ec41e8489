"""A persistent volume claim that a model is read from, and that nobody knows to be there.

Only where the catalog has claims of the namespace does one that is missing say something.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes

RULE = codes.CLAIM_UNKNOWN


def check(subject: Subject) -> Iterator[Fault]:
    """A fault when the claim is missing among those that are known."""
    source, namespace = subject.decisions.deployment.spec.model.source.pvc, subject.decisions.naming.namespace
    claims = subject.context.catalog.claims
    if source is None or (namespace, source.claim) in claims or not any(place == namespace for place, _ in claims):
        return
    path = ("spec", "model", "uri") if subject.decisions.runtime.llmd else ("spec", "predictor", "model", "storageUri")
    yield Fault(
        path,
        f"the catalog has claims of `{namespace}`, and `{source.claim}` is not among them: the pods would stay pending",
        f"export it into the catalog: `oc get pvc {source.claim} -n {namespace} -o yaml`",
    )
