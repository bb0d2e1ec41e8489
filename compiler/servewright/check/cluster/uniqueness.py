"""Lists that are maps or sets: no two entries may be the same one."""

from __future__ import annotations

from servewright.check.cluster.violation import Check, Found, Violation, joined
from servewright.hints import Any


def keyed(keys: dict[str, Any], *, may_lack_all: bool) -> Check:
    """No two entries may agree in all ``keys``; each name comes with its default, or None."""
    names = ", ".join(f"`{key}`" for key in keys)
    pairs = tuple(keys.items())

    def check(value: list[Any]) -> Found | None:
        found: Found | None = None
        first: dict[Any, int] = {}
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                continue  # of the wrong type, null too
            identity = tuple(item.get(key, default) for key, default in pairs)
            try:
                earlier = first.setdefault(identity, index)
            except TypeError:
                continue  # a key field is a list or a mapping, which is reported
            if identity.count(None) == len(pairs) and not keys.keys() & item.keys():  # a null is there, too
                if not may_lack_all:
                    missing = Violation((index, pairs[0][0]), "missing-key", "is required: it tells the entries apart")
                    found = joined(found, [missing])
            elif earlier != index:
                twice = Violation((index,), "duplicate-key", f"has the same {names} as entry {earlier} of the list")
                found = joined(found, [twice])
        return found

    return check


def unique_items(value: list[Any]) -> Found | None:
    """No item may occur twice."""
    found: Found | None = None
    first: dict[Any, int] = {}
    for index, item in enumerate(value):
        identity = _frozen(item)
        earlier = first.setdefault(identity, index)
        if earlier != index:
            twice = Violation((index,), "duplicate-item", f"is the same as entry {earlier} of the list")
            found = joined(found, [twice])
    return found


def _frozen(value: Any) -> Any:
    """Something to compare and hash ``value`` by; true is not 1."""
    if isinstance(value, dict):
        return "object", frozenset((key, _frozen(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return "array", tuple(_frozen(item) for item in value)
    return isinstance(value, bool), value
