"""How vLLM is started by an InferenceService, as far as that is certain.

vLLM reads its command line with Python's argparse (vLLM, vllm/utils/argparse_utils.py), which takes the last of an
option and its unambiguous beginnings; `_` in a name is `-`. KServe appends the service's arguments to the runtime's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from servewright.check.rules.containers import model_containers, words
from servewright.check.rules.pod_accelerators import count_accelerators
from servewright.check.rules.subject import Subject
from servewright.hints import Any
from servewright.lower.fields import Object
from servewright.record import NamedTuple

TENSOR, PIPELINE = "--tensor-parallel-size", "--pipeline-parallel-size"
_SHORT = {"-tp": TENSOR, "-pp": PIPELINE}
# Options that spread a model in other ways, over other nodes, or that read options from a file: only vLLM knows then.
_UNSURE = (
    "--config",
    "--data-parallel",
    "--distributed-executor-backend",
    "--headless",
    "--nnodes",
    "--node-rank",
    "--prefill-context-parallel",
    "-dp",
    "-n",
    "-pcp",
    "-r",
)
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
# The annotation of a runtime's pods by which the platform knows its server (odh-model-controller, metrics).
_FAMILY = "opendatahub.io/kserve-runtime"


class Spread(NamedTuple):
    """Over how many accelerators vLLM runs in a pod, and how many of ``resource`` the pod has.

    ``sizes`` has the sizes that are given, ``items`` the positions of those among the service's own arguments.
    """

    sizes: dict[str, int]
    items: dict[str, int]
    needed: int
    given: int
    resource: str


def is_vllm(subject: Subject) -> bool:
    """Whether the arguments reach vLLM as they are. A runtime that is not in the catalog, and a shell, may do anything."""
    runtime = subject.decisions.runtime.runtime
    spec = runtime.stored_spec if runtime else None
    known: bool = subject.once("vllm", spec, lambda: _starts_vllm(spec))
    return known


def _starts_vllm(spec: dict[str, Any] | None) -> bool:
    for _, container in model_containers(spec):
        command, args = words(container, "command"), words(container, "args")
        names = [word.rpartition("/")[2] for word in (*command, *args)]
        if not _SHELLS.isdisjoint(names):
            return False
        if command:
            return "vllm" in names or any(name.startswith("vllm.entrypoints.") for name in names)
        annotations = spec.get("annotations") if spec else None
        return isinstance(annotations, dict) and annotations.get(_FAMILY) == "vllm"
    return False


def spread(subject: Subject) -> Spread | None:
    """How the model is spread, if that is certain. Two rules ask for that of one object, one after the other."""
    last: tuple[Object, Spread | None] | None = subject.memo.get("vllm")
    if last is None or last[0] is not subject.item:
        last = subject.memo["vllm"] = subject.item, _spread(subject) if is_vllm(subject) else None
    return last[1]


def _spread(subject: Subject) -> Spread | None:
    runtime, model = subject.decisions.runtime.runtime, subject.spec["predictor"]["model"]
    container = next((item for _, item in model_containers(runtime.stored_spec if runtime else None)), {})
    # Pods get both limits, and the service's where there are two of one name (KServe, a strategic merge patch).
    given, names = count_accelerators({**_limits(container), **_limits(model)}, subject)
    if len(names) != 1 or not given:
        return None  # on CPUs, a size counts something else; of two kinds of accelerators only one is used
    theirs = [*words(container, "command"), *words(container, "args")]
    sizes: dict[str, int] = {}
    items: dict[str, int] = {}
    for position, option, value in _options([*theirs, *words(model, "args")]):
        name = _SHORT.get(option) or next((size for size in (TENSOR, PIPELINE) if _begins(size, option)), "")
        if not name and option.startswith(_UNSURE):
            return None
        if name:
            if not (value.isascii() and value.isdigit() and 0 < len(value) < 6 and int(value) > 0):
                return None
            sizes[name] = int(value)
            items.pop(name, None)
            if position >= len(theirs):
                items[name] = position - len(theirs)
    needed = sizes.get(TENSOR, 1) * sizes.get(PIPELINE, 1)
    return Spread(sizes, items, needed, given, names[0])


def _begins(name: str, option: str) -> bool:
    return name.startswith(option) and len(option) > len("--t")


def _options(arguments: list[str]) -> Iterator[tuple[int, str, str]]:
    """Each option with its position and its value, which may be the next argument."""
    for position, argument in enumerate(arguments):
        if argument.startswith("-"):
            name, equals, value = argument.partition("=")
            following = arguments[position + 1] if position + 1 < len(arguments) else ""
            yield position, name.replace("_", "-"), value if equals else following


def _limits(container: Mapping[str, Any]) -> dict[str, str]:
    resources = container.get("resources")
    limits = resources.get("limits") if isinstance(resources, dict) else None
    return {str(name): str(amount) for name, amount in limits.items()} if isinstance(limits, dict) else {}
