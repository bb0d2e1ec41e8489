"""Whether what a report of a change says is so: by the rendered trees of both sides alone.

Nothing of servewright is used here. Objects are what PyYAML reads from ``rendered/``, and what is true of them is worked
out in another way than the comparison does: every object is taken apart into its leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
Leaf = tuple[str, ...]
Objects = dict[str, Json]

_GPU = "nvidia.com/gpu"
_EXPOSED = "networking.kserve.io/visibility"
_STEP = re.compile(
    r"""\.?(?P<key>[A-Za-z0-9_-]+)|\[(?P<index>\d+)\]|\['(?P<single>[^']*)'\]|\["(?P<double>[^"]*)"\]"""
    r"""|\[(?P<by>[A-Za-z]+)=(?P<quote>['"]?)(?P<value>.*?)(?P=quote)\]"""
)
# Fields of a service that reach no pod; annotations and labels nearly all do.
_NOT_OF_PODS = {"minReplicas", "maxReplicas", "deploymentStrategy"}


def tree(folder: Path) -> Objects:
    """The objects below a rendered folder, by ``Kind/namespace/name``."""
    found: Objects = {}
    for file in sorted(folder.rglob("*.yaml")):
        if file.name != "kustomization.yaml":
            for item in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader):
                metadata = item["metadata"]
                found[f"{item['kind']}/{metadata['namespace']}/{metadata['name']}"] = item
    return found


def untrue(report: Json, before: Objects, after: Objects) -> list[str]:
    """What the JSON report says and is not so, and what is so and it does not say."""
    return [*_objects(report, before, after), *_consequences(report, before, after)]


# --- objects and fields ----------------------------------------------------------------------------------------------


def _objects(report: Json, before: Objects, after: Objects) -> Iterator[str]:
    said = {item["object"]: item for item in _reported(report)}
    for identity in sorted({*before, *after}):
        old, new = before.get(identity), after.get(identity)
        change = "added" if old is None else "removed" if new is None else "changed" if old != new else None
        item = said.pop(identity, None)
        if (item and item["change"]) != change:
            yield f"{identity}: {change}, but the report says {item and item['change']}"
        elif item and old and new:
            yield from _fields(identity, item["fields"], old, new)
    yield from (f"{identity} is in neither tree" for identity in said)


def _reported(report: Json) -> Iterator[Json]:
    for part in ("deployments", "connections", "runtimes"):
        for item in report.get(part, ()):
            yield from item["objects"]


def _fields(identity: str, fields: list[Json], old: Json, new: Json) -> Iterator[str]:
    for field in fields:
        for side, body in (("from", old), ("to", new)):
            held = _at(body, field["path"])
            if held != field[side]:
                yield f"{identity} {field['path']}: {side} is {field[side]!r} in the report, {held!r} in the tree"
    first, second = dict(_leaves(old)), dict(_leaves(new))
    differ = {leaf for leaf in {*first, *second} if first.get(leaf) != second.get(leaf)}
    # An empty mapping that is filled is no leaf of its own.
    differ = {leaf for leaf in differ if not any(other[: len(leaf)] == leaf != other for other in differ)}
    said = {_leaf(field["path"]): field["path"] for field in fields}
    for leaf in sorted(differ):
        if not any(leaf[: len(path)] == path for path in said):
            yield f"{identity} {'.'.join(leaf)} differs, and the report does not say so"
    for path, text in said.items():
        if not any(leaf[: len(path)] == path for leaf in differ):
            yield f"{identity} {text} does not differ"


def _at(body: Any, path: str) -> Any:
    """The value at a path as the report writes it; None where there is none."""
    for step in _steps(path):
        if body is None:
            return None
        if step["by"]:
            body = next((item for item in body if str(item.get(step["by"])) == step["value"]), None)
        elif step["index"]:
            body = body[int(step["index"])] if int(step["index"]) < len(body) else None
        else:
            body = body.get(_key(step))
    return body


def _steps(path: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        assert match, f"`{path}` is no path from {at} on"
        yield match
        at = match.end()


def _key(step: re.Match[str]) -> str:
    return next(step[name] for name in ("key", "single", "double") if step[name] is not None)


def _leaf(path: str) -> Leaf:
    """The beginning of the leaves that are at or below a path."""
    found: list[str] = []
    for step in _steps(path):
        if step["by"] and step["by"] != "name":
            break  # leaves are counted there, not named
        found.append(f"[{step['value']}]" if step["by"] else f"[{step['index']}]" if step["index"] else _key(step))
    return tuple(found)


def _leaves(value: Any, at: Leaf = ()) -> Iterator[tuple[Leaf, Any]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*at, key))
    elif isinstance(value, list) and value:
        named = all(isinstance(item, dict) and "name" in item for item in value)
        for index, item in enumerate(value):
            yield from _leaves(item, (*at, f"[{item['name'] if named else index}]"))
    else:
        yield at, value


# --- consequences ----------------------------------------------------------------------------------------------------


def _consequences(report: Json, before: Objects, after: Objects) -> Iterator[str]:
    renamed = {
        f"{item['namespace']}/{item['renamed']}"
        for item in report["deployments"]
        if any(found["slug"] == "deployment-renamed" for found in item["consequences"])
    }
    for item in report["deployments"]:
        slugs = {found["slug"] for found in item["consequences"]}
        name = f"{item['namespace']}/{item['name']}"
        old, new = _services(before, name), _services(after, name)
        if item["change"] == "removed" and "deployment-removed" not in slugs and name not in renamed:
            yield f"{name} is removed, and nothing is said of it"
        if item["change"] == "changed" and old and new:
            yield from _of_changed(name, slugs, item, old, new)


def _of_changed(name: str, slugs: set[str], item: Json, old: list[Json], new: list[Json]) -> Iterator[str]:
    refused = any(found["severity"] == "error" for found in item["consequences"])
    restarts, differ = "model-restarts" in slugs, list(map(_pods, old)) != list(map(_pods, new))
    if restarts != differ and not refused:
        yield f"{name}: its pods {'differ' if differ else 'are the same'}, but it restarts: {restarts}"
    if _accelerators(old) != _accelerators(new) and "demand-changes" not in slugs:
        yield f"{name}: {_accelerators(old)} accelerators become {_accelerators(new)}, and nothing is said of it"
    if restarts and any(map(_recreates, new)) and "model-downtime" not in slugs:
        yield f"{name} restarts by Recreate without a downtime"
    if _exposed(new) and not _exposed(old) and "newly-exposed" not in slugs:
        yield f"{name} is exposed, and nothing is said of it"


def _services(objects: Objects, name: str) -> list[Json]:
    """The service of a deployment, and the runtime of its name."""
    kinds = ("InferenceService", "LLMInferenceService", "ServingRuntime")
    return [objects[f"{kind}/{name}"] for kind in kinds if f"{kind}/{name}" in objects]


def _pods(service: Json) -> Json:
    """What of a service reaches its pods."""
    spec = dict(service["spec"])
    if service["kind"] == "LLMInferenceService":
        spec.pop("replicas", None)
    if service["kind"] == "InferenceService":
        spec = {key: value for key, value in spec["predictor"].items() if key not in _NOT_OF_PODS}
        metadata = service["metadata"]
        spec["metadata"] = {**metadata.get("annotations", {}), **metadata.get("labels", {})}
    return spec


def _accelerators(services: list[Json]) -> int:
    total = 0
    for service in services:
        spec = service["spec"]
        if service["kind"] == "InferenceService":
            limits = spec["predictor"]["model"].get("resources", {}).get("limits", {})
            total += spec["predictor"].get("minReplicas", 1) * int(limits.get(_GPU, 0))
        elif service["kind"] == "LLMInferenceService":
            containers = spec.get("template", {}).get("containers", [])
            total += spec.get("replicas", 1) * sum(
                int(one.get("resources", {}).get("limits", {}).get(_GPU, 0)) for one in containers
            )
    return total


def _recreates(service: Json) -> bool:
    strategy = service["spec"].get("predictor", {}).get("deploymentStrategy", {})
    return bool(strategy.get("type") == "Recreate")


def _exposed(services: list[Json]) -> bool:
    return any(one["metadata"].get("labels", {}).get(_EXPOSED) == "exposed" for one in services)
