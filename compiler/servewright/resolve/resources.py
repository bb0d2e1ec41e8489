"""Final requests and limits, per key, and whether the cluster and the profile allow them."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Problems
from servewright.model.deployment import Resources
from servewright.model.quantity import Quantity, from_count, parse, unit_problem

_RESOURCES_PATH = ("spec", "hardware", "resources")
# Resources that Kubernetes knows itself; all others are extended resources, which it hands out whole.
_NATIVE = frozenset({"cpu", "memory", "ephemeral-storage"})


def final_resources(
    wanted: Resources | None, profile: HardwareProfile | None, path: Path, problems: Problems
) -> tuple[dict[str, str], dict[str, str]]:
    """Requests and limits per key: a missing request is the profile's default, a missing limit the final request."""
    wanted = wanted or Resources()
    requests = _parse_all(wanted.requests, (*path, "requests"), problems)
    limits = _parse_all(wanted.limits, (*path, "limits"), problems)
    unread = (wanted.requests.keys() - requests.keys()) | (wanted.limits.keys() - limits.keys())
    for name in unread:  # it was reported; with one of its two amounts there is nothing to compare
        requests.pop(name, None)
        limits.pop(name, None)
    for identifier in profile.identifiers if profile else ():
        if identifier.name not in unread:
            requests.setdefault(identifier.name, identifier.default)
    for name, request in requests.items():
        limits.setdefault(name, request)
    if profile is not None:
        _check_ranges(profile, wanted, requests, limits, path, problems)
    for name, limit in limits.items():
        _check_pair(name, requests.get(name), limit, wanted, profile, path, problems)
    return (
        {name: quantity.canonical for name, quantity in requests.items()},
        {name: quantity.canonical for name, quantity in limits.items()},
    )


def check_merged(
    requests: Mapping[str, str], limits: Mapping[str, str], runtime: ServingRuntime, problems: Problems
) -> None:
    """KServe merges the service's resources over the runtime's own, key by key: limits must stay above requests then."""
    containers = runtime.body["spec"]["containers"]
    own = next((item.get("resources") for item in containers if item.get("name") == "kserve-container"), None)
    if not isinstance(own, dict):
        return
    merged = {
        side: {**(own[side] if isinstance(own.get(side), dict) else {}), **given}
        for side, given in (("requests", requests), ("limits", limits))
    }
    for name, text in merged["limits"].items():
        limit, request = from_count(text), from_count(merged["requests"].get(name, "0"))
        if limit is not None and request is not None and limit.value < request.value:
            ours = "limits" if name in limits else "requests"
            problems.add(
                codes.LIMIT_BELOW_REQUEST,
                f"the limit of `{name}`, `{limit.canonical}`, is below the request, `{request.canonical}`, "
                f"once the resources of the runtime `{runtime.name}` are merged in: pods would be refused",
                (*_RESOURCES_PATH, ours, name),
                help=f'give both: `requests: {{{name}: "{limit.canonical}"}}` and `limits: {{{name}: "{limit.canonical}"}}`',
            )


def _parse_all(wanted: dict[str, str], path: Path, problems: Problems) -> dict[str, Quantity]:
    quantities = {}
    for name, text in wanted.items():
        quantity = parse(text)
        complaint = unit_problem(name, text)
        if quantity is None or complaint is not None:
            extended = name not in _NATIVE and "/" in name
            code = codes.EXTENDED_RESOURCE if extended and quantity is not None else codes.QUANTITY_INVALID
            problems.add(
                code, f"the amount of `{name}` {complaint}", (*path, name), help=f"write {_better(name, text)}"
            )
        else:
            quantities[name] = quantity
    return quantities


def _better(name: str, text: str) -> str:
    stem = text.removesuffix("B").removesuffix("b").upper()
    if stem != text and unit_problem(name, f"{stem}i") is None:
        return f"`{stem}i`"  # what 16GB, 16gb, 16000m and the like were meant to be
    return {"cpu": "`500m` or `2`", "memory": "`512Mi` or `16Gi`"}.get(name, "a whole number like `1`")


def _place(name: str, wanted: Resources, path: Path) -> Path:
    """The most telling place for a complaint about ``name``: its limit or its request. A profile's own pair fits."""
    return (*path, "limits" if name in wanted.limits else "requests", name)


def _check_ranges(
    profile: HardwareProfile,
    wanted: Resources,
    requests: dict[str, Quantity],
    limits: dict[str, Quantity],
    path: Path,
    problems: Problems,
) -> None:
    for identifier in profile.identifiers:
        if identifier.name not in requests:
            continue  # it could not be read
        for side, table, given in (("request", requests, wanted.requests), ("limit", limits, wanted.limits)):
            quantity = table[identifier.name]
            if side == "limit" and identifier.name not in given:
                continue  # it is the request, which was checked
            if quantity.value < identifier.minimum.value:
                bound, direction = identifier.minimum, "below the minimum"
            elif identifier.maximum is not None and quantity.value > identifier.maximum.value:
                bound, direction = identifier.maximum, "above the maximum"
            else:
                continue
            allowed = (
                f"`{identifier.minimum.canonical}` to `{identifier.maximum.canonical}`"
                if identifier.maximum
                else f"at least `{identifier.minimum.canonical}`"
            )
            problems.add(
                codes.RESOURCE_OUT_OF_RANGE,
                f"the {side} of `{identifier.name}`, `{quantity.canonical}`, is {direction} `{bound.canonical}` of the profile `{profile.name}`",
                (*path, f"{side}s", identifier.name),
                help=f"write {allowed}, or choose another profile",
                notes=(Note("the profile", profile.where),),
            )


def _check_pair(
    name: str,
    request: Quantity | None,
    limit: Quantity,
    wanted: Resources,
    profile: HardwareProfile | None,
    path: Path,
    problems: Problems,
) -> None:
    if request is None:
        return
    place = _place(name, wanted, path)
    if limit.value < request.value:
        whose = "" if name in wanted.requests or profile is None else f" (the default of the profile `{profile.name}`)"
        problems.add(
            codes.LIMIT_BELOW_REQUEST,
            f"the limit of `{name}`, `{limit.canonical}`, is below its request, `{request.canonical}`{whose}: pods would be refused",
            place,
            help=f'write `requests: {{{name}: "{limit.canonical}"}}` too, or raise the limit'
            if name not in wanted.requests
            else "raise the limit, or lower the request",
        )
    elif name not in _NATIVE and "/" in name and limit.value != request.value:
        problems.add(
            codes.EXTENDED_RESOURCE,
            f"`{name}` is an extended resource: its request (`{request.canonical}`) and its limit (`{limit.canonical}`) must be equal",
            place,
            help=f'write `requests: {{{name}: "{limit.canonical}"}}` instead: a limit that is left out equals its request'
            if name not in wanted.requests
            else "write the same number for both, or leave the limit out",
        )
