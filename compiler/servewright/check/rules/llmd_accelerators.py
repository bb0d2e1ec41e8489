"""Fewer accelerators in a pod than its parallelism spreads the model over: vLLM fails to start.

llm-d's container starts vLLM with `--tensor-parallel-size` of `parallelism.tensor` and `dataLocal` copies a pod (KServe,
config/llmisvcconfig/config-llm-template.yaml); nothing derives the pod's resources from that. A base config may bring
accelerators: amounts are merged by their names, and the service's win.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.base_configs import bases, inside
from servewright.check.rules.containers import entries
from servewright.check.rules.parallelism import workloads
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path
from servewright.resolve.accelerators import accelerators_of

RULE = codes.LLMD_ACCELERATORS


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each workload whose pods have too few accelerators."""
    for workload in workloads(subject):
        given, needed, name = workload.given, workload.needed, workload.resource
        if given < needed and needed > 1 and not (given == 0 and _brought(subject, workload.template)):
            field = "tensor" if "tensor" in workload.parallelism else "dataLocal"
            yield Fault(
                (*workload.path, "parallelism", field),
                f"each pod runs over {needed} accelerators (`tensor` × `dataLocal`), but has {given or 'none'}"
                + (f" of `{name}`" if given else ""),
                f'write `resources: {{requests: {{{name or "nvidia.com/gpu"}: "{needed}"}}}}`, or a smaller parallelism',
            )


def _brought(subject: Subject, template: Path) -> bool:
    """Whether a base config gives the pod of ``template`` accelerators, or one may that nobody knows."""
    return any(
        base.config is None or _has_accelerators(inside(base.spec, *(str(step) for step in template[1:])))
        for base in bases(subject)
    )


def _has_accelerators(pod: object) -> bool:
    limits = [inside(container, "resources", "limits") for _, container in entries(pod, "containers")]
    return any(accelerators_of(map(str, item), None) for item in limits if isinstance(item, dict))
