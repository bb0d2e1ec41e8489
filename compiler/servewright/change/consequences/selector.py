"""What of an LLMInferenceService is in the selector of its Deployments, which Kubernetes never changes.

Seen on a control plane: llm-d's controller puts the queue's label and ``spec.labels`` into the pods and into the
selector of a single-node workload. An edit is admitted; the controller then fails to update the Deployment.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.catalog.annotations import QUEUE_NAME
from servewright.change.model import DeploymentChange, FieldPath, ObjectChange

_KIND = "LLMInferenceService"


def selector_edits(edit: DeploymentChange) -> Iterator[tuple[ObjectChange, FieldPath]]:
    """The fields that differ and are in a selector that exists already. A model that is stopped has no Deployment."""
    if any(side is not None and side.decisions.deployment.spec.stopped for side in (edit.before, edit.after)):
        return
    for item in edit.objects:
        if item.identity[0] != _KIND or item.before is None or item.after is None:
            continue
        old, new = item.before.body["spec"], item.after.body["spec"]
        single = "worker" not in old and "worker" not in new
        both = "prefill" in old and "prefill" in new
        prefill = both and "worker" not in old["prefill"] and "worker" not in new["prefill"]
        for field in item.fields:
            match field.path:
                case ("metadata", "labels", key) if key == QUEUE_NAME and (single or prefill):
                    yield item, field.path
                case ("spec", "labels", _) if single:
                    yield item, field.path
                case ("spec", "prefill", "labels", _) if prefill and not single:
                    yield item, field.path
