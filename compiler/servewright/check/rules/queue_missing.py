"""A model without a queue in a namespace that Kueue manages.

Older operators have a webhook that refuses such workloads (opendatahub-operator, up to the removal that
pkg/upgrade/upgrade.go cleans up after); newer ones admit them, and they run outside of every quota of Kueue's.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Where

RULE = codes.QUEUE_MISSING
MANAGED_LABELS = ("kueue.openshift.io/managed", "kueue-managed")


def check(subject: Subject) -> Iterator[Fault]:
    """A fault when the namespace is managed and the model has no queue."""
    namespace = subject.context.catalog.namespaces.get(("", subject.decisions.naming.namespace))
    if namespace is None or subject.decisions.hardware.queue is not None:
        return
    label = next((key for key in MANAGED_LABELS if namespace.labels.get(key) == "true"), None)
    if label is not None:
        yield Fault(
            ("metadata", "annotations", "opendatahub.io/hardware-profile-name"),
            f"Kueue manages the namespace `{namespace.name}`, and this model has no queue: some operators refuse it, others run it outside of Kueue's quotas",
            "choose a hardware profile with `scheduling: {type: Queue}`",
            notes=(Note("the label", Where(namespace.where.document, ("metadata", "labels", label), "key")),),
        )
