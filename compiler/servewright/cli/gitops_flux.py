"""``servewright gitops flux``: what makes Flux sync the tree."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.gitops_session import compiled_places, open_for
from servewright.gitops import flux

DESCRIPTION = """
Print the source, the namespaces and the Kustomizations by which Flux syncs the tree.

What is in them comes from spec.gitops of the Project and from the specs: a Kustomization for each folder
of the tree. Commit them outside the output folder, or pipe them to `kubectl apply --server-side -f -`.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing."""


def run(options: argparse.Namespace) -> int:
    """Print them; the exit code."""
    ready = open_for(options, "flux")
    places, context = compiled_places(ready)
    sys.stdout.write(flux.render(ready.project, places, context.release))
    return 0
