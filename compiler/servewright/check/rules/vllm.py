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
# How each of these begins, also where somebody writes `-_tensor-parallel-size`; most arguments begin in another way.
_BEGINNINGS = ("-_", *sorted({name[: 3 if name[1] == "-" else 2] for name in (*_SHORT, TENSOR, PIPELINE, *_UNSURE)}))
_SIZES = {TENSOR: TENSOR, PIPELINE: PIPELINE, **_SHORT}
_KNOWN_AT_MOST, _LONG = 256, 100
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
# The annotation of a runtime's pods by which the platform knows its server (odh-model-controller, metrics).
_FAMILY = "opendatahub.io/kserve-runtime"


class Runtime(NamedTuple):
    """What a runtime gives its model container; ``sizes`` is whether any of its arguments is about the spread.

    ``fine`` are numbers of accelerators with arguments about the spread for which there is nothing to say.
    """

    limits: dict[str, str]
    words: list[str]
    sizes: bool
    fine: set[tuple[int, tuple[str, ...]]]


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
    """How vLLM spreads the model, if that is certain and not as it should be.

    Two rules ask for that of one object, one after the other.
    """
    last: tuple[Object, Spread | None] | None = subject.memo.get("vllm")
    if last is None or last[0] is not subject.item:
        last = subject.memo["vllm"] = subject.item, _spread(subject)
    return last[1]


def _spread(subject: Subject) -> Spread | None:
    runtime, model = subject.decisions.runtime.runtime, subject.spec["predictor"]["model"]
    spec = runtime.stored_spec if runtime else None
    of_runtime: Runtime = subject.once("vllm_runtime", spec, lambda: _of_runtime(spec))
    # Pods get both limits, and the service's where there are two of one name (KServe, a strategic merge patch).
    limits = model["resources"].get("limits", {})
    given, names = count_accelerators(of_runtime.limits | limits if of_runtime.limits else limits, subject)
    if len(names) != 1 or not given:
        return None  # on CPUs, a size counts something else; of two kinds of accelerators only one is used
    args: list[str] = model.get("args", [])
    known = given, tuple([argument for argument in args if argument.startswith(_BEGINNINGS)])
    if known in of_runtime.fine:
        return None
    found = _sizes(of_runtime, args, given, names[0])
    if found is not None and found.needed != given:
        return found
    # The value of an argument without one is the next argument, whatever that is; so it is for a runtime's last one.
    whole = not of_runtime.sizes and all("=" in item and len(item) < _LONG for item in known[1])
    if whole and len(of_runtime.fine) < _KNOWN_AT_MOST:
        of_runtime.fine.add(known)
    return None


def _sizes(of_runtime: Runtime, args: list[str], given: int, resource: str) -> Spread | None:
    theirs = of_runtime.words if of_runtime.sizes else []
    sizes: dict[str, int] = {}
    items: dict[str, int] = {}
    for position, option, value in _options([*theirs, *args]):
        name = _size_of(option)
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
    return Spread(sizes, items, needed, given, resource)


def _of_runtime(spec: dict[str, Any] | None) -> Runtime:
    container = next((item for _, item in model_containers(spec)), {})
    given = [*words(container, "command"), *words(container, "args")]
    options = [option for _, option, _ in _options(given)]
    return Runtime(
        _limits(container), given, any(_size_of(item) or item.startswith(_UNSURE) for item in options), set()
    )


def _size_of(option: str) -> str:
    """The size that ``option`` gives, if it gives one."""
    return _SIZES.get(option) or next((size for size in (TENSOR, PIPELINE) if _begins(size, option)), "")


def _begins(name: str, option: str) -> bool:
    return name.startswith(option) and len(option) > len("--t")


def _options(arguments: list[str]) -> Iterator[tuple[int, str, str]]:
    """Each option that may be about the spread, with its position and its value, which may be the next argument."""
    for position, argument in enumerate(arguments):
        if argument.startswith(_BEGINNINGS):
            name, equals, value = argument.partition("=")
            following = arguments[position + 1] if position + 1 < len(arguments) else ""
            yield position, name.replace("_", "-"), value if equals else following


def _limits(container: Mapping[str, Any]) -> dict[str, str]:
    resources = container.get("resources")
    limits = resources.get("limits") if isinstance(resources, dict) else None
    return {str(name): str(amount) for name, amount in limits.items()} if isinstance(limits, dict) else {}
