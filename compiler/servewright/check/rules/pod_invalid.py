"""Pieces of pods that Kubernetes refuses when a controller makes a Deployment of them.

The API server takes them inside of custom resources by their structure alone, and so do KServe's webhooks: the service
is admitted, and its pods never come. The rules themselves are in :mod:`servewright.check.cluster.pods`.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator

from servewright.catalog.hardware_profile import HardwareProfile
from servewright.check.cluster.pods import check_container, check_pod_spec
from servewright.check.cluster.violation import Violation
from servewright.check.rules import COPIES
from servewright.check.rules.containers import entries, model_containers
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.field_path import show
from servewright.diagnostics.model import Path
from servewright.hints import Any
from servewright.model.deployment import Container, Pod

RULE = codes.POD_INVALID
_ONE_WAY = "ask in the same way, or write the numbers alone, such as `failureThreshold: 5`"
_NO_POD, _NO_CONTAINER = Pod(), Container()
_LOOKED_AT = frozenset({"cpu", "memory", "ephemeral-storage"})
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_WITH_PORT = ("httpGet", "tcpSocket")
# The presets' probes of the model's container, in every release (KServe, config/llmisvcconfig, of all workloads).
_PRESET_PROBES = ("readinessProbe", "livenessProbe")
# What Kubernetes waits for a predictor to end: no spec says anything else, and no runtime can.
_GRACE = 30
# What no rule here is about, and what is different in each service.
_OF_THE_SERVICE = frozenset({"model", "labels", "annotations", "minReplicas", "maxReplicas"})
_OF_THE_MODEL = frozenset({"args", "runtime", "storage", "storageUri", "modelFormat"})
_KNOWN_AT_MOST, _LONG = 256, 4096  # of each runtime; bytes
_LLM_PODS: tuple[Path, ...] = (("template",), ("worker",), ("prefill", "template"), ("prefill", "worker"))


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for everything that is wrong in the object's pods."""
    kind = subject.item.body["kind"]
    if kind not in COPIES and _is_plain(subject):
        return
    if kind != "InferenceService":
        yield from _faults(subject)
        return
    # What teams add to their pods they add to many of them.
    sound: set[bytes] = subject.once("pod_invalid sound", subject.decisions.runtime.runtime, set)
    pieces = _pieces(subject.spec["predictor"])
    if pieces in sound:
        return
    found = list(_faults(subject))
    if not found and len(sound) < _KNOWN_AT_MOST and 0 < len(pieces) < _LONG:
        sound.add(pieces)
    yield from found


def _faults(subject: Subject) -> Iterator[Fault]:
    for violation, better in _violations(subject):
        yield Fault(
            violation.path,
            f"`{_ending(violation.path)}` {violation.message}: Kubernetes would refuse the pods",
            f"{better}; the service itself would be admitted, and never get ready",
        )


def _pieces(predictor: dict[str, Any]) -> bytes:
    """All that is looked at of an InferenceService, as something to know it by; empty if there is none."""
    pod = [(field, value) for field, value in predictor.items() if field not in _OF_THE_SERVICE]
    container = [(field, value) for field, value in predictor["model"].items() if field not in _OF_THE_MODEL]
    try:
        return marshal.dumps((pod, container), 2)  # later versions depend on which parts are one object
    except ValueError:  # too deep
        return b""


def _ending(path: Path) -> str:
    """The last two names of a path, with the numbers between them."""
    names = [index for index, step in enumerate(path) if isinstance(step, str)]
    return show(path[names[-2] if len(names) > 1 else 0 :])


def _is_plain(subject: Subject) -> bool:
    """Whether the pods have nothing that needs a look: no pieces from the spec, and a profile that was looked at."""
    spec, profile = subject.decisions.deployment.spec, subject.decisions.hardware.profile
    if spec.pod != _NO_POD or spec.container != _NO_CONTAINER:
        return False
    for variable in spec.env:
        if variable.value_from:
            return False
    # Other amounts of the spec were looked at when the hardware was decided.
    prefill = spec.llmd.prefill if spec.llmd else None
    for resources in (spec.hardware.resources, prefill.resources if prefill else None):
        if resources is not None:
            known: frozenset[str] = subject.once("pod_invalid known", profile, lambda: _known_amounts(profile))
            if not (known.issuperset(resources.requests) and known.issuperset(resources.limits)):
                return False
    first: Any = subject.once("pod_invalid", profile, lambda: subject.item.identity)
    return bool(first != subject.item.identity)


def _known_amounts(profile: HardwareProfile | None) -> frozenset[str]:
    """The names of resources whose amounts were looked at with the hardware."""
    named = (item.name for item in profile.identifiers) if profile else ()
    return _LOOKED_AT | {name for name in named if not name.startswith("hugepages-")}


def _violations(subject: Subject) -> Iterator[tuple[Violation, str]]:
    """What Kubernetes refuses, and what to do about it."""
    spec = subject.spec
    match subject.item.body["kind"]:
        case "InferenceService":
            predictor, path = spec["predictor"], ("spec", "predictor")
            yield from _all(check_pod_spec(predictor, path, complete=False))
            yield from _all(check_container(predictor["model"], (*path, "model"), _GRACE))
            yield from _all(_unknown_mounts(subject), "add the volume to `spec.pod.volumes`, or correct its name")
            yield from _merged_probes(subject)
        case "ServingRuntime":
            yield from _all(check_pod_spec(spec, ("spec",), complete=False))
        case _:
            seen: list[Any] = []
            for place in _LLM_PODS:
                pod: Any = spec
                for step in place:
                    pod = pod.get(step, {})
                # Worker and prefill are mostly the main workload's once more: said once.
                if pod and not any(pod is other for other in seen):
                    seen.append(pod)
                    yield from _all(check_pod_spec(pod, ("spec", *place), complete=False))
            yield from _all(_beside_the_preset(spec), _ONE_WAY)


def _all(violations: Iterable[Violation], better: str = "correct it") -> Iterator[tuple[Violation, str]]:
    return ((violation, better) for violation in violations)


def _unknown_mounts(subject: Subject) -> Iterator[Violation]:
    """Mounts of volumes that neither the spec nor the runtime has; all others are laid over the runtime's."""
    runtime = subject.decisions.runtime.runtime
    predictor = subject.spec["predictor"]
    mounts = predictor["model"].get("volumeMounts")
    if not mounts or runtime is None:
        return
    names = [volume.get("name") for spec in (runtime.stored_spec, predictor) for _, volume in entries(spec, "volumes")]
    for index, mount in enumerate(mounts):
        if isinstance(mount, dict) and mount.get("name") not in names:
            path = ("spec", "predictor", "model", "volumeMounts", index, "name")
            yield Violation(path, "pod", "is no volume of the pod: neither `spec.pod.volumes` nor the runtime has it")


def _merged_probes(subject: Subject) -> Iterator[tuple[Violation, str]]:
    """Probes that have two ways to ask, none, or no port, once they are merged with those of the runtime.

    KServe, pkg/controller/v1beta1/inferenceservice/utils: a strategic merge patch of the service's container over the
    runtime's. The schema wants no port, and no handler.
    """
    runtime, model = subject.decisions.runtime.runtime, subject.spec["predictor"]["model"]
    for _, container in model_containers(runtime.stored_spec if runtime else None):
        for name in PROBES:
            theirs, ours = container.get(name, {}), model.get(name)
            if not isinstance(theirs, dict) or not isinstance(ours, dict):
                continue
            path = ("spec", "predictor", "model", name)
            given = next((handler for handler in HANDLERS if handler in theirs), None)
            asked = [handler for handler in HANDLERS if handler in ours]
            for handler in asked:
                if given not in (None, handler):
                    words = f"comes beside the `{given}` of the runtime's `{name}`, with which it is merged"
                    yield Violation((*path, handler), "pod", words), f"{_ONE_WAY}, or take a template of your own"
                elif handler in _WITH_PORT and not _has_port(ours[handler]) and not _has_port(theirs.get(handler)):
                    yield (
                        Violation((*path, handler), "pod", "has no `port`"),
                        "add the `port` that the server listens on",
                    )
            # KServe gives a readiness probe of its own.
            if not asked and given is None and name != "readinessProbe":
                words = "does not say how to ask, and the runtime has no such probe"
                yield Violation(path, "pod", words), "add `httpGet`, `tcpSocket`, `exec` or `grpc`"


def _has_port(handler: object) -> bool:
    return isinstance(handler, dict) and handler.get("port") is not None


def _beside_the_preset(spec: dict[str, Any]) -> Iterator[Violation]:
    """The same for llm-d: what the spec says of probes is merged with the presets' `httpGet`.

    It is the same for all workloads. Base configs may have other probes, so nothing is said where there are some.
    """
    container = spec["template"]["containers"][0]
    for name in () if spec.get("baseRefs") else _PRESET_PROBES:
        for handler in HANDLERS:
            if handler != "httpGet" and handler in container.get(name, ()):
                path = ("spec", "template", "containers", 0, name, handler)
                yield Violation(
                    path, "pod", f"comes beside the `httpGet` of llm-d's own `{name}`, with which it is merged"
                )
