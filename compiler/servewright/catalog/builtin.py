"""The runtime templates that a release of the platform brings along.

They are loaded from ``builtin/<version>.json``, which :mod:`servewright.catalog.build_builtin` renders from
``templates/`` at development time: one read, no template engine. What the operator does to them when it installs them
is done here: the applications namespace is set and each ``$(parameter)`` gives way to an image.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping

from servewright.hints import Any

_images: dict[str, Mapping[str, str]] = {}
_unused: dict[str, Any] = {}
"""What was read for its images alone: the next one who asks for the templates gets it."""


def load_builtin(runtimes_version: str, images: Mapping[str, str], namespace: str) -> tuple[dict[str, Any], ...]:
    """Return the Templates that a release installs, by name, as if exported from a cluster.

    ``runtimes_version`` is the release's own ``X.Y``. ``images`` holds references by image parameter; the release's
    default stands in for a parameter that it does not name, and one that no template uses is ignored. ``namespace`` is
    the applications namespace. The documents are the caller's to keep: every call makes new ones. A version that
    servewright does not bring along is a FileNotFoundError.
    """
    release = _unused.pop(runtimes_version, None) or _read(runtimes_version)
    references = {**release["images"], **images}
    templates: list[dict[str, Any]] = release["templates"]
    for template in templates:
        template["metadata"]["namespace"] = namespace
        for runtime in template["objects"]:
            for container in _containers(runtime["spec"]):
                container["image"] = references[container["image"][2:-1]]
    return tuple(templates)


def image_parameters(runtimes_version: str) -> Mapping[str, str]:
    """Return the image parameters that a release's templates use, each with its default reference."""
    if runtimes_version not in _images:
        _unused[runtimes_version] = _read(runtimes_version)
    return _images[runtimes_version]


def _containers(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from spec["containers"]
    yield from spec.get("workerSpec", {}).get("containers", ())


def _read(version: str) -> Any:
    import json

    path = os.path.join(os.path.dirname(__file__), "builtin", f"{version}.json")
    with open(path, encoding="utf-8") as file:
        release = json.load(file)
    _images[version] = release["images"]
    return release
