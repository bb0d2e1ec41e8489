"""Pipeline parallelism over several nodes: no release ships the preset that the controller looks for.

KServe, pkg/controller/v1alpha2/llmisvc/config_merge.go: with `worker` and `parallelism.pipeline` it wants
`<prefix>config-llm-[decode-|prefill-]worker-pipeline-parallel`; config/llmisvcconfig has none of these, so the service
stays at PresetsCombined=False, ConfigNotFound. An administrator may have installed one.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path

RULE = codes.LLMD_PIPELINE_PRESET
ENDING = "-worker-pipeline-parallel"


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each multi-node workload with a pipeline that no preset of the catalog serves."""
    spec = subject.spec
    for path, workload in ((("spec",), spec), (("spec", "prefill"), spec.get("prefill") or {})):
        if "worker" in workload and "pipeline" in workload.get("parallelism", {}) and not _preset(subject):
            where: Path = (*path, "parallelism", "pipeline")
            yield Fault(
                where,
                f"{subject.context.release.name} has no preset for a pipeline over several nodes, so the service would never get ready",
                f"use `data` and `dataLocal`; or export the LLMInferenceServiceConfig `…{ENDING}` of your cluster into the catalog",
            )


def _preset(subject: Subject) -> bool:
    return any(name.endswith(ENDING) for _, name in subject.context.catalog.llm_configs)
