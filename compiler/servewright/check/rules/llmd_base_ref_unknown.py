"""Base configs that nobody knows to be there: the service would stay at PresetsCombined=False, ConfigNotFound.

KServe, llmisvc/config_merge.go: looked up in the service's namespace, then in the system namespace. Presets that the
platform ships have its version in their name (kserve-module versioning.go): `kserve-config-llm-…` of upstream is
not there, and `v3-4-0-kserve-config-llm-…` is gone after the next upgrade.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Where

RULE = codes.LLMD_BASE_REF_UNKNOWN
_PRESET = r"(v\d+-\d+-\d+-)?kserve-config-llm-"


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each base config that is neither in the output nor in the catalog."""
    context, namespace = subject.context, subject.decisions.naming.namespace
    copied = {copy.name for copy in subject.decisions.llmd.copies}
    for index, reference in enumerate(subject.spec.get("baseRefs", ())):
        name = reference["name"]
        if name in copied:
            continue
        configs = context.catalog.llm_configs
        known = configs.get((namespace, name)) or configs.get((context.applications_namespace, name))
        path = ("spec", "baseRefs", index, "name")
        if re.match(_PRESET, name):
            yield Fault(
                path,
                f"`{name}` is a preset of the platform, and its name changes with each upgrade",
                "write `llmd: {config: …}` with its name instead: then it is copied into the project, under a name that stays",
            )
        elif known is None:
            yield Fault(
                path,
                f"the catalog has no LLMInferenceServiceConfig `{name}`; without it the service never gets ready",
                f"export it into the catalog: `oc get llminferenceserviceconfig {name} -n {namespace} -o yaml`",
            )
        elif (version := known.body["apiVersion"]) not in context.release.llm_versions_served:
            yield Fault(
                path,
                f"the catalog has the LLMInferenceServiceConfig `{name}` as `{version}`, which {context.release.name} does not serve",
                f"export it from a cluster of {context.release.name}, or name that cluster's release in servewright.yaml",
                notes=(Note("the config", Where(known.where.document, ("apiVersion",))),),
            )
