"""``servewright schema``: JSON Schema of the inputs, for editors."""

from __future__ import annotations

import argparse
import json

from servewright.schema import KINDS, json_schema

DESCRIPTION = """
Print the JSON Schema of KIND, or of all inputs together.

Editors with a YAML language server take it from a first line like
# yaml-language-server: $schema=../schemas/servewright.dev/modeldeployment_v1alpha1.json
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    by_lower_case = {kind.lower(): kind for kind in KINDS}
    parser.add_argument(
        "kind",
        nargs="?",
        metavar="KIND",
        type=lambda text: by_lower_case.get(text.lower(), text),
        choices=KINDS,
        help=", ".join(KINDS),
    )


def run(options: argparse.Namespace) -> int:
    """Print it; the exit code."""
    print(json.dumps(json_schema(options.kind), indent=2, ensure_ascii=False))
    return 0
