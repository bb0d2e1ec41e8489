"""MaaSModelRef: publishes an LLMInferenceService as Models-as-a-Service.

Releases that publish by tiers have no such kind; there an annotation of the service does it.
"""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.lower.fields import ANNOTATIONS, Object, build, from_spec, identity
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

_FROM_MAAS = from_spec("spec.llmd.maas")


def lower(decisions: Decisions, context: Context) -> list[Object]:
    """One object when the deployment is published, else none."""
    spec, naming = decisions.deployment.spec, decisions.naming
    if not (spec.llmd and spec.llmd.maas) or context.release.has("maas-tiers"):
        return []
    return [
        build(
            "maas.opendatahub.io/v1alpha1",
            "MaaSModelRef",
            identity(naming.name, naming.namespace),
            (
                ANNOTATIONS,
                [
                    (keys.DISPLAY_NAME, naming.display_name, from_spec("spec.displayName")),
                    (keys.DESCRIPTION, spec.description or None, from_spec("spec.description")),
                ],
            ),
            (("spec",), [("modelRef", {"kind": "LLMInferenceService", "name": naming.name}, _FROM_MAAS)]),
        )
    ]
