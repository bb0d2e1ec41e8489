"""A service account that a spec names, and that nobody knows to be there.

Without it the pods of an InferenceService are refused, and the llm-d controller fails (llmisvc, workload reconcilers).
Only where the catalog has service accounts of the namespace does one that is missing say something.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.model.connection import storage_account
from servewright.resolve.access import service_account_name

RULE = codes.ACCOUNT_UNKNOWN


def check(subject: Subject) -> Iterator[Fault]:
    """A fault when the account is missing among those that are known."""
    decisions, context = subject.decisions, subject.context
    name, namespace = decisions.deployment.spec.pod.service_account_name, decisions.naming.namespace
    if name is None or name == "default" or (namespace, name) in context.catalog.service_accounts:
        return
    connections = {storage_account(key) for place, key in context.connections if place == namespace}
    if name in connections or name == service_account_name(decisions.naming.name):
        return
    if any(place == namespace for place, _ in context.catalog.service_accounts):
        pod = ("spec", "template") if decisions.runtime.llmd else ("spec", "predictor")
        yield Fault(
            (*pod, "serviceAccountName"),
            f"the catalog has service accounts of `{namespace}`, and `{name}` is not among them: the pods would not start",
            f"export it into the catalog: `oc get serviceaccount {name} -n {namespace} -o yaml`",
        )
