"""Maps of quantities, as quotas and limit ranges have them."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.diagnostics.short import short
from servewright.model.quantity import Quantity, parse


def read_quantities(value: object, path: Path, problems: Problems) -> dict[str, Quantity]:
    """Resource name to quantity; what is not one is reported and left out. Nothing at all is an empty map."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        _malformed("a map of resources to quantities is needed here", path, problems)
        return {}
    found = {}
    for name, amount in value.items():
        quantity = as_quantity(amount)
        if quantity is None or quantity.value < 0:
            _malformed(f"the amount of `{short(name, 80)}` is not a quantity", (*path, name), problems)
        else:
            found[name] = quantity
    return found


def as_quantity(value: object) -> Quantity | None:
    """A quantity as built-in kinds may have it: text, or any number (apimachinery's Quantity reads both)."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    return parse(str(value))


def _malformed(message: str, path: Path, problems: Problems) -> None:
    kind = str(problems.document.data.get("kind")).lower()
    problems.add(
        codes.CATALOG_MALFORMED, message, path, help=f"export it again with `oc get {kind} NAME -o yaml`, or correct it"
    )
