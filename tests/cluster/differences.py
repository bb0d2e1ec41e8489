"""What a cluster made of an object that it was sent, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

# The cluster's own.
_OWNED: Final = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")


class Difference(NamedTuple):
    """One difference at a path like ``spec.ports[0].protocol``."""

    what: str  # added, removed, changed
    path: str
    value: object  # the stored one; what was sent if it was removed

    def __str__(self) -> str:
        return f"{self.what} {self.path}: {self.value!r}"


def differences(sent: Json, stored: Json) -> list[Difference]:
    """All differences, but for metadata and status that belong to the cluster."""
    metadata = {key: value for key, value in stored["metadata"].items() if key not in _OWNED}
    ours = {**stored, "metadata": metadata}
    if "status" not in sent:
        ours.pop("status", None)
    return list(_compare(sent, ours, ""))


def _compare(sent: object, stored: object, path: str) -> Iterator[Difference]:
    if isinstance(sent, dict) and isinstance(stored, dict):
        for key in [*sent, *(key for key in stored if key not in sent)]:
            below = f"{path}.{key}" if path else str(key)
            if key not in stored:
                yield Difference("removed", below, sent[key])
            elif key not in sent:
                yield Difference("added", below, stored[key])
            else:
                yield from _compare(sent[key], stored[key], below)
    elif isinstance(sent, list) and isinstance(stored, list):
        for index in range(max(len(sent), len(stored))):
            below = f"{path}[{index}]"
            if index >= len(stored):
                yield Difference("removed", below, sent[index])
            elif index >= len(sent):
                yield Difference("added", below, stored[index])
            else:
                yield from _compare(sent[index], stored[index], below)
    # True == 1, and 1 == 1.0, but an engine sees a difference.
    elif type(sent) is not type(stored) or sent != stored:
        yield Difference("changed", path, stored)
