"""Structure against two libraries of JSON Schema: the same objects refused, at the same places.

The schemas say in JSON Schema what the API server checks, but for what it has no words for; those reasons are left
out. Every run makes the same mutants.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from differential.corpus import RELEASES, seeds
from differential.mutate import mutants
from servewright.catalog.release import load_release
from servewright.check import schemas
from servewright.check.cluster import Memo
from servewright.check.cluster.checker import Kind, kind_of
from servewright.check.cluster.soundness import Soundness, Test
from servewright.check.cluster.structure import Structure

BEYOND = {"missing-key", "duplicate-key", "duplicate-item", "format", "integer-format"}
MUTANTS = 6_000  # of each release
SLOW_EVERY = 40  # jsonschema takes a hundred times as long as jsonschema-rs
Place = tuple[str | int, ...]


@functools.cache
def engines(platform: str, version: str, api_version: str, kind: str) -> tuple[Structure, Any, Any]:
    release = load_release(platform, version)
    assert release is not None
    schema = schemas.load(release, api_version, kind)
    assert schema is not None
    return Structure(schema), jsonschema_rs.validator_for(schema), jsonschema.Draft202012Validator(schema)


@functools.cache
def soundness(structure: Structure) -> Test:
    return Soundness(structure, lambda asked: not asked).root({})


@functools.cache
def kind(platform: str, version: str, api_version: str, name: str) -> Kind:
    release = load_release(platform, version)
    assert release is not None
    schema = schemas.load(release, api_version, name)
    assert schema is not None
    return kind_of(schema, api_version, name)


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


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


@pytest.mark.parametrize(("platform", "version"), RELEASES)
def test_mutants_are_refused_where_json_schema_refuses_them(platform: str, version: str) -> None:
    refused = 0
    for number, mutant in enumerate(mutants(platform, version, MUTANTS, seed=2)):
        body: Any = without_nulls(mutant.body)  # what they mean depends on where they are; a real API server is asked
        structure, fast, slow = engines(platform, version, body["apiVersion"], body["kind"])
        found = ours(structure, body)
        assert bool(found) != fast.is_valid(body), (mutant.how, found, json.dumps(body))
        refused += bool(found)
        if number % SLOW_EVERY == 0:
            assert found == {at for error in slow.iter_errors(body) for at in places(error)}, json.dumps(body)
    assert MUTANTS // 5 < refused < MUTANTS * 4 // 5, "the mutants are all good, or all bad, and prove little"


@pytest.mark.parametrize(("platform", "version"), RELEASES)
def test_what_is_taken_at_once_has_no_problems(platform: str, version: str) -> None:
    """Most objects are not looked at closely: none of them may have anything that a closer look would find."""
    at_once = sound = 0
    for number, mutant in enumerate(mutants(platform, version, MUTANTS, seed=3)):
        known = kind(platform, version, mutant.body["apiVersion"], mutant.body["kind"])
        taken, problems = known.takes(mutant.body, Memo() if number % 2 else None), known.problems(mutant.body, None)
        assert not (taken and problems), (mutant.how, problems, json.dumps(mutant.body))
        at_once += taken
        sound += not problems
    assert sound * 3 // 4 < at_once, "hardly anything is taken at once, which proves little"


@pytest.mark.parametrize(("platform", "version"), RELEASES)
def test_a_part_is_sound_only_if_the_structure_takes_it(platform: str, version: str) -> None:
    """The same of structures alone, metadata included, for which whole objects have another test."""
    at_once = sound = 0
    for mutant in mutants(platform, version, MUTANTS, seed=4):
        structure, _, _ = engines(platform, version, mutant.body["apiVersion"], mutant.body["kind"])
        taken, found = soundness(structure)(mutant.body), structure.root(mutant.body)
        assert not (taken and found), (mutant.how, found, json.dumps(mutant.body))
        at_once += bool(taken)
        sound += not found
    assert sound * 3 // 4 < at_once, "hardly anything is taken at once, which proves little"


@pytest.mark.parametrize(("platform", "version"), RELEASES)
def test_every_rendered_object_has_a_schema_and_is_valid(platform: str, version: str) -> None:
    for item in seeds(platform, version):
        structure, fast, slow = engines(platform, version, item.body["apiVersion"], item.body["kind"])
        assert ours(structure, item.body) == set(), item.source
        assert fast.is_valid(item.body)
        assert slow.is_valid(item.body)
