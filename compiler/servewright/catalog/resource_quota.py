"""ResourceQuotas: what a namespace may use, and which of its objects count."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.catalog.quantities import read_quantities
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems, Where
from servewright.hints import Any
from servewright.model.quantity import Quantity
from servewright.record import NamedTuple

OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


class Scope(NamedTuple):
    """What an object must be like to count: a quota's scopes are all needed. ``scopes`` entries mean ``Exists``."""

    name: str
    operator: str = "Exists"
    values: tuple[str, ...] = ()


class ResourceQuota(NamedTuple):
    """A quota. ``hard`` is the spec's: a status may be older.

    ``used`` is what the cluster counted when the object was exported. It holds whatever ran then, these very models
    included, so no verdict is built on it.
    """

    name: str
    namespace: str
    hard: dict[str, Quantity]
    used: dict[str, Quantity]
    scopes: tuple[Scope, ...]
    where: Where


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> ResourceQuota:
    """The quota; what it says that is not a quantity is reported."""
    spec = data.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    status = data.get("status")
    # The status is the cluster's own: nothing to report to anybody.
    used = read_quantities(
        status.get("used") if isinstance(status, dict) else None, ("status", "used"), Problems(problems.document)
    )
    return ResourceQuota(
        metadata["name"],
        metadata["namespace"],
        read_quantities(spec.get("hard"), ("spec", "hard"), problems),
        used,
        tuple(_scopes(spec, problems)),
        Where(problems.document),
    )


def _scopes(spec: dict[str, Any], problems: Problems) -> Iterator[Scope]:
    names = spec.get("scopes")
    yield from (Scope(name) for name in (names if isinstance(names, list) else ()) if isinstance(name, str))
    selector = spec.get("scopeSelector")
    expressions = selector.get("matchExpressions") if isinstance(selector, dict) else None
    path: Path = ("spec", "scopeSelector", "matchExpressions")
    for index, item in enumerate(expressions if isinstance(expressions, list) else ()):
        if not isinstance(item, dict) or item.get("operator") not in OPERATORS:
            problems.add(
                codes.CATALOG_MALFORMED,
                "a scope needs `scopeName` and an `operator`",
                (*path, index),
                help=f"write one of {', '.join(f'`{operator}`' for operator in OPERATORS)}",
            )
            continue
        values = item.get("values")
        yield Scope(
            str(item.get("scopeName")),
            item["operator"],
            tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else (),
        )
