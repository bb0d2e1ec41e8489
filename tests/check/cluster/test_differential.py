"""Structure against two libraries of JSON Schema: the same objects refused, at the same places.

The schemas say in JSON Schema what the API server checks, but for what it has no words for; those reasons are left
out. Every run makes the same mutants.
"""

from __future__ import annotations

import copy
import functools
import json
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from check.cluster.samples import rendered
from servewright.check.cluster.structure import Structure

BEYOND = {"missing-key", "duplicate-key", "duplicate-item", "format", "integer-format"}
MUTANTS = 24_000
SLOW_EVERY = 40  # jsonschema takes a hundred times as long as jsonschema-rs
VALUES: list[Any] = [
    *(0, 1, -1, 2**31, 2**53, 1.0, 0.5, -0.0, True, False, "", "x", "é😀", "a\n", "1", "1Gi", "-1", "A_b", "a" * 64),
    *([], {}, [None], [[]], [{}], {"x": 1}, {"name": "a"}, ["a", "a"]),
]
Place = tuple[str | int, ...]


@functools.cache
def engines(identity: tuple[str, str, str]) -> tuple[Structure, Any, Any]:
    schema = dict(rendered())[identity][0]
    return Structure(schema), jsonschema_rs.validator_for(schema), jsonschema.Draft202012Validator(schema)


def ours(structure: Structure, body: Any) -> set[Place]:
    return {item.path for item in structure.root(body) or [] if item.reason not in BEYOND}


def places(error: jsonschema.ValidationError) -> Iterator[Place]:
    at = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        yield from ((*at, key) for key in error.instance if key not in error.schema.get("properties", {}))
    elif error.validator == "required":
        yield from ((*at, name) for name in error.validator_value if name not in error.instance)
    else:
        yield at


def inner(value: Any, at: Place = ()) -> Iterator[Place]:
    yield at
    if isinstance(value, dict):
        for key, item in value.items():
            yield from inner(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from inner(item, (*at, index))


def mutate(body: dict[str, Any], chance: random.Random) -> None:
    *way, last = chance.choice([place for place in inner(body) if place])
    owner: Any = body
    for step in way:
        owner = owner[step]
    how = chance.randrange(6)
    if how == 0:
        del owner[last]
    elif how == 1:
        owner[last] = copy.deepcopy(chance.choice(VALUES))
    elif how == 2 and isinstance(owner, dict):
        owner[chance.choice([f"{last}x", str(last).upper(), "", "é", "metadata", "x-" + str(last)])] = owner.pop(last)
    elif how == 3 and isinstance(owner, list):
        owner.append(copy.deepcopy(owner[last]))
    elif how == 4:
        owner[last] = [owner[last]] if chance.random() < 0.5 else {"x": owner[last]}
    elif isinstance(owner, dict):
        owner[str(chance.choice(["replicas", "extra", "name", "spec", "containers"]))] = copy.deepcopy(owner[last])


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items()}
    return [without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


def mutants(share: int, parts: int) -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    chance = random.Random(f"mutants {share}")  # the text decides: the same in every run
    samples = rendered()
    for _ in range(MUTANTS // parts):
        identity, (_, body) = chance.choice(samples)
        body = copy.deepcopy(body)
        for _ in range(chance.choice((1, 1, 2, 4))):
            if len(body) > 1:
                mutate(body, chance)
        yield identity, body


@pytest.mark.parametrize("share", range(8))
def test_mutants_are_refused_where_json_schema_refuses_them(share: int) -> None:
    refused = 0
    for number, (identity, body) in enumerate(mutants(share, 8)):
        structure, fast, slow = engines(identity)
        if "/" not in identity[1] or ".k8s.io/" in identity[1]:
            body = without_nulls(body)  # which mean nothing in Kubernetes' own kinds
        found = ours(structure, body)
        assert bool(found) != fast.is_valid(body), (identity, found, json.dumps(body))
        refused += bool(found)
        if number % SLOW_EVERY == 0:
            assert found == {at for error in slow.iter_errors(body) for at in places(error)}, json.dumps(body)
    assert MUTANTS // 32 < refused < MUTANTS // 8, "the mutants are all good, or all bad, and prove little"


def test_every_rendered_object_has_a_schema_and_is_valid() -> None:
    for identity, (_, body) in rendered():
        structure, fast, slow = engines(identity)
        assert ours(structure, body) == set(), identity
        assert fast.is_valid(body)
        assert slow.is_valid(body)
