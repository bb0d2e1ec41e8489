"""Objects with something wrong (or not): one mutation each, drawn the same way in every run."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from differential.corpus import Body, Seed, seeds
from differential.grow import grow, resolve
from servewright.check import schemas
from servewright.diagnostics.model import Path

_SCALARS: tuple[Any, ...] = (
    "",
    "a",
    "text with blanks",
    "UPPER",
    "ключ",
    "🙂",
    "x" * 63,
    "x" * 64,
    "x" * 254,
    "a" * 300,
    "-x",
    "x-",
    "a..b",
    "a/b/c",
    "example.com/a",
    "1",
    "1.5",
    "0.5",
    "abc",
    "1e3",
    "1Gi",
    "1.5Gi",
    "-1",
    "25%",
    "true",
    "a\nb",
    "a\tb",
    "\u0007",
    "\u2028",
    0,
    1,
    -1,
    2**31 - 1,
    2**31,
    2**63 - 1,
    1.5,
    1.0,
    True,
    False,
    None,
    [],
    {},
    ["a"],
    {"a": "b"},
    [{}],
    [None],
)


_ADDRESS: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata",),
    ("metadata", "name"),
    ("metadata", "namespace"),
)


class Mutant(NamedTuple):
    """A changed object of a release; ``how`` says what was done, for whoever looks at a disagreement."""

    seed: Seed
    how: str
    body: Body


def mutants(platform: str, version: str, count: int, seed: int) -> Iterator[Mutant]:
    """``count`` mutants of the objects of a release; kinds take turns, so that small ones get their share."""
    random = Random(f"{platform} {version} {seed}")
    by_kind: dict[str, list[Seed]] = {}
    for item in seeds(platform, version):
        by_kind.setdefault(item.body["kind"], []).append(item)
    kinds = sorted(by_kind)
    # The big kinds have most of the fields.
    weights = [6 if kind.endswith(("InferenceService", "Config")) else 3 if "Runtime" in kind else 1 for kind in kinds]
    for _ in range(count):
        chosen = random.choice(by_kind[random.choices(kinds, weights)[0]])
        body = copy.deepcopy(chosen.body)
        steps = []
        for _ in range(random.choice((1, 1, 1, 2))):
            mutation = random.choice(_MUTATIONS)
            done = mutation(body, chosen, random)
            if done is not None:
                steps.append(f"{mutation.__name__.strip('_')} {done}")
        yield Mutant(chosen, "; ".join(steps) or "nothing", body)


def _nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield from _nodes(item, (*path, key))


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def _somewhere(body: Body, random: Random, wanted: Callable[[Any], bool] = lambda value: True) -> Path | None:
    """A place that is not part of the object's address: other values of those make it another object, or none."""
    places = [path for path, value in _nodes(body) if path and path not in _ADDRESS and wanted(value)]
    return random.choice(places) if places else None


def _drop(body: Body, seed: Seed, random: Random) -> str | None:
    path = _somewhere(body, random)
    if path is None:
        return None
    del _at(body, path[:-1])[path[-1]]
    return str(path)


def _retype(body: Body, seed: Seed, random: Random) -> str | None:
    path = _somewhere(body, random)
    if path is None:
        return None
    value = random.choice(_SCALARS)
    _at(body, path[:-1])[path[-1]] = copy.deepcopy(value)
    return f"{path} to {value!r}"[:200]


def _respell(body: Body, seed: Seed, random: Random) -> str | None:
    """Another value of the same type."""
    path = _somewhere(body, random, lambda value: isinstance(value, (str, int)))
    if path is None:
        return None
    old = _at(body, path)
    value = random.choice([item for item in _SCALARS if type(item) is type(old)])
    _at(body, path[:-1])[path[-1]] = value
    return f"{path} to {value!r}"[:200]


def _rename(body: Body, seed: Seed, random: Random) -> str | None:
    path = _somewhere(body, random, lambda value: True)
    if path is None or not isinstance(path[-1], str):
        return None
    key = path[-1]
    new = random.choice((key.upper(), key + "s", key[:-1] or "x", key.capitalize(), "x-" + key, "", "ключ", "a b"))
    holder = _at(body, path[:-1])
    holder[new] = holder.pop(key)
    return f"{path} to {new!r}"


def _add_unknown(body: Body, seed: Seed, random: Random) -> str | None:
    places = [path for path, value in _nodes(body) if isinstance(value, dict)]
    path = random.choice(places)
    key = random.choice(("unknown", "replicas", "name", "spec", "metadata", "labels", "enabled"))
    if (*path, key) in _ADDRESS:
        return None
    _at(body, path)[key] = copy.deepcopy(random.choice(_SCALARS))
    return f"{(*path, key)}"


def _repeat(body: Body, seed: Seed, random: Random) -> str | None:
    """An item of a list once more."""
    path = _somewhere(body, random, lambda value: isinstance(value, list) and bool(value))
    if path is None:
        return None
    items = _at(body, path)
    item = copy.deepcopy(random.choice(items))
    if isinstance(item, dict) and len(item) > 1 and random.random() < 0.5:
        item.pop(random.choice(sorted(item)))
    items.insert(random.randrange(len(items) + 1), item)
    return str(path)


def _move(body: Body, seed: Seed, random: Random) -> str | None:
    """A part to a place where it does not belong."""
    path = _somewhere(body, random)
    places = [found for found, value in _nodes(body) if isinstance(value, dict) and found]
    if path is None or not isinstance(path[-1], str):
        return None
    target = random.choice(places)
    if target[: len(path)] == path:
        return None
    value = copy.deepcopy(_at(body, path))
    source, goal = _at(body, path[:-1]), _at(body, target)
    if source is goal or (*target, path[-1]) in _ADDRESS:
        return None
    goal[path[-1]] = value
    if random.random() < 0.5:
        del source[path[-1]]
    return f"{path} into {target}"


def _wrap(body: Body, seed: Seed, random: Random) -> str | None:
    """A value in a list, or a list's only item in its place."""
    path = _somewhere(body, random)
    if path is None:
        return None
    holder, value = _at(body, path[:-1]), _at(body, path)
    holder[path[-1]] = value[0] if isinstance(value, list) and value else [value]
    return str(path)


def _relabel(body: Body, seed: Seed, random: Random) -> str | None:
    """A label or annotation that may not be one."""
    field = random.choice(("labels", "annotations"))
    metadata = body.get("metadata")
    if not isinstance(metadata, dict):
        return None
    table = metadata.setdefault(field, {})
    if not isinstance(table, dict):
        return None
    key = random.choice(
        ("a", "A.b_c-1", "example.com/a", "Example.com/a", "a/b/c", "/a", "a/", "-a", "a" * 64, "b" * 63, "a b", "",
         "x" * 254 + "/a", "ключ", "example..com/a", "example.com/A_1")
    )  # fmt: skip
    table[key] = random.choice(("", "a", "A.b_c", "-a", "a-", "a b", "x" * 63, "x" * 64, "ключ", "a/b", "x" * 5000))
    return f"{field} {key!r}"


def _rename_object(body: Body, seed: Seed, random: Random) -> str | None:
    metadata = body.get("metadata")
    if not isinstance(metadata, dict):
        return None
    metadata["name"] = random.choice(
        ("UPPER", "a.b", "a..b", "-a", "a-", "1a", "a_b", "x" * 63, "x" * 64, "x" * 253, "x" * 254, "ключ", "a/b", "a%",
         "system:x", "a b", ".", "..")
    )  # fmt: skip
    return f"to {metadata['name']!r}"


def _grow(body: Body, seed: Seed, random: Random) -> str | None:
    """A field that the schema knows and the object lacks, or has in another form."""
    root = schemas.load(seed.release, body["apiVersion"], body["kind"])
    if root is None:
        return None
    places: list[tuple[Path, dict[str, Any]]] = []

    def walk(value: Any, schema: dict[str, Any], path: Path) -> None:
        schema = resolve(root, schema)
        if isinstance(value, dict):
            if path and path[0] == "spec" and schema.get("properties"):
                places.append((path, schema))
            for key, item in value.items():
                inner = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
                if isinstance(inner, dict):
                    walk(item, inner, (*path, key))
        elif isinstance(value, list) and isinstance(schema.get("items"), dict):
            for index, item in enumerate(value):
                walk(item, schema["items"], (*path, index))

    walk(body, root, ())
    if not places:
        return None
    path, schema = random.choice(places)
    name = random.choice(sorted(schema["properties"]))
    _at(body, path)[name] = grow(root, schema["properties"][name], random, random.choice((2, 3, 4, 5, 6)))
    return f"{(*path, name)}"


_MUTATIONS = (
    _drop,
    _retype,
    _respell,
    _respell,
    _rename,
    _add_unknown,
    _repeat,
    _move,
    _wrap,
    _relabel,
    _rename_object,
    _grow,
    _grow,
    _grow,
    _grow,
)
