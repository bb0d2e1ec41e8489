"""PYTHONPATH in any container: KServe's webhooks refuse it.

KServe, pkg/validation/env_policy.go; called from inference_service_validation.go and servingruntime_webhook.go. The
names are compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.containers import entries
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path

RULE = codes.ENVIRONMENT_FORBIDDEN
FORBIDDEN = "PYTHONPATH"


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each variable that is forbidden."""
    for path, container in _containers(subject):
        for index, variable in entries(container, "env"):
            if variable.get("name") == FORBIDDEN:
                yield Fault(
                    (*path, "env", index, "name"),
                    f"admission refuses `{FORBIDDEN}`: it could replace the server's own code",
                    "put the code into an image of your own, or use an option of the server",
                )


def _containers(subject: Subject) -> Iterator[tuple[Path, object]]:
    spec = subject.spec
    if subject.item.body["kind"] == "InferenceService":
        if "env" in (model := spec["predictor"]["model"]):
            yield ("spec", "predictor", "model"), model
        return
    for index, container in entries(spec, "containers"):
        yield ("spec", "containers", index), container
    for index, container in entries(spec.get("workerSpec"), "containers"):
        yield ("spec", "workerSpec", "containers", index), container
