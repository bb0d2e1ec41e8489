"""The schemas as the tests ask for them: by release, by set, and every part of them that has rules."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from servewright.catalog.release import load_release
from servewright.check import schemas
from servewright.check.cluster import Load

FOLDER = Path(__file__).parents[3] / "schemas"
OURS = {"servewright.dev", "sources"}
SETS = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and folder.name not in OURS)


def of_release(platform: str = "open-data-hub", version: str = "3.6") -> Load:
    release = load_release(platform, version)
    assert release is not None
    return functools.partial(schemas.load, release)


@functools.cache
def of_set(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(file.read_text()) for file in sorted((FOLDER / name).rglob("*.json")))


def resolved(part: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = root["$defs"][part["$ref"].removeprefix("#/$defs/")]
    return part


def parts_with_rules(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each distinct part of a schema that has rules."""
    waiting: list[Any] = [root, *root.get("$defs", {}).values()]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if isinstance(node.get("x-kubernetes-validations"), list):
                yield node
            waiting += [child for key, child in node.items() if key not in ("$defs", "x-kubernetes-validations")]
