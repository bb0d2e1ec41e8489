"""Objects to start from: everything that the golden repositories and the examples render to, for every release."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from harness import tree
from servewright import Repository, compile_repository
from servewright.catalog.release import Release, load_release
from test_golden import cases

ROOT = Path(__file__).parents[2]
RELEASES = (
    ("openshift-ai", "3.3"),
    ("openshift-ai", "3.4"),
    ("openshift-ai", "3.5"),
    ("open-data-hub", "3.6"),
)
_PLATFORM = re.compile(r"^\s*platform:.*$", re.MULTILINE)
Body = dict[str, Any]


class Seed(NamedTuple):
    """An object of a release, and where it comes from."""

    release: Release
    source: str
    body: Body


@cache
def seeds(platform: str, version: str) -> tuple[Seed, ...]:
    """Every different object that is rendered for a release, the shortest of each shape first."""
    release = load_release(platform, version)
    assert release is not None
    repositories = {case.name: case.inputs for case in cases()}
    repositories["examples"] = {
        path: text for path, text in tree(ROOT / "examples").items() if not path.startswith("rendered/")
    }
    found: dict[str, Seed] = {}
    for name, files in sorted(repositories.items()):
        compilation = compile_repository(Repository.of({**files, "servewright.yaml": _for(files, release)}))
        for item in compilation.objects:
            body = copy.deepcopy(item.body)
            found.setdefault(_shape(body), Seed(release, f"{name}: {'/'.join(item.identity)}", body))
    return tuple(found[shape] for shape in sorted(found, key=lambda shape: (len(shape), shape)))


def _for(files: dict[str, str] | Any, release: Release) -> str:
    """The Project of ``files``, of another release."""
    text = _PLATFORM.sub("", files["servewright.yaml"])
    line = f'  platform: {{name: {release.platform}, version: "{release.version}"}}\n'
    if re.search(r"^spec:\s*$", text, re.MULTILINE):
        return re.sub(r"^spec:\s*$\n", lambda match: match.group() + line, text, count=1, flags=re.MULTILINE)
    if "\nspec:" in text:
        return text  # in one line, with its own platform
    return f"{text.rstrip()}\nspec:\n{line}"


def _shape(value: Body) -> str:
    """What kind of object it is: field names and types, with list items merged; names and texts do not count."""

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(item) for key, item in value.items()}
        if isinstance(value, list):
            return sorted({json.dumps(shape(item), sort_keys=True) for item in value})
        return type(value).__name__

    return json.dumps([value.get("apiVersion"), value.get("kind"), shape(value)], sort_keys=True)
