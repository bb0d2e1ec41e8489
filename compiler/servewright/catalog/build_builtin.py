"""Builds the built-in runtime templates: ``python -m servewright.catalog.build_builtin [--check]``.

``templates/releases/<version>.yaml`` says what a release ships and how it differs; ``templates/runtimes/*.yaml.j2`` are
the Templates. Their renderings go into the package as ``catalog/builtin/<version>.json``, so that a run of servewright
loads one small JSON file and never imports Jinja2. Both are committed; a test fails when they disagree.

Works on a source checkout only. Nothing on the compile path imports this module.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml
from jinja2 import BaseLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from servewright.hints import Any
from servewright.record import NamedTuple

SOURCES = Path(__file__).parents[3] / "templates"
TARGET = Path(__file__).parent / "builtin"


class ReleaseFacts(NamedTuple):
    """What one release's file says.

    ``templates`` maps the names of the Templates that the release ships to the version their runtime claims, if any;
    ``has`` answers each named difference between releases; ``images`` maps image parameters to default references.
    """

    templates: Mapping[str, str | None]
    has: Mapping[str, bool]
    images: Mapping[str, str]


def environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    """Jinja2 as the runtime templates use it.

    The delimiters are ours because ``{{.Name}}`` in a runtime is KServe's to fill in. A name that is not defined is an
    error, and there is nothing to call but what a rendering is given.
    """
    jinja = ImmutableSandboxedEnvironment(
        loader=loader,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # YAML, not HTML
    )
    jinja.globals.clear()
    return jinja


def read_release(path: Path) -> ReleaseFacts:
    """Read a release's file; a section that is missing or unknown is a TypeError."""
    return ReleaseFacts(**yaml.safe_load(path.read_text(encoding="utf-8")))


def render(jinja: ImmutableSandboxedEnvironment, name: str, facts: ReleaseFacts) -> dict[str, Any]:
    """Render the Template ``name`` as ``facts``' release ships it; images stay placeholders, ``$(parameter)``."""

    def image(parameter: str) -> str:
        if parameter not in facts.images:
            raise KeyError(f"{name} uses the image parameter {parameter}, which this release does not have")
        return f"$({parameter})"

    names: dict[str, Any] = {"has": facts.has, "image": image}
    version = facts.templates[name]
    if version is not None:
        names["runtime_version"] = version
    document: dict[str, Any] = yaml.safe_load(jinja.get_template(f"{name}.yaml.j2").render(names))
    return document


def encode(images: Mapping[str, str], templates: Iterable[Mapping[str, Any]]) -> str:
    """Write a release as JSON: compact, but one Template per line so that a change shows as that Template's."""

    def compact(value: object) -> str:
        return json.dumps(value, separators=(",", ":"))

    lines = ",\n".join(compact(template) for template in templates)
    return f'{{"images":{compact(dict(sorted(images.items())))},"templates":[\n{lines}\n]}}\n'


def build(sources: Path = SOURCES) -> dict[str, str]:
    """Render every Template of every release: the generated files' names and their texts."""
    jinja = environment(FileSystemLoader(sources / "runtimes"))
    built = {}
    for path in sorted((sources / "releases").glob("*.yaml")):
        facts = read_release(path)
        templates = [render(jinja, name, facts) for name in sorted(facts.templates)]
        built[f"{path.stem}.json"] = encode(facts.images, templates)
    return built


def stale(built: Mapping[str, str], target: Path) -> list[str]:
    """List the generated files below ``target`` that are missing, differ from ``built``, or should not be there."""
    found = {path.name: path.read_text(encoding="utf-8") for path in target.glob("*.json")}
    return sorted(name for name in found.keys() | built.keys() if found.get(name) != built.get(name))


def main(arguments: list[str] | None = None) -> int:
    """Write the generated files, or with ``--check`` only compare: 1 when any is stale."""
    parser = argparse.ArgumentParser(prog="python -m servewright.catalog.build_builtin")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a generated file is stale")
    check: bool = parser.parse_args(arguments).check
    built = build()
    names = stale(built, TARGET)
    for name in names:
        print(f"{'stale' if check else 'wrote' if name in built else 'deleted'}: {TARGET / name}", file=sys.stderr)
        if check:
            continue
        if name in built:
            TARGET.mkdir(exist_ok=True)
            (TARGET / name).write_text(built[name], encoding="utf-8")
        else:
            (TARGET / name).unlink()
    return 1 if check and names else 0


if __name__ == "__main__":
    sys.exit(main())
