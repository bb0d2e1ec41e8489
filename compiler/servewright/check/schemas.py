"""The schemas of the kinds that a release's cluster knows: ``schemas/<set>/…``, read when they are asked for.

Which sets a release uses is data of the release; the first that has the kind wins. In a wheel they lie in
``share/schemas`` of the package, in a source checkout beside it.
"""

from __future__ import annotations

import os
from functools import cache

from servewright.catalog.release import Release
from servewright.hints import Any

_PACKAGE = os.path.dirname(os.path.dirname(__file__))


def load(release: Release, api_version: str, kind: str) -> dict[str, Any] | None:
    """The schema of a kind, or None if the release has none of that apiVersion.

    Every caller gets the same object, so it must not be changed. A file is read at most once.
    """
    return _load(release.schemas, api_version, kind)


@cache
def _load(sets: tuple[str, ...], api_version: str, kind: str) -> dict[str, Any] | None:
    group, _, version = api_version.rpartition("/")
    group = group or version  # the core kinds have none
    # They come from documents, and become a path: letters, digits, and what stands between them in a group.
    if not (kind.isalnum() and version.isalnum() and group.replace(".", "").replace("-", "").isalnum()):
        return None
    for folder in sets:
        found = _read(f"{folder}/{group}/{kind.lower()}_{version}.json")
        if found is not None:
            # The file's name says it in lower case only.
            identity = found["properties"]
            return (
                found
                if identity["kind"]["enum"] == [kind] and identity["apiVersion"]["enum"] == [api_version]
                else None
            )
    return None


@cache
def _read(name: str) -> dict[str, Any] | None:
    import json

    try:
        with open(os.path.join(schema_folder(), name), encoding="utf-8") as file:
            schema: dict[str, Any] = json.load(file)
    except FileNotFoundError:
        return None
    return schema


@cache
def schema_folder() -> str:
    """Where the sets of schemas are."""
    installed = os.path.join(_PACKAGE, "share", "schemas")
    return installed if os.path.isdir(installed) else os.path.join(_PACKAGE, "..", "..", "schemas")
