"""More accelerators than the pod has: vLLM refuses to start.

vLLM starts a process for each of tensor × pipeline ranks, and each takes an accelerator of its own (vLLM,
vllm/config/parallel.py). Nothing derives the pod's resources from its arguments.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.check.rules.vllm import is_vllm, spread
from servewright.diagnostics import codes
from servewright.diagnostics.model import Where
from servewright.resolve.runtime_place import runtime_place

RULE = codes.VLLM_ACCELERATORS


def applies(subject: Subject) -> bool:
    """Whether the runtime starts vLLM."""
    return is_vllm(subject)


def check(subject: Subject) -> Iterator[Fault]:
    """A fault if the pod has too few accelerators."""
    found = spread(subject)
    if found is None or found.given >= found.needed:
        return
    sizes = " × ".join(f"`{name}`" for name in found.sizes)
    place, on = runtime_place(subject.document, "template")
    yield Fault(
        ("spec", "predictor", "model", "args", *sorted(found.items.values())[:1]),
        f"vLLM is told to run over {found.needed} accelerators ({sizes}), but each pod has {found.given} of "
        f"`{found.resource}`: the model would never start",
        f'write `hardware: {{resources: {{requests: {{{found.resource}: "{found.needed}"}}}}}}`, or a smaller size'
        + ("" if found.items else " after the runtime's, in `args`"),
        # A size that only the runtime gives is the business of whoever chose the runtime.
        None if found.items else Where(subject.document, place, on),
    )
