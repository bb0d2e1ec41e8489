"""What the webhook for LLMInferenceServiceConfigs refuses and their schema does not.

KServe, pkg/apis/serving/v1alpha2/llm_inference_service_config_validation.go: a config has no base configs of its own,
and a scheduler has at least one replica.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes

RULE = codes.LLMD_CONFIG_REFUSED


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each part that admission refuses."""
    spec = subject.item.body.get("spec")
    if not isinstance(spec, dict):
        return
    if spec.get("baseRefs"):
        yield Fault(
            ("spec", "baseRefs"),
            "admission refuses a config with base configs of its own",
            "list those in the deployment instead: `llmd: {baseRefs: […]}`",
        )
    router = spec.get("router")
    scheduler = router.get("scheduler") if isinstance(router, dict) else None
    replicas = scheduler.get("replicas") if isinstance(scheduler, dict) else None
    if type(replicas) is int and replicas <= 0:
        yield Fault(
            ("spec", "router", "scheduler", "replicas"),
            "admission refuses a scheduler without replicas",
            "write 1 or more, or leave the field out",
        )
