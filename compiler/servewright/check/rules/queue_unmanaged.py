"""A profile with a queue in a namespace that Kueue does not manage: the queue label has no effect.

Kueue looks at namespaces with the label `kueue.openshift.io/managed: "true"` (Red Hat build of Kueue), and a LocalQueue
is a thing of one namespace.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.queue_missing import MANAGED_LABELS
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Where
from servewright.resolve.hardware import profile_path

RULE = codes.QUEUE_UNMANAGED


def check(subject: Subject) -> Iterator[Fault]:
    """A fault when the catalog has the namespace, without the label."""
    queue = subject.decisions.hardware.queue
    namespace = subject.context.catalog.namespaces.get(("", subject.decisions.naming.namespace))
    if queue is None or namespace is None or any(namespace.labels.get(key) == "true" for key in MANAGED_LABELS):
        return
    yield Fault(
        ("metadata", "labels", "kueue.x-k8s.io/queue-name"),
        f"the profile puts the model into the queue `{queue}`, but Kueue does not manage the namespace `{namespace.name}`",
        f"label it: `oc label namespace {namespace.name} {MANAGED_LABELS[0]}=true`; or choose a profile without a queue",
        Where(subject.document, profile_path(subject.document)),
        notes=(Note("the namespace", Where(namespace.where.document, ("metadata", "name"))),),
    )
