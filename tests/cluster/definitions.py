"""The CustomResourceDefinitions of each release, for an API server."""

from __future__ import annotations

import functools
import tarfile
from collections.abc import Iterator
from typing import Any, Final

import yaml

from crd_schemas import ARCHIVE

Json = dict[str, Any]

# The folders of the archive. Releases of Open Data Hub and OpenShift AI with one number have the same definitions.
RELEASES: Final = ("openshift-ai-3.3", "openshift-ai-3.4", "openshift-ai-3.5", "open-data-hub-3.6")

_SUPPORT: Final = "support"


@functools.cache
def crds_of(release: str) -> tuple[Json, ...]:
    """KServe's definitions as ``release`` installs them."""
    assert release in RELEASES, release
    return tuple(_read(release))


@functools.cache
def support() -> tuple[Json, ...]:
    """Definitions that are the same for all releases: those of External Secrets, Open Data Hub and OpenShift."""
    return (*_read(_SUPPORT), _MAAS_MODEL_REF)


def with_conversion(definition: Json, conversion: Json) -> Json:
    """A definition as it is applied: what the cluster owns is left out, and versions are converted like this."""
    metadata = {key: definition["metadata"][key] for key in ("name", "labels") if key in definition["metadata"]}
    return {
        "apiVersion": definition["apiVersion"],
        "kind": definition["kind"],
        "metadata": metadata,
        "spec": {**definition["spec"], "conversion": conversion},
    }


def _read(folder: str) -> Iterator[Json]:
    with tarfile.open(ARCHIVE, "r:xz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.startswith(f"{folder}/") else None
            if file is not None:
                documents = yaml.load_all(file.read(), yaml.CSafeLoader)
                yield from (item for item in documents if item["kind"] == "CustomResourceDefinition")


# No definition of this kind is published; its fields are those that the dashboard writes.
_MAAS_MODEL_REF: Final[Json] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "maasmodelrefs.maas.opendatahub.io"},
    "spec": {
        "group": "maas.opendatahub.io",
        "names": {
            "kind": "MaaSModelRef",
            "listKind": "MaaSModelRefList",
            "plural": "maasmodelrefs",
            "singular": "maasmodelref",
        },
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "required": ["spec"],
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["modelRef"],
                                "properties": {
                                    "modelRef": {
                                        "type": "object",
                                        "required": ["kind", "name"],
                                        "properties": {"kind": {"type": "string"}, "name": {"type": "string"}},
                                    }
                                },
                            }
                        },
                    }
                },
            }
        ],
    },
}
