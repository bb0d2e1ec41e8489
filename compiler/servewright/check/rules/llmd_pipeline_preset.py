"""Pipeline parallelism over several nodes: no release ships the preset that the controller looks for.

KServe, pkg/controller/v1alpha2/llmisvc/config_merge.go: with `worker` and `parallelism.pipeline` it wants
`<prefix>config-llm-[decode-|prefill-]worker-pipeline-parallel`; config/llmisvcconfig has none of these, so the service
stays at PresetsCombined=False, ConfigNotFound. An administrator may have installed one.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes

RULE = codes.LLMD_PIPELINE_PRESET


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each multi-node workload with a pipeline that no preset of the catalog serves."""
    spec = subject.spec
    prefill = spec.get("prefill")
    for path, workload, role in (
        (("spec",), spec, "decode-" if prefill else ""),
        (("spec", "prefill"), prefill, "prefill-"),
    ):
        if workload is None or "worker" not in workload or "pipeline" not in workload.get("parallelism", {}):
            continue
        ending = f"-config-llm-{role}worker-pipeline-parallel"
        if not _known(ending, subject):
            yield Fault(
                (*path, "parallelism", "pipeline"),
                f"{subject.context.release.name} has no preset for a pipeline over several nodes, so the service would never get ready",
                f"use `data` and `dataLocal`; or export the LLMInferenceServiceConfig `…{ending[1:]}` of your cluster into the catalog",
            )


def _known(ending: str, subject: Subject) -> bool:
    places = (subject.decisions.naming.namespace, subject.context.applications_namespace)
    return any(place in places and f"-{name}".endswith(ending) for place, name in subject.context.catalog.llm_configs)
