"""LimitRanges: what one container or one pod of a namespace may have, and what it gets when it says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.catalog.quantities import read_quantities
from servewright.diagnostics.model import Path, Problems, Where
from servewright.hints import Any
from servewright.model.quantity import Quantity
from servewright.record import NamedTuple

_FIELDS = ("min", "max", "default", "defaultRequest", "maxLimitRequestRatio")


class LimitItem(NamedTuple):
    """An entry of ``spec.limits``, at ``path``; ``type`` is Container or Pod (others say nothing about models)."""

    type: str
    path: Path
    minimum: dict[str, Quantity]
    maximum: dict[str, Quantity]
    default: dict[str, Quantity]
    default_request: dict[str, Quantity]
    ratio: dict[str, Quantity]


class LimitRange(NamedTuple):
    """A limit range."""

    name: str
    namespace: str
    items: tuple[LimitItem, ...]
    where: Where


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> LimitRange:
    """The limit range; what it says that is not a quantity is reported."""
    return LimitRange(metadata["name"], metadata["namespace"], tuple(_items(data, problems)), Where(problems.document))


def _items(data: dict[str, Any], problems: Problems) -> Iterator[LimitItem]:
    spec = data.get("spec")
    limits = spec.get("limits") if isinstance(spec, dict) else None
    for index, item in enumerate(limits if isinstance(limits, list) else ()):
        if not isinstance(item, dict) or item.get("type") not in ("Container", "Pod"):
            continue
        path = ("spec", "limits", index)
        minimum, maximum, default, request, ratio = (
            read_quantities(item.get(field), (*path, field), problems) for field in _FIELDS
        )
        if item["type"] == "Container":
            # Kubernetes stores these defaults too (pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem); a
            # hand-written document may lack them.
            default = {**maximum, **default}
            request = {**minimum, **default, **request}
        yield LimitItem(item["type"], path, minimum, maximum, default, request, ratio)
