"""What the checks of this package report: a place, a reason from a closed list, and a phrase about it.

A message completes a sentence about the value at the path ("must be …", "is not …"). It names fields, types and
limits and never repeats a value, which may be a secret.
"""

from __future__ import annotations

from collections.abc import Callable

from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.record import NamedTuple


class Violation(NamedTuple):
    """One thing that a cluster would not take as it is. ``path`` leads into the object.

    A missing field's path ends in that field, as in the API server's own messages, so it is not in the object.
    """

    path: Path
    reason: str
    message: str


Found = list[Any]
"""Violations, and what a part with rules asks for later: records whose first field is the path."""
Check = Callable[[Any], Found | None]
"""From a value to its problems; None when there are none, which is cheaper than an empty list."""

REASONS: Final = {
    "unknown-kind": "the release serves no such kind in this version",
    "unknown-field": "a field that the schema does not declare",
    "wrong-type": "a value of another JSON type, or null where the schema allows none",
    "missing-field": "a required field is absent, and no default fills it in",
    "enum": "a value that is not in the list of allowed ones",
    "pattern": "a string that does not match the schema's pattern",
    "format": "a string that is not in an enforced format (`date-time`, `byte`, …)",
    "range": "a number outside minimum and maximum",
    "length": "too few or too many characters, items or properties",
    "missing-key": "an entry of a list that is a map has none of its keys",
    "duplicate-key": "two entries of a list that is a map agree in all of its keys",
    "duplicate-item": "the same item twice in a list that is a set",
    "quantity": "a resource quantity that Kubernetes cannot read, or that is not allowed for its resource",
    "metadata": "a metadata field that must not be sent, or is malformed",
    "metadata-name": "a name, generateName or namespace that is malformed",
    "metadata-label": "a label whose key or value is malformed",
    "metadata-annotation": "an annotation whose key is malformed, or too many bytes of annotations",
    "value": "a rule of a built-in kind that no schema states",
    "pod": "a rule of Kubernetes' pod validation",
    "cel": "one of the schema's x-kubernetes-validations rules is false or fails",
    "too-large": "the object does not fit into one request to etcd",
    "cel-unsupported": "a rule that cannot be evaluated offline, so nothing is known about it",
    "dropped-field": "a field that is dropped without a word: nothing is declared inside its parent",
    "integer-format": "an integer that does not fit the declared int32 or int64",
}
"""Every reason, and what it says."""

NOT_REFUSED: Final = frozenset({"cel-unsupported", "dropped-field", "integer-format"})
"""Reasons for which the API server alone would not refuse the object.

It drops undeclared content of an object without declared fields, and ignores the formats of integers; webhooks and
controllers written in Go then fail to decode the number.
"""

BLOCKING: Final = frozenset({"enum", "missing-field", "wrong-type", "length"})
"""With one of these the API server does not evaluate any CEL rule (apiextensions-apiserver, hasBlockingErr).

Too short is no reason there, but too long is; telling them apart would only add messages.
"""


def below_key(key: str | int, found: Found) -> Found:
    """The problems of what lies under ``key``, with paths from above it."""
    return [item.__class__((key, *item[0]), *item[1:]) for item in found]


def joined(found: Found | None, more: Found) -> Found:
    """``found`` with ``more`` at its end; ``found`` must be the caller's own, for it is not copied.

    A hostile object may have a hundred thousand problems.
    """
    if found is None:
        return list(more)
    found += more
    return found


def order(path: Path) -> tuple[tuple[bool, int | str], ...]:
    """What to sort paths by: names before numbers, numbers by size."""
    return tuple((isinstance(step, int), step) for step in path)
