"""Which serving runtime the wizard would choose by itself: its algorithm, written again for the tests.

Independent of the compiler on purpose, and checked against every recorded selection. Facts that are not obvious:
the match is unique or there is none (no ranking); only the *first* identifier of type Accelerator filters; a format
matches by name and version, absent equals absent.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from wizard.forms import APPLICATIONS, Json

PREFIX = "opendatahub.io/"


class Cluster(NamedTuple):
    """What the choice depends on besides the choices: Templates, and ``spec`` of OdhDashboardConfig."""

    version: str
    templates: list[Json]
    config: Json


class Wanted(NamedTuple):
    """The choices: ``format`` as ``{name, version?}``, the HardwareProfile, and the project."""

    model_type: str
    format: Json
    profile: Json
    project: str = "demo"


class Outcome(NamedTuple):
    """``kind`` is template, llm-d, or (the choice is left to the user) none or several; scope global or project."""

    kind: str
    template: str | None = None
    scope: str | None = None


def choose(cluster: Cluster, wanted: Wanted) -> Outcome:
    """What ``auto`` must come to."""
    llmd = cluster.config.get("modelServing", {}).get("isLLMdDefault") and not _flag(cluster.config, "disableLLMd")
    if wanted.model_type == "generative" and llmd:
        return Outcome("llm-d")
    fitting = [template for template in _candidates(cluster, wanted) if _fits(template, wanted)]
    if len(fitting) != 1:
        return Outcome("several" if fitting else "none")
    metadata = fitting[0]["metadata"]
    return Outcome("template", metadata["name"], "global" if metadata["namespace"] == APPLICATIONS else "project")


def embedded(template: Json) -> Json:
    """The ServingRuntime inside a Template."""
    runtime: Json = template["objects"][0]
    return runtime


def _candidates(cluster: Cluster, wanted: Wanted) -> list[Json]:
    local = [template for template in cluster.templates if _offered(template, wanted.project, cluster.config)]
    shared = [template for template in cluster.templates if _offered(template, APPLICATIONS, cluster.config)]
    if cluster.version in ("3.3", "3.4"):
        # A copy in the project is one more candidate; a Template of no stated type is shown but never chosen.
        return [template for template in shared + local if wanted.model_type in _model_types(template)]
    by_name: dict[str, Json] = {}
    for template in _in_order(local, cluster.config) + _in_order(shared, cluster.config):
        by_name.setdefault(embedded(template)["metadata"]["name"], template)
    supported = [template for template in by_name.values() if not _unsupported(template)]
    return [item for item in supported if not _model_types(item) or wanted.model_type in _model_types(item)]


def _in_order(templates: list[Json], config: Json) -> list[Json]:
    """As the API lists them, then in the administrator's order; what that does not list comes first."""
    order: list[str] = config.get("templateOrder", [])

    def rank(template: Json) -> int:
        name = embedded(template)["metadata"]["name"]
        return order.index(name) if name in order else -1

    return sorted(sorted(templates, key=lambda item: str(item["metadata"]["name"])), key=rank)


def _flag(config: Json, name: str) -> bool:
    return bool(config.get("dashboardConfig", {}).get(name))


def _offered(template: Json, namespace: str, config: Json) -> bool:
    metadata = template["metadata"]
    labels = metadata.get("labels", {})
    return (
        metadata["namespace"] == namespace
        and labels.get(PREFIX + "dashboard") == "true"
        and (labels.get(PREFIX + "ootb") == "true" or not _flag(config, "disableCustomServingRuntimes"))
        and embedded(template)["metadata"]["name"] not in config.get("templateDisablement", [])
        and "single" in metadata.get("annotations", {}).get(PREFIX + "modelServingSupport", "")
    )


def _unsupported(template: Json) -> bool:
    status, accepted = (_annotation(template, key) for key in ("support-status", "unsupported-status-accepted"))
    return status == "unsupported" and accepted != "true"


def _annotation(template: Json, key: str) -> str | None:
    """An annotation of the ServingRuntime, else of its Template."""
    for item in (embedded(template), template):
        value: str | None = item["metadata"].get("annotations", {}).get(PREFIX + key)
        if value is not None:
            return value
    return None


def _model_types(template: Json) -> list[str]:
    listed = _json_list(template["metadata"].get("annotations", {}).get(PREFIX + "model-type"))
    return [item for item in listed if item in ("predictive", "generative")]


def _fits(template: Json, wanted: Wanted) -> bool:
    runtime = embedded(template)
    key = (wanted.format["name"], wanted.format.get("version"))
    if key not in [(item["name"], item.get("version")) for item in runtime["spec"]["supportedModelFormats"]]:
        return False
    accelerators = [item["identifier"] for item in wanted.profile["spec"]["identifiers"] if _is_accelerator(item)]
    recommended = runtime["metadata"].get("annotations", {}).get(PREFIX + "recommended-accelerators")
    return not accelerators or accelerators[0] in _json_list(recommended)


def _is_accelerator(identifier: Json) -> bool:
    return identifier.get("resourceType") == "Accelerator"


def _json_list(text: str | None) -> list[Any]:
    """The list in an annotation; empty when absent, broken or something else."""
    try:
        value = json.loads(text or "")
    except ValueError:
        return []
    return value if isinstance(value, list) else []
