"""Who decided a request or limit of a workload."""

from __future__ import annotations

from servewright.diagnostics.model import Path
from servewright.model.deployment import Resources
from servewright.resolve.decisions import Decisions


def origin_of_resource(side: str, name: str, decisions: Decisions, *, prefill: bool = False) -> tuple[str, Path]:
    """Who decided the request or limit (``side``: ``requests``, ``limits``) of a resource, and the field of the spec."""
    for given, path, who in _layers(decisions, prefill):
        table = given.requests if side == "requests" else given.limits
        if name in table:
            return who, (*path, side, name)
    if side == "limits":
        return "the request", origin_of_resource("requests", name, decisions, prefill=prefill)[1]
    profile = decisions.hardware.profile
    return (f"the default of `{profile.name}`" if profile else "the spec"), ("spec", "hardware", "profile")


def _layers(decisions: Decisions, prefill: bool) -> list[tuple[Resources, Path, str]]:
    """Where resources may be written, the strongest place first."""
    spec = decisions.deployment.spec
    main = spec.hardware.resources or Resources()
    own = spec.llmd.prefill.resources if prefill and spec.llmd and spec.llmd.prefill else None
    path: Path = ("spec", "hardware", "resources")
    if own is None:
        return [(main, path, "the spec")]
    # A key that prefill names is prefill's own; of the others, request and limit are the main workload's.
    named = own.requests.keys() | own.limits.keys()
    rest = Resources(*({key: text for key, text in table.items() if key not in named} for table in main))
    return [(own, ("spec", "llmd", "prefill", "resources"), "the spec, for prefill"), (rest, path, "the spec")]
