"""LLMInferenceServiceConfig copies: a shipped config's name changes at each platform upgrade, so it is copied.

odh-dashboard, llmd-serving deployments/deploy.ts (accelerator configs) and deployments/topology.ts (topologies).
"""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.lower.fields import IDENTITY, NAME, NAMESPACE, Body, Object, Origin, Row, annotation, label, platform
from servewright.resolve.decisions import ConfigCopy, LlmdChoice

_COPIED = Origin("config", "copied from the LLMInferenceServiceConfig of the catalog", ("spec", "llmd"))
_KNOWN_BY = platform("the dashboard recognises the copy by it")
_ROWS: tuple[Row, ...] = (
    (NAME, IDENTITY),
    (NAMESPACE, IDENTITY),
    (label(keys.CONFIG_TYPE), _KNOWN_BY),
    (("spec",), _COPIED),
)
_OF_TOPOLOGY: tuple[Row, ...] = (
    *_ROWS,
    (annotation(keys.DISPLAY_NAME), _KNOWN_BY),
    (annotation(keys.DESCRIPTION), _COPIED),
)


def lower(choice: LlmdChoice, namespace: str) -> list[Object]:
    """The configs that a deployment needs in its own namespace."""
    return [_copy(copy, namespace) for copy in choice.copies]


def _copy(copy: ConfigCopy, namespace: str) -> Object:
    source = copy.source
    metadata: Body = {"name": copy.name, "namespace": namespace}
    if copy.topology_type is None:
        annotations = keys.without_engines(source.annotations)
        copied: tuple[Row, ...] = tuple((annotation(key), _COPIED) for key in annotations)
        annotations[keys.TEMPLATE_NAME] = source.name
        rows = (*_ROWS, *copied, (annotation(keys.TEMPLATE_NAME), _KNOWN_BY))
    else:
        display = source.annotations.get(keys.DISPLAY_NAME, source.name)
        annotations = {keys.DISPLAY_NAME: f"{display} (Local Copy)"}
        if description := source.annotations.get(keys.DESCRIPTION):
            annotations[keys.DESCRIPTION] = description
        metadata["labels"] = {keys.CONFIG_TYPE: copy.topology_type}
        rows = _OF_TOPOLOGY
    metadata["annotations"] = annotations
    body: Body = {
        "apiVersion": str(source.body["apiVersion"]),
        "kind": "LLMInferenceServiceConfig",
        "metadata": metadata,
    }
    spec = source.body.get("spec")
    if spec is not None:
        body["spec"] = spec
    return Object(body, rows)
