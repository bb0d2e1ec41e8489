"""Pieces of pods that Kubernetes refuses when a controller makes a Deployment of them.

The API server takes them inside of custom resources by their structure alone, and so do KServe's webhooks: the service
is admitted, and its pods never come. The rules themselves are in :mod:`servewright.check.cluster.pods`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servewright.check.cluster.pods import check_container, check_env, check_pod_spec
from servewright.check.cluster.violation import Violation
from servewright.check.rules import COPIES
from servewright.check.rules.containers import model_containers
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.field_path import show
from servewright.diagnostics.model import Path
from servewright.model.deployment import Container, Pod

RULE = codes.POD_INVALID
_NO_POD, _NO_CONTAINER = Pod(), Container()
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_LLM_PODS: tuple[Path, ...] = (("template",), ("worker",), ("prefill", "template"), ("prefill", "worker"))


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for everything that is wrong in the object's pods."""
    violations = _violations(subject)
    if subject.item.body["kind"] not in COPIES and _is_known(subject):
        violations = _of_the_spec(subject)
    for violation in violations:
        yield Fault(
            violation.path,
            f"`{_ending(violation.path)}` {violation.message}: Kubernetes would refuse the pods",
            "correct it; the service itself would be admitted, and never get ready",
        )


def _ending(path: Path) -> str:
    """The last two names of a path, with the numbers between them."""
    names = [index for index, step in enumerate(path) if isinstance(step, str)]
    return show(path[names[-2] if len(names) > 1 else 0 :])


def _is_known(subject: Subject) -> bool:
    """Whether such pods were looked at, but for amounts and environment: no pieces of the spec, a profile that was seen."""
    spec, profile = subject.decisions.deployment.spec, subject.decisions.hardware.profile
    if spec.pod != _NO_POD or spec.container != _NO_CONTAINER:
        return False
    first: Any = subject.once("pod_invalid", profile, lambda: subject.item.identity)
    return bool(first != subject.item.identity)


def _of_the_spec(subject: Subject) -> Iterator[Violation]:
    """What is wrong with the amounts and the environment; of the latter all but its sources was read with the spec."""
    amounts = _amounts(subject)
    fresh = amounts is not None and amounts not in subject.memo
    sources = any(item.value_from for item in subject.decisions.deployment.spec.env)
    if not fresh and sources and subject.item.body["kind"] == "InferenceService":  # by far the most
        yield from check_env(subject.spec["predictor"]["model"], ("spec", "predictor", "model"))
    elif fresh or sources:
        found = [*_violations(subject)]
        wrong_amounts = [item for item in found if "resources" in item.path] if fresh else []
        if fresh and not wrong_amounts:
            subject.memo[amounts] = True
        yield from wrong_amounts
        yield from (item for item in found if "env" in item.path)


def _amounts(subject: Subject) -> tuple[Any, ...] | None:
    """What the spec adds to the amounts of its profile, to be known by; None if nothing."""
    spec, profile = subject.decisions.deployment.spec, subject.decisions.hardware.profile
    prefill = spec.llmd.prefill.resources if spec.llmd and spec.llmd.prefill else None
    given = [resources for resources in (spec.hardware.resources, prefill) if resources is not None]
    if not given:
        return None
    amounts = (tuple(part.items()) for resources in given for part in resources)
    return "pod_invalid amounts", id(profile), prefill is None, *amounts


def _violations(subject: Subject) -> Iterator[Violation]:
    spec = subject.spec
    match subject.item.body["kind"]:
        case "InferenceService":
            predictor, path = spec["predictor"], ("spec", "predictor")
            yield from check_pod_spec(predictor, path, complete=False)
            yield from check_container(predictor["model"], (*path, "model"))
            yield from _unknown_mounts(subject)
            yield from _second_handlers(subject)
        case "ServingRuntime":
            yield from check_pod_spec(spec, ("spec",), complete=False)
        case _:
            seen: list[Any] = []
            for place in _LLM_PODS:
                pod: Any = spec
                for step in place:
                    pod = pod.get(step, {})
                # Worker and prefill are mostly the main workload's once more: said once.
                if pod and not any(pod is other for other in seen):
                    seen.append(pod)
                    yield from check_pod_spec(pod, ("spec", *place), complete=False)


def _unknown_mounts(subject: Subject) -> Iterator[Violation]:
    """Mounts of volumes that neither the spec nor the runtime has; all others are laid over the runtime's."""
    runtime = subject.decisions.runtime.runtime
    predictor = subject.spec["predictor"]
    mounts = predictor["model"].get("volumeMounts")
    if not mounts or runtime is None:
        return
    names = {
        volume.get("name")
        for spec in (runtime.stored_spec, predictor)
        for volume in spec.get("volumes") or ()
        if isinstance(volume, dict)
    }
    for index, mount in enumerate(mounts):
        if isinstance(mount, dict) and mount.get("name") not in names:
            path = ("spec", "predictor", "model", "volumeMounts", index, "name")
            yield Violation(path, "pod", "is no volume of the pod: neither `spec.pod.volumes` nor the runtime has it")


def _second_handlers(subject: Subject) -> Iterator[Violation]:
    """Probes that ask in another way than the runtime's: KServe merges the two by field, and has both ways then.

    KServe, pkg/controller/v1beta1/inferenceservice/utils: a strategic merge patch of the service's container over the
    runtime's.
    """
    runtime, model = subject.decisions.runtime.runtime, subject.spec["predictor"]["model"]
    for _, container in model_containers(runtime.stored_spec if runtime else None):
        for name in PROBES:
            theirs, ours = container.get(name), model.get(name)
            if not isinstance(theirs, dict) or not isinstance(ours, dict):
                continue
            given = next((handler for handler in HANDLERS if handler in theirs), None)
            for handler in HANDLERS:
                if handler in ours and given not in (None, handler):
                    path = ("spec", "predictor", "model", name, handler)
                    yield Violation(
                        path, "pod", f"comes beside the `{given}` of the runtime's `{name}`, with which it is merged"
                    )
