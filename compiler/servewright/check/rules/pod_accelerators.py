"""How many accelerators a pod has, and where the spec says so."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.check.rules.subject import Subject
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.model.quantity import NANO, parse
from servewright.resolve.accelerators import accelerators_of
from servewright.resolve.hardware import profile_path

_KNOWN_AT_MOST: Final = 256  # different limits of one profile, of which a fleet has a few


def count_accelerators(limits: Mapping[str, Any], subject: Subject) -> tuple[int, tuple[str, ...]]:
    """How many there are in a container with ``limits``, and the names of their resources, sorted."""
    profile = subject.decisions.hardware.profile
    known: dict[Any, tuple[int, tuple[str, ...]]] = subject.once("pod_accelerators", profile, dict)
    asked = tuple(limits.items())
    counted = known.get(asked)
    if counted is None:
        names = accelerators_of(limits, profile) & limits.keys()
        total = sum(quantity.value // NANO for name in names if (quantity := parse(str(limits[name]))) is not None)
        counted = total, tuple(sorted(names))
        if len(known) < _KNOWN_AT_MOST:
            known[asked] = counted
    return counted


def amount_path(subject: Subject, prefill: bool, name: str) -> Path:
    """Where the spec says how many of ``name``; that it says nothing, and takes the profile's default, is its
    profile's line."""
    spec = subject.decisions.deployment.spec
    own = spec.llmd.prefill.resources if prefill and spec.llmd and spec.llmd.prefill else None
    for resources, path in (
        (own, ("spec", "llmd", "prefill", "resources")),
        (spec.hardware.resources, ("spec", "hardware", "resources")),
    ):
        if resources is not None and name in resources.limits:
            return (*path, "limits", name)
        if resources is not None and name in resources.requests:
            return (*path, "requests", name)
    return profile_path(subject.document)
