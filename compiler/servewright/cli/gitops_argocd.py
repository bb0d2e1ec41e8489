"""``servewright gitops argocd``: what makes Argo CD sync the tree."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.gitops_session import compiled_places, open_for, output_of
from servewright.gitops import argocd

DESCRIPTION = """
Print the ApplicationSet, or the Applications, by which Argo CD syncs the tree.

What is in them comes from spec.gitops of the Project. Commit them outside the output folder, or pipe
them to `kubectl apply --server-side -f -`.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--health",
        choices=("configmap", "operator"),
        help="print the health checks of models instead: for the ConfigMap argocd-cm, or for the ArgoCD object of the "
        "OpenShift GitOps operator",
    )


def run(options: argparse.Namespace) -> int:
    """Print them; the exit code."""
    if options.health:
        from servewright.gitops import health

        sys.stdout.write(health.render(open_for(options, None).project, options.health))
        return 0
    ready = open_for(options, "argocd")
    if ready.project.spec.gitops.argocd.application_set:
        places = output_of(ready)
    else:
        places, _ = compiled_places(ready)
    sys.stdout.write(argocd.render(ready.project, places))
    return 0
