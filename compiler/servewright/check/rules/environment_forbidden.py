"""PYTHONPATH in any container: KServe's webhooks refuse it.

KServe, pkg/validation/env_policy.go; called from inference_service_validation.go and servingruntime_webhook.go. The
names are compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path

RULE = codes.ENVIRONMENT_FORBIDDEN
FORBIDDEN = "PYTHONPATH"


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each variable that is forbidden."""
    for path, container in _containers(subject):
        for index, variable in enumerate(container.get("env") or ()):
            if isinstance(variable, dict) and variable.get("name") == FORBIDDEN:
                yield Fault(
                    (*path, "env", index, "name"),
                    f"admission refuses `{FORBIDDEN}`: it could replace the server's own code",
                    "put the code into an image of your own, or use an option of the server",
                )


def _containers(subject: Subject) -> Iterator[tuple[Path, dict[str, Any]]]:
    spec = subject.spec
    if "predictor" in spec:
        yield ("spec", "predictor", "model"), spec["predictor"]["model"]
        return
    groups: list[tuple[Path, Any]] = [(("spec", "containers"), spec.get("containers"))]
    if isinstance(worker := spec.get("workerSpec"), dict):
        groups.append((("spec", "workerSpec", "containers"), worker.get("containers")))
    for path, containers in groups:
        for index, container in enumerate(containers or ()):
            if isinstance(container, dict):
                yield (*path, index), container
