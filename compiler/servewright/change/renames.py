"""Renamed and moved deployments: to Kubernetes one that goes and one that comes, to people the same model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from servewright.change.model import Version
from servewright.hints import Any

Key = tuple[str, str]
# What people change together with a name, and what says nothing of which model it is.
_BESIDE_THE_NAME = ("displayName", "description")
# The part of the fields that must be the same, for a pair with the same model, and for one at the same place.
_LEAST, _LEAST_IN_PLACE = 0.75, 0.5


def renames(gone: Mapping[Key, Version], new: Mapping[Key, Version]) -> dict[Key, Key]:
    """The other half of each half of a renaming or move: pairs of one model, the most alike first.

    In another namespace it is the same one if its name or its file is. One that takes the place of another in a file,
    and has much in common with it, is that under another name even if its model changes with it.
    """
    fields = {key: frozenset(_fields(_spec(version))) for side in (gone, new) for key, version in side.items()}
    likely: dict[tuple[str, ...], list[Key]] = {}
    for key, version in new.items():
        for trait in _traits(key, version):
            likely.setdefault(trait, []).append(key)
    alone = _alone(gone), _alone(new)
    pairs = []
    for key, version in gone.items():
        for other in {other for trait in _traits(key, version) for other in likely.get(trait, ())}:
            pairs.append((key[0] != other[0], -_likeness(fields, key, other), key, other, _LEAST))
        successor = alone[1].get(_file(version)) if alone[0].get(_file(version)) == key else None
        if successor is not None and successor[0] == key[0]:
            pairs.append((False, -_likeness(fields, key, successor), key, successor, _LEAST_IN_PLACE))
    found: dict[Key, Key] = {}
    for _, unlike, key, other, least in sorted(pairs):
        if -unlike >= least and key not in found and other not in found:
            found[key], found[other] = other, key
    return found


def _likeness(fields: Mapping[Key, frozenset[Any]], key: Key, other: Key) -> float:
    return len(fields[key] & fields[other]) / len(fields[key] | fields[other])


def _traits(key: Key, version: Version) -> tuple[tuple[str, ...], ...]:
    """What a pair has in common: the model, and with it the namespace, the name or the file."""
    model = _model(version)
    return ("namespace", key[0], model), ("name", key[1], model), ("file", _file(version), model)


def _file(version: Version) -> str:
    return version.document.source.path


def _alone(side: Mapping[Key, Version]) -> dict[str, Key]:
    """The only deployment of each file that has one."""
    files: dict[str, list[Key]] = {}
    for key, version in side.items():
        files.setdefault(_file(version), []).append(key)
    return {path: keys[0] for path, keys in files.items() if len(keys) == 1}


def _model(version: Version) -> str:
    return repr(sorted(_fields(_spec(version).get("model"))))


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
