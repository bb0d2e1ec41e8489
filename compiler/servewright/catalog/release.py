"""Releases as data: one JSON file each in ``releases/``; code asks ``release.has("…")`` and never compares versions.

Features (read from the releases' CRDs, controllers and dashboards):

runtime-scope-on-automatic        serving-runtime-scope is also written for an automatically chosen runtime (up to 3.4.3)
maas-auth-false                   Models-as-a-Service leaves enable-auth "false" on the object (up to 3.4.3)
maas-tiers                        Models-as-a-Service publishes by an annotation, to tiers; no MaaSModelRef (3.3)
route-timeout                     the wizard writes spec.predictor.timeout, default 30 seconds (from 3.4)
llm-pod-metadata                  LLMInferenceService has spec.labels and spec.annotations (from 3.4)
llm-rollout-strategy              LLMInferenceService has spec.rolloutStrategy (Open Data Hub 3.6)
llm-scheduler-resources           the scheduler of llm-d asks for 1 CPU and 2Gi, at most 6 and 16Gi (Open Data Hub 3.6)
typeless-templates-match          a Template without model-type is chosen for both types (from 3.5)
unsupported-templates-hidden      unsupported, not accepted templates are no candidates (from 3.5)
project-template-replaces-global  of two templates for one runtime name, the project's is the candidate (from 3.5)
product-images                    the product installs image digests of its own, not the defaults known here
spyre-x86-preview                 IBM Spyre on x86 is a Technology Preview
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from servewright.diagnostics.model import Severity
from servewright.record import NamedTuple

_FOLDER = os.path.join(os.path.dirname(__file__), "releases")


class Release(NamedTuple):
    """A platform release; ``runtimes`` names its built-in templates, ``llm_api_version`` what is emitted.

    ``schemas`` names the sets of schemas that its cluster goes by, see ``check/schemas.py``; ``severities`` are those
    of rules, by slug, whose fault weighs more or less in this release than by default.
    """

    platform: str
    version: str
    applications_namespace: str
    runtimes: str
    llm_api_version: str
    llm_versions_served: tuple[str, ...]
    schemas: tuple[str, ...]
    severities: Mapping[str, Severity]
    features: frozenset[str]

    @property
    def name(self) -> str:
        """``openshift-ai 3.4``."""
        return f"{self.platform} {self.version}"

    def has(self, feature: str) -> bool:
        """Whether the release has a feature of the table above."""
        return feature in self.features


def known_releases() -> list[tuple[str, str]]:
    """(platform, version) of every release with data, sorted."""
    names = (name[: -len(".json")] for name in os.listdir(_FOLDER) if name.endswith(".json"))
    return sorted((name.rpartition("-")[0], name.rpartition("-")[2]) for name in names)


def load_release(platform: str, version: str) -> Release | None:
    """The release's data, or None when there is none."""
    if (platform, version) not in known_releases():
        return None
    import json

    with open(os.path.join(_FOLDER, f"{platform}-{version}.json"), encoding="utf-8") as file:
        data = json.load(file)
    return Release(
        platform,
        version,
        data["applicationsNamespace"],
        data["runtimes"],
        data["llmInferenceService"],
        tuple(data["llmVersionsServed"]),
        tuple(data["schemas"]),
        data.get("severities", {}),
        frozenset(data["features"]),
    )
