"""Fewer accelerators than the pod has: vLLM runs over one unless it is told otherwise, and the others are idle."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.pod_accelerators import amount_path
from servewright.check.rules.subject import Fault, Subject
from servewright.check.rules.vllm import PIPELINE, TENSOR, is_vllm, spread
from servewright.diagnostics import codes
from servewright.diagnostics.model import Where

RULE = codes.VLLM_ACCELERATORS_UNUSED


def applies(subject: Subject) -> bool:
    """Whether the runtime starts vLLM."""
    return is_vllm(subject)


def check(subject: Subject) -> Iterator[Fault]:
    """A fault if the pod has too many accelerators."""
    found = spread(subject)
    if found is None or found.given <= found.needed:
        return
    over = found.sizes.get(PIPELINE, 1)
    better = (
        f"write `{TENSOR}={found.given // over}` in `args`, or "
        if found.given % over == 0
        else f"choose sizes whose product is {found.given}, or "
    )
    yield Fault(
        ("spec", "predictor", "model", "resources", "limits", found.resource),
        f"each pod reserves {found.given} of `{found.resource}`, but vLLM runs over {found.needed}: "
        f"{'the other one is' if found.given - found.needed == 1 else 'the others are'} idle",
        f'{better}reserve `{found.resource}: "{found.needed}"`',
        Where(subject.document, amount_path(subject, False, found.resource)),
    )
