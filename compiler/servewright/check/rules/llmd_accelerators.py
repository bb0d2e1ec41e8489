"""Fewer accelerators in a pod than its parallelism spreads the model over: vLLM fails to start.

llm-d's container starts vLLM with `--tensor-parallel-size` of `parallelism.tensor` and `dataLocal` copies a pod (KServe,
config/llmisvcconfig/config-llm-template.yaml); nothing derives the pod's resources from that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path
from servewright.model.quantity import NANO, parse
from servewright.resolve.accelerators import accelerators_of

RULE = codes.LLMD_ACCELERATORS


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each workload whose pods have too few accelerators."""
    spec = subject.spec
    for path, workload in ((("spec",), spec), (("spec", "prefill"), spec.get("prefill") or {})):
        spread = workload.get("parallelism", {})
        needed = spread.get("tensor", 1) * spread.get("dataLocal", 1)
        if needed == 1:
            continue
        given, name = accelerators(workload["template"], subject)
        if given < needed:
            field = "tensor" if "tensor" in spread else "dataLocal"
            where: Path = (*path, "parallelism", field)
            yield Fault(
                where,
                f"each pod runs over {needed} accelerators (`tensor` × `dataLocal`), but has {given or 'none'}"
                + (f" of `{name}`" if given else ""),
                f'write `resources: {{requests: {{{name or "nvidia.com/gpu"}: "{needed}"}}}}`, or a smaller parallelism',
            )


def accelerators(template: dict[str, Any], subject: Subject) -> tuple[int, str]:
    """How many accelerators a pod has, and of which resource (if of several, the first by name)."""
    limits: dict[str, str] = template["containers"][0]["resources"].get("limits", {})
    names = accelerators_of(limits, subject.decisions.hardware.profile) & limits.keys()
    total = sum(quantity.value // NANO for name in names if (quantity := parse(limits[name])) is not None)
    return total, min(names, default="")
