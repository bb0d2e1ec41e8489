"""LLMInferenceServiceConfig copies: a shipped config's name changes at each platform upgrade, so it is copied.

odh-dashboard, llmd-serving deployments/deploy.ts (accelerator configs) and deployments/topology.ts (topologies).
"""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.lower.fields import ANNOTATIONS, LABELS, TOP, Object, Origin, Row, build, identity, platform
from servewright.resolve.decisions import ConfigCopy, LlmdChoice

_COPIED = Origin("config", "copied from the LLMInferenceServiceConfig of the catalog", ("spec", "llmd"))
_KNOWN_BY = platform("the dashboard recognises the copy by it")


def lower(choice: LlmdChoice, namespace: str) -> list[Object]:
    """The configs that a deployment needs in its own namespace."""
    return [_copy(copy, namespace) for copy in choice.copies]


def _copy(copy: ConfigCopy, namespace: str) -> Object:
    source = copy.source
    labels: list[Row] = []
    if copy.topology_type is None:
        annotations: list[Row] = [
            (key, value, _COPIED) for key, value in keys.without_engines(source.annotations).items()
        ]
        annotations.append((keys.TEMPLATE_NAME, source.name, _KNOWN_BY))
    else:
        display = source.annotations.get(keys.DISPLAY_NAME, source.name)
        annotations = [
            (keys.DISPLAY_NAME, f"{display} (Local Copy)", _KNOWN_BY),
            (keys.DESCRIPTION, source.annotations.get(keys.DESCRIPTION) or None, _COPIED),
        ]
        labels.append((keys.CONFIG_TYPE, copy.topology_type, _KNOWN_BY))
    return build(
        str(source.body["apiVersion"]),
        "LLMInferenceServiceConfig",
        identity(copy.name, namespace),
        (LABELS, labels),
        (ANNOTATIONS, annotations),
        (TOP, [("spec", source.body.get("spec"), _COPIED)]),
    )
