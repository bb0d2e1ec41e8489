"""From documents to the definitions in them: CustomResourceDefinitions, alone or in a List, one kind and version each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from servewright.crds.object_metadata import restricted
from servewright.crds.share import compact, shared
from servewright.crds.structural import Schema, SchemaError, strict

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
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


def definitions(document: Mapping[str, Any]) -> Iterator[Definition]:
    """The served versions of every CRD in ``document``; other objects are passed over. SchemaError."""
    if document.get("kind") in ("List", "CustomResourceDefinitionList"):
        for item in document.get("items") or ():
            if isinstance(item, dict):
                yield from definitions(item)
        return
    if document.get("kind") != "CustomResourceDefinition":
        return
    spec = document.get("spec")
    if not isinstance(spec, dict) or "group" not in spec:
        return  # a patch of one, as kustomize takes them
    if document.get("apiVersion") != "apiextensions.k8s.io/v1":
        raise SchemaError(f"`{document.get('apiVersion')}` is not supported; export it as `apiextensions.k8s.io/v1`")
    try:
        yield from _served(spec)
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(f"this is no complete CustomResourceDefinition ({error})") from None


def _served(spec: dict[str, Any]) -> Iterator[Definition]:
    group, kind, scope = spec["group"], spec["names"]["kind"], spec["scope"]
    if not (_GROUP.fullmatch(group) and _KIND.fullmatch(kind) and scope in ("Namespaced", "Cluster")):
        raise SchemaError(f"`{group}`, `{kind}` and `{scope}` are no group, kind and scope")
    for version in spec["versions"]:
        name = version["name"]
        if not _VERSION.fullmatch(name):
            raise SchemaError(f"`{name}` is no version")
        if version["served"]:
            schema = strict(version["schema"]["openAPIV3Schema"], f"{kind} {name}")
            yield Definition(group, name, kind, scope, schema)


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
