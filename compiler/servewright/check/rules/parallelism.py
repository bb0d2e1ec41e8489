"""How llm-d spreads a model over the accelerators of a pod, and how many the pod has."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.pod_accelerators import count_accelerators
from servewright.check.rules.subject import Subject
from servewright.diagnostics.model import Path
from servewright.hints import Any
from servewright.lower.fields import Object
from servewright.record import NamedTuple
from servewright.resolve.arguments import LLMD_ARGUMENTS

# Options of vLLM that say in another way how a model is spread: then only vLLM knows.
_OPTIONS = frozenset(
    {
        "--tensor-parallel-size",
        "-tp",
        "--data-parallel-size",
        "-dp",
        "--data-parallel-size-local",
        "-dpl",
        "--pipeline-parallel-size",
        "-pp",
    }
)


class Workload(NamedTuple):
    """The main or the prefill workload of an LLMInferenceService, at ``path``; ``template`` is the path of its pod.

    A pod has ``given`` accelerators of ``resource`` (of several, the first by name), and needs ``needed``.
    """

    path: Path
    template: Path
    fields: dict[str, Any]
    parallelism: dict[str, Any]
    given: int
    needed: int
    resource: str


def workloads(subject: Subject) -> tuple[Workload, ...]:
    """The workloads whose spread is known. Several rules ask for those of one object, one after the other."""
    last: tuple[Object, tuple[Workload, ...]] | None = subject.memo.get("parallelism")
    if last is None or last[0] is not subject.item:
        last = subject.memo["parallelism"] = subject.item, tuple(_workloads(subject))
    return last[1]


def _workloads(subject: Subject) -> Iterator[Workload]:
    spec = subject.spec
    if not _OPTIONS.isdisjoint(options(spec["template"])):
        return
    for path, fields in ((("spec",), spec), (("spec", "prefill"), spec.get("prefill"))):
        if fields is None:
            continue
        spread = fields.get("parallelism", {})
        limits = fields["template"]["containers"][0]["resources"].get("limits", {})
        given, resources = count_accelerators(limits, subject)
        needed = spread.get("tensor", 1) * spread.get("dataLocal", 1)
        yield Workload(path, (*path, "template"), fields, spread, given, needed, next(iter(resources), ""))


def options(template: dict[str, Any]) -> frozenset[str]:
    """The options that reach vLLM in the pod of ``template``; vLLM reads `_` in their names as `-`."""
    texts = [
        item.get("value", "") for item in template["containers"][0].get("env", ()) if item["name"] == LLMD_ARGUMENTS
    ]
    return frozenset(option(word) for text in texts for word in text.split() if word.startswith("-"))


def option(argument: str) -> str:
    """``--max-model-len`` of ``--max_model_len=8192`` or ``--max-model-len 8192``."""
    words = argument.partition("=")[0].split(maxsplit=1)
    return words[0].replace("_", "-") if words else ""
