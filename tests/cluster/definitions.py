"""The CustomResourceDefinitions of each release, for an API server."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from servewright.crds.sources import texts

Json = dict[str, Any]

# Folders of the archives. Releases of Open Data Hub and OpenShift AI with one number have the same definitions.
RELEASES: Final = ("openshift-ai-3.3", "openshift-ai-3.4", "openshift-ai-3.5", "open-data-hub-3.6")

SOURCES: Final = Path(__file__).parents[2] / "schemas/sources"
_SUPPORT: Final = ("external-secrets", "odh-platform", "openshift", "maas")


@functools.cache
def crds_of(release: str) -> tuple[Json, ...]:
    """KServe's definitions as ``release`` installs them."""
    assert release in RELEASES, release
    return tuple(_read(release))


@functools.cache
def support() -> tuple[Json, ...]:
    """Definitions that are the same for all releases: those of External Secrets, Open Data Hub and OpenShift."""
    return tuple(item for folder in _SUPPORT for item in _read(folder))


@functools.cache
def flux() -> tuple[Json, ...]:
    """Definitions of Flux: Kustomization, and the sources that one may name."""
    return (*_read("flux"), _BUCKET)


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
    for path, text in texts(SOURCES):
        if path.startswith(f"{folder}/"):
            documents = yaml.load_all(text, yaml.CSafeLoader)
            yield from (item for item in documents if item["kind"] == "CustomResourceDefinition")


# kustomize-controller watches all kinds of source; of this one there is none, so its fields do not matter.
_BUCKET: Final[Json] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "buckets.source.toolkit.fluxcd.io"},
    "spec": {
        "group": "source.toolkit.fluxcd.io",
        "names": {"kind": "Bucket", "listKind": "BucketList", "plural": "buckets", "singular": "bucket"},
        "scope": "Namespaced",
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
        ],
    },
}
