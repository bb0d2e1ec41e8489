"""From documents to the definitions in them: CustomResourceDefinitions, alone or in a List, one kind and version each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from servewright.crds.object_metadata import restricted
from servewright.crds.share import compact, shared
from servewright.crds.structural import Schema, SchemaError, strict
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.record import NamedTuple

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_API_VERSION: Final = "apiextensions.k8s.io/v1"
_LABEL: Final = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
# They become parts of a path, so nothing else may be in them.
_GROUP: Final = re.compile(rf"({_LABEL}\.)*{_LABEL}", re.ASCII)
_VERSION: Final = re.compile(_LABEL, re.ASCII)
_KIND: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}", re.ASCII)


class Definition(NamedTuple):
    """One kind in one version that a cluster serves. ``group`` is empty for the core kinds; ``scope`` as in a CRD."""

    group: str
    version: str
    kind: str
    scope: str
    schema: Schema

    @property
    def api_version(self) -> str:
        """``group/version``, or ``v1`` for the core kinds."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def path(self) -> str:
        """Where kubeconform looks for it: its ``.Group`` is what stands before the slash of an apiVersion, or all."""
        return f"{self.group or self.version}/{self.kind.lower()}_{self.version}.json"


def definitions(document: Mapping[str, Any], at: Path = ()) -> Iterator[Definition]:
    """The served versions of every CRD in ``document``; other objects are passed over. SchemaError."""
    if document.get("kind") in ("List", "CustomResourceDefinitionList"):
        items = document.get("items")
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield from definitions(item, (*at, "items", index))
        return
    spec = document.get("spec")
    if document.get("kind") != "CustomResourceDefinition" or not isinstance(spec, dict) or "group" not in spec:
        return  # something else, or a patch of a CRD, as kustomize takes them
    if document.get("apiVersion") != _API_VERSION:
        raise SchemaError(f"only CustomResourceDefinitions of `{_API_VERSION}` are understood", (*at, "apiVersion"))
    try:
        yield from _served(spec, (*at, "spec"))
    except (AttributeError, KeyError, TypeError) as error:
        raise SchemaError(f"this CustomResourceDefinition is not complete: {error}", (*at, "spec")) from None


def _served(spec: dict[str, Any], at: Path) -> Iterator[Definition]:
    group, kind, scope = spec["group"], spec["names"]["kind"], spec["scope"]
    if not (_GROUP.fullmatch(group) and _KIND.fullmatch(kind) and scope in ("Namespaced", "Cluster")):
        raise SchemaError("its group, kind or scope is none that a cluster accepts", at)
    for index, version in enumerate(spec["versions"]):
        name = version["name"]
        if not _VERSION.fullmatch(name):
            raise SchemaError("its name is none that a cluster accepts", (*at, "versions", index, "name"))
        if version["served"]:
            path = (*at, "versions", index, "schema", "openAPIV3Schema")
            yield Definition(group, name, kind, scope, strict(version["schema"]["openAPIV3Schema"], path))


def document_schema(definition: Definition) -> Schema:
    """The schema of a whole object: identity and metadata as the API server has them, the rest as defined."""
    schema = dict(definition.schema)
    declared = schema.get("properties", {})
    schema["properties"] = {
        **declared,
        "apiVersion": {"type": "string", "enum": [definition.api_version]},
        "kind": {"type": "string", "enum": [definition.kind]},
        "metadata": restricted(declared.get("metadata", {}).get("properties", {})),
    }
    schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind", "metadata"})
    schema["type"] = "object"
    if "x-kubernetes-preserve-unknown-fields" not in schema:
        schema["additionalProperties"] = False
    identity = {"group": definition.group, "version": definition.version, "kind": definition.kind}
    return {
        "$schema": DIALECT,
        **schema,
        "x-kubernetes-group-version-kind": [identity],
        "x-servewright-scope": definition.scope,
    }


def files(found: Iterable[Definition]) -> dict[str, str]:
    """The texts of the schema files, by path. SchemaError if two definitions of one kind and version differ."""
    texts: dict[str, str] = {}
    for definition in found:
        text = compact(shared(document_schema(definition))) + "\n"
        if texts.setdefault(definition.path, text) != text:
            raise SchemaError(f"`{definition.api_version}` {definition.kind} is defined twice, and not alike")
    return dict(sorted(texts.items()))
