"""What others say about objects, as sets of those that they refuse."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import jsonschema
import jsonschema_rs

from differential.corpus import ROOT
from differential.mutate import Mutant
from go_tools import kubeconform
from servewright.check import schemas
from servewright.check.cluster import NOT_REFUSED, check_object

Json = dict[str, Any]
Verdicts = list[bool]
"""For each mutant whether it is refused."""


def ours(mutant: Mutant) -> frozenset[str]:
    """The reasons for which we say that the API server would refuse it."""
    load = functools.partial(schemas.load, mutant.seed.release)
    return frozenset(item.reason for item in check_object(mutant.body, load) if item.reason not in NOT_REFUSED)


def by_jsonschema(mutants: Sequence[Mutant]) -> Verdicts:
    """jsonschema, the reference in Python."""
    return [not _reference(_schema(mutant)).is_valid(mutant.body) for mutant in mutants]


def by_jsonschema_rs(mutants: Sequence[Mutant]) -> Verdicts:
    """jsonschema-rs, an implementation of its own in Rust."""
    return [not _fast(_schema(mutant)).is_valid(mutant.body) for mutant in mutants]


def by_kubeconform(mutants: Sequence[Mutant], folder: Path) -> Verdicts:
    """kubeconform -strict with the schemas of the mutants' release, which must be one; a file for each mutant."""
    for number, mutant in enumerate(mutants):
        (folder / f"{number}.json").write_text(json.dumps(mutant.body, ensure_ascii=False), encoding="utf-8")
    layout = "{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"
    (sets,) = {mutant.seed.release.schemas for mutant in mutants}
    locations = [word for name in sets for word in ("-schema-location", f"{ROOT}/schemas/{name}/{layout}")]
    command = [str(kubeconform()), "-n", "2", "-strict", "-verbose", "-output", "json", *locations, str(folder)]
    answer = json.loads(subprocess.run(command, capture_output=True, check=False, timeout=600).stdout)
    refused = {}
    for item in answer["resources"]:
        number = int(re.search(r"(\d+)\.json$", item["filename"])[1])  # type: ignore[index]
        refused[number] = item["status"] != "statusValid"
    assert len(refused) == len(mutants), "kubeconform did not look at all of them"
    return [refused[number] for number in range(len(mutants))]


# Every oracle that needs no cluster; kubeconform wants a folder.
LIBRARIES: Final[dict[str, Callable[[Sequence[Mutant]], Verdicts]]] = {
    "jsonschema": by_jsonschema,
    "jsonschema-rs": by_jsonschema_rs,
}


def _schema(mutant: Mutant) -> str:
    release = mutant.seed.release
    return f"{release.platform} {release.version} {mutant.body['apiVersion']} {mutant.body['kind']}"


@functools.cache
def _loaded(identity: str) -> Json:
    from servewright.catalog.release import load_release

    platform, version, api_version, kind = identity.split(" ")
    release = load_release(platform, version)
    assert release is not None
    schema = schemas.load(release, api_version, kind)
    assert schema is not None
    return schema


@functools.cache
def _reference(identity: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(_loaded(identity))


@functools.cache
def _fast(identity: str) -> Any:
    return jsonschema_rs.validator_for(_loaded(identity))
