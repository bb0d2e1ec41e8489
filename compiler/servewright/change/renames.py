"""Renamed deployments: to Kubernetes one that goes and one that comes, to people the same model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from servewright.change.model import Version

Key = tuple[str, str]
# What people change together with a name, and what says nothing of which model it is.
_BESIDE_THE_NAME = ("displayName", "description")
_LEAST = 0.75  # the part of the fields that must be the same, for a pair with the same model


def renames(gone: Mapping[Key, Version], new: Mapping[Key, Version]) -> dict[Key, str]:
    """The other name of each half of a renaming: pairs of one namespace and model, the most alike first."""
    fields = {key: frozenset(_fields(_spec(version))) for side in (gone, new) for key, version in side.items()}
    of_model: dict[tuple[str, str], list[Key]] = {}
    for key, version in new.items():
        of_model.setdefault(_model(key, version), []).append(key)
    pairs = []
    for key, version in gone.items():
        for other in of_model.get(_model(key, version), ()):
            likeness = len(fields[key] & fields[other]) / len(fields[key] | fields[other])
            if likeness >= _LEAST:
                pairs.append((-likeness, key, other))
    found: dict[Key, str] = {}
    taken: set[Key] = set()
    for _, key, other in sorted(pairs):
        if key not in found and other not in taken:
            taken.add(other)
            found[key], found[other] = other[1], key[1]
    return found


def _model(key: Key, version: Version) -> tuple[str, str]:
    return key[0], repr(sorted(_fields(_spec(version).get("model"))))


def _spec(version: Version) -> Mapping[str, Any]:
    spec = version.document.data.get("spec")
    return {key: value for key, value in spec.items() if key not in _BESIDE_THE_NAME} if isinstance(spec, dict) else {}


def _fields(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _fields(item, (*path, str(key)))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _fields(item, (*path, str(index)))
    else:
        yield path, repr(value)
