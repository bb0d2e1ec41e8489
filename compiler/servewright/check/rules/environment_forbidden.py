"""PYTHONPATH in any container: KServe's webhooks refuse it.

KServe, pkg/validation/env_policy.go; called from inference_service_validation.go and servingruntime_webhook.go. The
names are compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servewright.check.rules.containers import entries
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path
from servewright.hints import Any

RULE = codes.ENVIRONMENT_FORBIDDEN
FORBIDDEN = "PYTHONPATH"


def applies(subject: Subject) -> bool:
    """Whether there may be any environment."""
    return subject.item.body["kind"] != "InferenceService" or bool(subject.decisions.deployment.spec.env)


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


def _containers(subject: Subject) -> Iterable[tuple[Path, object]]:
    if subject.item.body["kind"] == "InferenceService":
        return [(("spec", "predictor", "model"), subject.spec["predictor"]["model"])]
    return _of_runtime(subject.spec)


def _of_runtime(spec: dict[str, Any]) -> Iterator[tuple[Path, object]]:
    for index, container in entries(spec, "containers"):
        yield ("spec", "containers", index), container
    for index, container in entries(spec.get("workerSpec"), "containers"):
        yield ("spec", "workerSpec", "containers", index), container
