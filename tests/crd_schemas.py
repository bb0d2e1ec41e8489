"""The oracle for every emitted object: what would the API server of a release say about its structure?

`data/crds.tar.xz` holds the releases' own CustomResourceDefinitions, unchanged: KServe's of each platform release in
one folder per release (the newest is Open Data Hub's KServe main of August 2026), and in `support/` those of External
Secrets, the Open Data Hub operator and dashboard, and OpenShift (all Apache-2.0). `data/core_kinds.json` holds our own
strict schemas of the few kinds that no CRD describes, and of `metadata`.

A CRD's schema becomes plain JSON Schema with the API server's strict field validation: a field that it would prune or
refuse is an error. Not covered: CEL rules, webhooks, and the meaning of quantities.

To replace the archive: `python tests/crd_schemas.py FOLDER`, where FOLDER has one sub-folder per release and `support`.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import re
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

Schema = dict[str, Any]

_DATA: Final = Path(__file__).with_name("data")
ARCHIVE: Final = _DATA / "crds.tar.xz"

# The Open Data Hub tags of these numbers carry the product's files.
_FOLDERS: Final = {
    "openshift-ai-3.3": "openshift-ai-3.3",
    "openshift-ai-3.4": "openshift-ai-3.4",
    "openshift-ai-3.5": "openshift-ai-3.5",
    "open-data-hub-3.3": "openshift-ai-3.3",
    "open-data-hub-3.4": "openshift-ai-3.4",
    "open-data-hub-3.5": "openshift-ai-3.5",
    "open-data-hub-3.6": "open-data-hub-3.6",
}
RELEASES: Final = tuple(_FOLDERS)

_SUPPORT: Final = "support"
_SUPPORT_FILES: Final = (
    "external-secrets.io_externalsecrets.yaml",
    "infrastructure.opendatahub.io_hardwareprofiles.yaml",
    "odhdashboardconfigs.opendatahub.io.crd.yaml",
    "template.openshift.io_templates.yaml",
)


class Kind(NamedTuple):
    """One kind in one API version; `schema` is strict JSON Schema without references, equal parts shared."""

    api_version: str
    kind: str
    served: bool
    stored: bool
    schema: Schema


def problems(release: str, obj: Mapping[str, Any]) -> list[str]:
    """What a cluster of `release` would refuse or drop in the structure of `obj`, as sorted `path: message` lines.

    `release` is one of `RELEASES` (KeyError otherwise). `status` and metadata that the cluster owns are problems too,
    because nothing that we emit may hold them.
    """
    kinds = _kinds(release)
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    found = kinds.get((str(api_version), str(kind)))
    if found is None or not found.served:
        served = ", ".join(k.api_version for k in kinds.values() if k.kind == kind and k.served)
        return [f"(object): {api_version} {kind} is not served by {release}" + (f", only {served}" if served else "")]
    errors = [f"{_path(e)}: {_shortened(e.message)}" for e in _StrictValidator(found.schema).iter_errors(obj)]
    if "status" in obj:
        errors.append("status: belongs to the cluster")
    return sorted(errors)


def has_field(release: str, kind: str, path: str) -> bool:
    """Whether the stored version of `kind` declares `path`, such as `spec.template.containers[].env`.

    False as well if the release does not have the kind; LookupError if no release does, which is a typing mistake.
    """
    if not versions(release, kind):
        if not any(versions(other, kind) for other in set(_FOLDERS.values())):
            raise LookupError(f"no release has the kind {kind}")
        return False
    node: Any = next(k.schema for k in _kinds(release).values() if k.kind == kind and k.stored)
    for step in path.replace("[]", ".[]").split("."):
        node = node.get("items") if step == "[]" else node.get("properties", {}).get(step)
        if not isinstance(node, dict):
            return False
    return True


def versions(release: str, kind: str) -> dict[str, str]:
    """The served versions of `kind`, in the CRD's order: version name to `stored` or `served`."""
    return {
        k.api_version.rpartition("/")[2]: "stored" if k.stored else "served"
        for k in _kinds(release).values()
        if k.kind == kind and k.served
    }


# --- validation ------------------------------------------------------------------------------------------------------


def _unique_by_keys(_: Any, keys: dict[str, Any], items: Any, __: Schema) -> Iterator[ValidationError]:
    """`x-kubernetes-list-type: map`: no two items may agree in all keys, after the keys' defaults are filled in."""
    if not isinstance(items, list):
        return
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        identity = {key: item.get(key, default) for key, default in keys.items()}
        earlier = first.setdefault(json.dumps(identity, default=str), index)
        if earlier != index:
            same = ", ".join(f"{key} {value!r}" for key, value in identity.items())
            yield ValidationError(f"items {earlier} and {index} are duplicates: {same}")


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
    validators={"x-list-map": _unique_by_keys, "pattern": _matches_re2},
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


# --- loading ---------------------------------------------------------------------------------------------------------


@functools.cache
def _kinds(release: str) -> dict[tuple[str, str], Kind]:
    kinds = (*_core(), *_folder(_SUPPORT), *_folder(_FOLDERS[release]))
    return {(k.api_version, k.kind): k for k in kinds}


@functools.cache
def _core_document() -> Schema:
    return dict(json.loads((_DATA / "core_kinds.json").read_text()))


@functools.cache
def _core() -> tuple[Kind, ...]:
    return _unfold(_core_document())


@functools.cache
def _folder(folder: str) -> tuple[Kind, ...]:
    """The converted CRDs of one folder of the archive, from the cache if it has them: parsing takes seconds."""
    cached = _cache_folder() / f"{folder}.json"
    try:
        document = json.loads(cached.read_text())
    except (OSError, ValueError):
        document = _converted(folder)
        _store(cached, json.dumps(document))
    return _unfold(document)


@functools.cache
def _cache_folder() -> Path:
    """Named after what the result depends on, the archive and this file, so that it is never stale."""
    digest = hashlib.sha256(ARCHIVE.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "servewright-tests" / f"crds-{digest[:16]}"


def _store(path: Path, text: str) -> None:
    """Atomically, because parallel test processes do this at the same time. No cache is only slow, so no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, text=True)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        return


def _unfold(document: Schema) -> tuple[Kind, ...]:
    """Kinds whose references are replaced by the very objects they name: validation never has to look one up."""
    definitions = {**_core_document()["$defs"], **document["$defs"]}
    done: dict[str, Any] = {}

    def unfold(node: Any) -> Any:
        if isinstance(node, list):
            return [unfold(item) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return {key: unfold(value) for key, value in node.items()}
        name = reference.removeprefix("#/$defs/")
        if name not in done:
            done[name] = unfold(definitions[name])
        return done[name]

    return tuple(
        Kind(k["apiVersion"], k["kind"], k["served"], k["stored"], unfold(k["schema"])) for k in document["kinds"]
    )


# --- conversion ------------------------------------------------------------------------------------------------------

_COPIED: Final = (
    {"enum", "pattern", "minLength", "maxLength"}
    | {"minimum", "maximum", "minItems", "maxItems"}
    | {"minProperties", "maxProperties"}
)
_TRANSLATED: Final = (
    {"type", "nullable", "format", "properties", "required", "additionalProperties", "items", "anyOf"}
    | {"x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"}
    | {"x-kubernetes-list-type", "x-kubernetes-list-map-keys"}
)
_WITHOUT_EFFECT: Final = {"default", "description", "x-kubernetes-map-type", "x-kubernetes-validations"}
_RANGES: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_INT_OR_STRING: Final = [{"type": "integer"}, {"type": "string"}]


class _Pool:
    """Hands out one reference per distinct schema, so that the thousands of repeated pod parts are stored once."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names: dict[str, str] = {}

    def reference(self, schema: Schema) -> Schema:
        text = json.dumps(schema, sort_keys=True)
        name = self._names.get(text)
        if name is None:
            name = self._names[text] = str(len(self._names))
            self.definitions[name] = schema
        return {"$ref": f"#/$defs/{name}"}


def _converted(folder: str) -> Schema:
    pool = _Pool()
    kinds: list[Schema] = []
    with tarfile.open(ARCHIVE, "r:xz") as archive:
        for member in archive:
            if member.name.partition("/")[0] == folder:
                kinds.extend(converted_crd(yaml.load(archive.extractfile(member) or b"", yaml.CSafeLoader), pool))
    return {"$defs": pool.definitions, "kinds": kinds}


def converted_crd(crd: Schema, pool: _Pool) -> Iterator[Schema]:
    """One record per version of a CRD. ValueError for a schema keyword that this module does not understand."""
    spec = crd["spec"]
    kind = spec["names"]["kind"]
    for version in spec["versions"]:
        root = version["schema"]["openAPIV3Schema"]
        if kind == "Template":
            # Really served by an aggregated API that keeps the objects as they are; the CRD stands in for it.
            root["properties"]["objects"]["items"]["x-kubernetes-preserve-unknown-fields"] = True
        schema = dict(_strict(root, pool, at=kind))
        metadata = "metadata" if spec["scope"] == "Namespaced" else "clusterMetadata"
        schema["properties"] = schema["properties"] | {
            "apiVersion": {"const": f"{spec['group']}/{version['name']}"},
            "kind": {"const": kind},
            "metadata": {"$ref": f"#/$defs/{metadata}"},
        }
        schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind", "metadata"})
        yield {
            "apiVersion": f"{spec['group']}/{version['name']}",
            "kind": kind,
            "served": version["served"],
            "stored": version["storage"],
            "schema": schema,
        }


def _strict(node: Schema, pool: _Pool, at: str) -> Schema:
    if unknown := node.keys() - _COPIED - _TRANSLATED - _WITHOUT_EFFECT:
        raise ValueError(f"{at}: no translation for {', '.join(sorted(unknown))}")
    schema: Schema = {key: node[key] for key in _COPIED if key in node}
    _translate_type(node, schema, at)
    _translate_object(node, schema, pool, at)
    _translate_list(node, schema, pool, at)
    return schema


def _translate_type(node: Schema, schema: Schema, at: str) -> None:
    if node.get("x-kubernetes-int-or-string"):
        schema["type"] = ["integer", "string"]
    elif "type" in node:
        schema["type"] = [node["type"]]
    if node.get("anyOf", _INT_OR_STRING) != _INT_OR_STRING:
        raise ValueError(f"{at}: no translation for this anyOf")
    if node.get("nullable"):
        schema["type"] = [*schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    if node.get("format") in _RANGES:
        low, high = _RANGES[node["format"]]
        schema["minimum"] = max(low, schema.get("minimum", low))
        schema["maximum"] = min(high, schema.get("maximum", high))


def _translate_object(node: Schema, schema: Schema, pool: _Pool, at: str) -> None:
    properties: dict[str, Schema] = node.get("properties", {})
    if properties:
        schema["properties"] = {
            name: pool.reference(_strict(child, pool, f"{at}.{name}")) for name, child in properties.items()
        }
    # Defaults are filled in before validation, so a required field that has one may be left out.
    if required := [name for name in node.get("required", ()) if "default" not in properties.get(name, {})]:
        schema["required"] = required
    values = node.get("additionalProperties")
    if isinstance(values, dict):
        schema["additionalProperties"] = pool.reference(_strict(values, pool, at + "{}"))
    elif node.get("type") == "object" and values is not True and not node.get("x-kubernetes-preserve-unknown-fields"):
        # Also without any properties: such an object keeps none (for example a volumeClaimTemplate's metadata).
        schema["additionalProperties"] = False


def _translate_list(node: Schema, schema: Schema, pool: _Pool, at: str) -> None:
    if "items" not in node:
        return
    schema["items"] = pool.reference(_strict(node["items"], pool, at + "[]"))
    list_type = node.get("x-kubernetes-list-type")
    if list_type == "set":
        schema["uniqueItems"] = True
    elif list_type == "map":
        fields = node["items"]["properties"]
        schema["x-list-map"] = {key: fields[key].get("default") for key in node["x-kubernetes-list-map-keys"]}


# --- the archive -----------------------------------------------------------------------------------------------------


def pack(source: Path, archive: Path) -> None:
    """Writes the files of `source` that we use into `archive`; equal files give equal bytes."""
    files = [
        file for folder in sorted(set(_FOLDERS.values())) for file in (source / folder).glob("serving.kserve.io_*")
    ]
    files += [source / _SUPPORT / name for name in _SUPPORT_FILES]
    with tarfile.open(archive, "w:xz", format=tarfile.USTAR_FORMAT, preset=9) as tar:
        for file in sorted(files):
            content = file.read_bytes()
            member = tarfile.TarInfo(file.relative_to(source).as_posix())  # mode 0644, no owner, time 0
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


if __name__ == "__main__":
    pack(Path(sys.argv[1]), ARCHIVE)
