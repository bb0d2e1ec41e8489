"""The oracle for every emitted object: what would the API server of a release say about its structure?

The release's own schemas (``schemas/``), read with jsonschema, and in the API server's sense where JSON Schema has no
words or other ones: items of a list that are the same item, integers, bounds that a format implies, Go's patterns. On
top of that, ``data/core_kinds.json`` holds what we promise of objects that we write ourselves: names and labels that
are accepted, nothing that belongs to the cluster, no values in Secrets.

Not covered: CEL rules, webhooks, and the meaning of quantities.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from servewright.catalog.release import Release, known_releases, load_release
from servewright.check.schemas import load

Schema = dict[str, Any]

SCHEMAS: Final = Path(__file__).parents[1] / "schemas"
RELEASES: Final = tuple(f"{platform}-{version}" for platform, version in known_releases())


@functools.cache
def release_of(name: str) -> Release:
    """The release called ``openshift-ai-3.4``; KeyError if there is none."""
    platform, _, version = name.rpartition("-")
    found = load_release(platform, version)
    if found is None:
        raise KeyError(name)
    return found


def problems(release: str, obj: Mapping[str, Any]) -> list[str]:
    """What a cluster of `release` would refuse or drop in the structure of `obj`, as sorted `path: message` lines.

    `release` is one of `RELEASES` (KeyError otherwise). `status` and metadata that the cluster owns are problems too,
    because nothing that we emit may hold them.
    """
    api_version, kind = str(obj.get("apiVersion")), str(obj.get("kind"))
    promised = _promised().get((api_version, kind))
    schema = load(release_of(release), api_version, kind)
    if schema is None and kind != "Kustomization":  # which is kustomize's and no cluster's
        served = ", ".join(f"{api_version.rpartition('/')[0]}/{version}" for version in versions(release, kind))
        return [f"(object): {api_version} {kind} is not served by {release}" + (f", only {served}" if served else "")]
    errors: list[ValidationError] = []
    if promised is not None:
        errors = list(_StrictValidator(promised).iter_errors(obj))
    if schema is not None and not errors:
        errors = list(_StrictValidator(_with_our_metadata(schema)).iter_errors(obj))
    lines = [f"{_path(e)}: {_shortened(e.message)}" for e in errors]
    if "status" in obj:
        lines.append("status: belongs to the cluster")
    return sorted(lines)


def has_field(release: str, kind: str, path: str) -> bool:
    """Whether the newest version of `kind` declares `path`, such as `spec.template.containers[].env`.

    False as well if the release does not have the kind; LookupError if no release does, which is a typing mistake.
    """
    found = versions(release, kind)
    if not found:
        if not any(versions(other, kind) for other in RELEASES):
            raise LookupError(f"no release has the kind {kind}")
        return False
    root = next(reversed(found.values()))
    node: Any = root
    for step in path.replace("[]", ".[]").split("."):
        node = node.get("items") if step == "[]" else node.get("properties", {}).get(step)
        if not isinstance(node, dict):
            return False
        node = resolved(root, node)
    return True


@functools.cache
def versions(release: str, kind: str) -> dict[str, Schema]:
    """The schemas of `kind` by served version, oldest first."""
    found = {
        file.stem.rpartition("_")[2]: json.loads(file.read_text())
        for folder in reversed(release_of(release).schemas)
        for file in (SCHEMAS / folder).glob(f"*/{kind.lower()}_*.json")
        if json.loads(file.read_text())["properties"]["kind"]["enum"] == [kind]
    }
    return dict(sorted(found.items(), key=lambda item: (item[0] == "v1", item[0])))


def resolved(root: Schema, node: Schema) -> Schema:
    """What `node` of the schema `root` says, or what it refers to."""
    reference = node.get("$ref")
    return root["$defs"][reference.removeprefix("#/$defs/")] if isinstance(reference, str) else node


@functools.cache
def _promises() -> Schema:
    return dict(json.loads(Path(__file__).with_name("data").joinpath("core_kinds.json").read_text()))


@functools.cache
def _promised() -> dict[tuple[str, str], Schema]:
    shared = _promises()["$defs"]
    return {(k["apiVersion"], k["kind"]): {**k["schema"], "$defs": shared} for k in _promises()["kinds"]}


def _with_our_metadata(schema: Schema) -> Schema:
    """The schema, but for what we promise of `metadata`. Names of RBAC objects are in another syntax."""
    api_version = schema["properties"]["apiVersion"]["enum"][0]
    name = "rbacMetadata" if api_version.startswith("rbac.") else "metadata"
    if schema["x-servewright-scope"] == "Cluster":
        name = "clusterMetadata"
    properties = {**schema["properties"], "metadata": {"$ref": f"#/$defs/{name}"}}
    return {**schema, "properties": properties, "$defs": {**_promises()["$defs"], **schema.get("$defs", {})}}


# --- the API server's sense of it ------------------------------------------------------------------------------------

_RANGES: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def _unique_items(_: Any, list_type: str, items: Any, schema: Schema) -> Iterator[ValidationError]:
    """`x-kubernetes-list-type`: no two items of a set are equal, and no two of a map agree in all keys."""
    if not isinstance(items, list) or list_type == "atomic":
        return
    keys = schema.get("x-kubernetes-list-map-keys", ())
    defaults = schema["items"].get("properties", {})
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        if keys and not isinstance(item, dict):
            continue
        identity = {k: item.get(k, defaults.get(k, {}).get("default", "")) for k in keys} if keys else {"item": item}
        earlier = first.setdefault(json.dumps(identity, default=str, sort_keys=True), index)
        if earlier != index:
            same = ", ".join(f"{key} {value!r}" for key, value in identity.items())
            yield ValidationError(f"items {earlier} and {index} are duplicates: {same}")


def _unique_by_keys(_: Any, keys: dict[str, Any], items: Any, __: Schema) -> Iterator[ValidationError]:
    """`x-list-map` of core_kinds.json: as above, with the keys' defaults."""
    schema = {
        "x-kubernetes-list-map-keys": list(keys),
        "items": {"properties": {key: {"default": value} for key, value in keys.items()}},
    }
    yield from _unique_items(_, "map", items, schema)


def _in_range(_: Any, name: str, value: Any, __: Schema) -> Iterator[ValidationError]:
    if name in _RANGES and isinstance(value, int) and not isinstance(value, bool):
        low, high = _RANGES[name]
        if value > high:
            yield ValidationError(f"{value} is greater than the maximum of {high}")
        if value < low:
            yield ValidationError(f"{value} is less than the minimum of {low}")


def _matches_re2(_: Any, pattern: str, value: Any, __: Schema) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _compiled(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Go's meaning of a pattern: `$` is the very end (Python's also matches before a last newline), `\\d` is ASCII."""
    parts = re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", pattern, re.DOTALL)
    return re.compile("".join(r"\Z" if part == "$" else part for part in parts), re.ASCII)


def _is_integer(_: Any, value: Any) -> bool:
    # JSON Schema calls 1.0 an integer; in our output it would be a float that other readers see as such.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_object(_: Any, value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


_StrictValidator: Final[Any] = extend(
    Draft202012Validator,
    validators={
        "x-kubernetes-list-type": _unique_items,
        "x-list-map": _unique_by_keys,
        "pattern": _matches_re2,
        "format": _in_range,
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer).redefine("object", _is_object),
)


def _path(error: ValidationError) -> str:
    text = ""
    for step in error.absolute_path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"\w+", step):
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text or "(object)"


def _shortened(message: str) -> str:
    return message if len(message) <= 300 else message[:297] + "..."
