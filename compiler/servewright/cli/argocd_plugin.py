"""``servewright argocd-plugin``: the generate command of the Argo CD plugin (plugins/argocd, docs/plugin.md)."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator

from servewright.cli import render
from servewright.cli.session import fail
from servewright.diagnostics.escape import visible
from servewright.diagnostics.short import short
from servewright.hints import Any, NoReturn
from servewright.model.names import is_dns_label
from servewright.read.files import find_root

DESCRIPTION = """
Print the objects of the Application that Argo CD generates, as its config management plugins do.

What is rendered is what lies at or below the working directory, which is the Application's path; the plugin's parameter
`namespaces` selects of that. Nothing else in the environment is looked at, and nothing is written.
"""

# JSON: a list of {name, string | array | map}. Argo CD gives the same as PARAM_… too, which loses where a value ends.
_PARAMETERS = "ARGOCD_APP_PARAMETERS"
_NAMESPACES = "namespaces"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing, since whoever writes an Application is not trusted with options."""


def run(options: argparse.Namespace) -> int:
    """Render to stdout; the exit code."""
    at_root = find_root(options.directory) == os.path.abspath(options.directory)
    namespaces = _namespaces(os.environ.get(_PARAMETERS, ""))
    parser = argparse.ArgumentParser()
    render.arguments(parser)
    chosen = ["--namespace", ",".join(namespaces)] if namespaces else []
    parser.parse_args(["--stdout", "--jobs", "1", *chosen, *([] if at_root else ["."])], options)
    return render.run(options)


def _namespaces(text: str) -> list[str]:
    """What the parameter says; anything that is not understood is refused, never passed over."""
    found: list[str] | None = None
    for name, value in _parameters(text):
        if name != _NAMESPACES:
            _refuse(f"the plugin has no parameter `{_shown(name)}`")
        if found is not None:
            _refuse(f"the parameter `{_NAMESPACES}` is given twice")
        if not isinstance(value, list):
            _refuse(f"the parameter `{_NAMESPACES}` is no array")
        if not value:
            _refuse(f"the parameter `{_NAMESPACES}` is empty")
        for item in value:
            if not isinstance(item, str) or not is_dns_label(item):
                _refuse(f"`{_shown(item)}` is not the name of a namespace")
        found = value
    return found or []


def _parameters(text: str) -> Iterator[tuple[object, object]]:
    """Name of each parameter, and its value if that is an array and nothing else."""
    try:
        document: Any = json.loads(text) if text else None
    except (ValueError, RecursionError):
        _refuse(f"{_PARAMETERS} is not JSON")
    if document is None:  # there are none
        return
    if not isinstance(document, list) or not all(isinstance(item, dict) for item in document):
        _refuse(f"{_PARAMETERS} is not a list of parameters")
    for item in document:
        yield item.get("name"), item.get("array") if len(item) == 2 else None


def _shown(value: object) -> str:
    return visible(short(str(value), 80))


def _refuse(message: str) -> NoReturn:
    fail(
        message,
        "write into the Application's `spec.source.plugin`:\n"
        f"      parameters:\n      - name: {_NAMESPACES}\n        array: [my-namespace]\n"
        "    or leave the parameters out to render everything below the Application's path",
    )
