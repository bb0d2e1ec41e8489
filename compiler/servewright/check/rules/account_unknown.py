"""A service account that a spec names, and that nobody knows to be there.

Without it the pods of an InferenceService are refused, and the llm-d controller fails (llmisvc, workload reconcilers).
Only where the catalog has service accounts of the namespace does one that is missing say something.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.known_names import better, known_in, names_in
from servewright.check.rules.subject import Fault, Subject, pod_path
from servewright.diagnostics import codes
from servewright.diagnostics.model import Where
from servewright.model.connection import storage_account
from servewright.resolve.access import service_account_name

RULE = codes.ACCOUNT_UNKNOWN


def check(subject: Subject) -> Iterator[Fault]:
    """A fault when the account is missing among those that are known."""
    decisions, context = subject.decisions, subject.context
    name, namespace = decisions.deployment.spec.pod.service_account_name, decisions.naming.namespace
    if name is None or name == "default":
        return
    known = known_in(namespace, context.catalog.service_accounts, subject)
    if not known or name in known:
        return
    # Those that are emitted, or made by admission for a connection that the catalog knows.
    secrets = (
        *names_in(namespace, context.connections, subject),
        *known_in(namespace, context.catalog.secrets, subject),
    )
    if name == service_account_name(decisions.naming.name) or name in map(storage_account, secrets):
        return
    yield Fault(
        (*pod_path(subject), "serviceAccountName"),
        f"the catalog has service accounts of `{namespace}`, and `{name}` is not among them: the pods would not start",
        better(
            subject,
            "accounts",
            name,
            known,
            f"export it into the catalog: `oc get serviceaccount {name} -n {namespace} -o yaml`",
        ),
        Where(subject.document, ("spec", "pod", "serviceAccountName")),
    )
