"""Fewer accelerators in a pod than its parallelism spreads the model over: vLLM fails to start.

llm-d's container starts vLLM with `--tensor-parallel-size` of `parallelism.tensor` and `dataLocal` copies a pod (KServe,
config/llmisvcconfig/config-llm-template.yaml); nothing derives the pod's resources from that.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.parallelism import workloads
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes

RULE = codes.LLMD_ACCELERATORS


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each workload whose pods have too few accelerators."""
    for workload in workloads(subject):
        given, needed, name = workload.given, workload.needed, workload.resource
        if given < needed and needed > 1:
            field = "tensor" if "tensor" in workload.parallelism else "dataLocal"
            yield Fault(
                (*workload.path, "parallelism", field),
                f"each pod runs over {needed} accelerators (`tensor` × `dataLocal`), but has {given or 'none'}"
                + (f" of `{name}`" if given else ""),
                f'write `resources: {{requests: {{{name or "nvidia.com/gpu"}: "{needed}"}}}}`, or a smaller parallelism',
            )
