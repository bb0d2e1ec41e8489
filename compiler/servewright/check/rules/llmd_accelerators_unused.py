"""More accelerators in a pod than its parallelism spreads the model over: the others are reserved and idle.

As in llmd_accelerators. A base config may give a parallelism of its own, so nothing is said where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.parallelism import workloads
from servewright.check.rules.pod_accelerators import amount_path
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Where

RULE = codes.LLMD_ACCELERATORS_UNUSED


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each workload whose pods have too many accelerators."""
    if subject.spec.get("baseRefs"):
        return
    for workload in workloads(subject):
        given, needed, name = workload.given, workload.needed, workload.resource
        # Without a worker, `pipeline` splits the model inside of the pod.
        if given > needed and ("worker" in workload.fields or "pipeline" not in workload.parallelism):
            spread = workload.parallelism.get("dataLocal", 1)
            place = "llmd.prefill.parallelism" if "prefill" in workload.path else "llmd.parallelism"
            better = (
                f"write `{place}: {{tensor: {given // spread}}}`, or "
                if given % spread == 0
                else f"choose `{place}.tensor` and `dataLocal` so that their product is {given}, or "
            )
            yield Fault(
                (*workload.template, "containers", 0, "resources", "limits", name),
                f"each pod reserves {given} of `{name}`, but runs over {needed} (`tensor` × `dataLocal`): "
                f"{'the other one is' if given - needed == 1 else 'the others are'} idle",
                f'{better}reserve `{name}: "{needed}"`',
                Where(subject.document, amount_path(subject, "prefill" in workload.path, name)),
            )
