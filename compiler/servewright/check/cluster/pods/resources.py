"""Requests and limits of a container (validateResourceRequirements)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from servewright.check.cluster.lenient import entries, mapping, text
from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.model.metadata_syntax import label_key_problem
from servewright.model.quantity import NANO, Quantity, parse

_STANDARD: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_PAGES: Final = "hugepages-"


def check_resources(container: dict[str, Any], path: Path, *, complete: bool, claims: set[str]) -> Iterator[Violation]:
    """Known resources, in amounts that Kubernetes can count, limits not below requests.

    ``claims`` are the names of the pod's resource claims. Not ``complete``: limits may come from elsewhere.
    """
    resources = mapping(container.get("resources"))
    at: Path = (*path, "resources")
    amounts = {field: _amounts(resources, field) for field in ("limits", "requests")}
    for field in amounts:
        yield from _named(resources, field, at)
    limits = amounts["limits"]
    for name, request in amounts["requests"].items():
        limit = limits.get(name)
        overcommit = _is_native(name) and not name.startswith(_PAGES)
        if limit is None:
            if complete and not overcommit and name not in mapping(resources.get("limits")):
                yield _bad((*at, "limits", name), "is required, because the resource is requested and cannot be shared")
        elif request.value != limit.value and not overcommit:
            yield _bad((*at, "requests", name), "must be equal to the limit: the resource cannot be overcommitted")
        elif request.value > limit.value:
            yield _bad((*at, "requests", name), "is more than the limit")
    names = limits.keys() | amounts["requests"].keys()
    if complete and any(name.startswith(_PAGES) for name in names) and not names & {"cpu", "memory"}:
        yield _bad(at, "must have cpu or memory beside huge pages")
    if complete:
        yield from _claimed(resources, at, claims)


def _amounts(resources: dict[str, Any], field: str) -> dict[str, Quantity]:
    found = {}
    for name, value in mapping(resources.get(field)).items():
        quantity = _quantity(value)
        if quantity is not None and isinstance(name, str):
            found[name] = quantity
    return found


def _quantity(value: Any) -> Quantity | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    return parse(str(value))


def _named(resources: dict[str, Any], field: str, at: Path) -> Iterator[Violation]:
    for name, value in mapping(resources.get(field)).items():
        place: Path = (*at, field, name)
        if wrong := _name_problem(str(name)):
            yield _bad(place, wrong)
        quantity = _quantity(value)
        if quantity is None:
            if isinstance(value, (int, float, str)):
                yield _bad(place, "is no quantity that Kubernetes can read")
        elif quantity.value < 0:
            yield _bad(place, "is less than 0")
        elif not _is_native(str(name)) and quantity.value % NANO:
            yield _bad(place, "must be a whole number")
        elif str(name).startswith(_PAGES):
            size = parse(str(name).removeprefix(_PAGES))
            if size is None or size.value <= 0 or quantity.value % size.value:
                yield _bad(place, "must be a multiple of the size of a page")


@lru_cache(maxsize=256)  # a fleet asks for a handful of resources
def _name_problem(name: str) -> str | None:
    """Why a container cannot ask for ``name`` (validateContainerResourceName)."""
    wrong = label_key_problem(name)
    if wrong is not None:
        return f"its name {wrong}"
    if "/" not in name:
        if name in _STANDARD or name.startswith(_PAGES):
            return None
        return "is no resource of a container: those are cpu, memory, ephemeral-storage, and names with a domain"
    # IsExtendedResourceName: it must still be a name with `requests.` before it, as quotas write it.
    if not _is_native(name) and (name.startswith("requests.") or label_key_problem(f"requests.{name}") is not None):
        return "its name cannot be used for an extended resource"
    return None


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _claimed(resources: dict[str, Any], at: Path, claims: set[str]) -> Iterator[Violation]:
    seen: set[tuple[str, str]] = set()
    for claim, place in entries(resources, "claims", at):
        name = text(claim.get("name"))
        key = name, text(claim.get("request"))
        if name not in claims:
            yield _bad((*place, "name"), "is none of the pod's `resourceClaims`")
        if key in seen or (name, "") in seen or (not key[1] and any(name == other for other, _ in seen)):
            yield _bad(place, "is there already")
        seen.add(key)


def _bad(path: Path, words: str) -> Violation:
    return Violation(path, "quantity", words)
