"""MaaSModelRef: publishes an LLMInferenceService as Models-as-a-Service.

Releases that publish by tiers have no such kind; there an annotation of the service does it.
"""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.lower.fields import IDENTITY, NAME, NAMESPACE, Body, Object, Row, annotation, from_spec
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

_ROWS: tuple[Row, ...] = (
    (NAME, IDENTITY),
    (NAMESPACE, IDENTITY),
    (annotation(keys.DISPLAY_NAME), from_spec("spec.displayName")),
    (annotation(keys.DESCRIPTION), from_spec("spec.description")),
    (("spec", "modelRef"), from_spec("spec.llmd.maas")),
)


def lower(decisions: Decisions, context: Context) -> list[Object]:
    """One object when the deployment is published, else none."""
    spec, naming = decisions.deployment.spec, decisions.naming
    if not (spec.llmd and spec.llmd.maas) or context.release.has("maas-tiers"):
        return []
    annotations = {keys.DISPLAY_NAME: naming.display_name}
    if spec.description:
        annotations[keys.DESCRIPTION] = spec.description
    body: Body = {
        "apiVersion": "maas.opendatahub.io/v1alpha1",
        "kind": "MaaSModelRef",
        "metadata": {"name": naming.name, "namespace": naming.namespace, "annotations": annotations},
        "spec": {"modelRef": {"kind": "LLMInferenceService", "name": naming.name}},
    }
    return [Object(body, _ROWS)]
