"""An option and its value in one argument: vLLM knows no option of that name.

No shell takes the arguments of an InferenceService apart, so vLLM's argparse gets the space as well, takes the whole for
a positional argument, and ends with "unrecognized arguments".
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.check.rules.vllm import is_vllm
from servewright.diagnostics import codes

RULE = codes.VLLM_ARGUMENT_JOINED


def applies(subject: Subject) -> bool:
    """Whether there are any arguments, for vLLM."""
    return bool(subject.decisions.deployment.spec.args) and is_vllm(subject)


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each such argument."""
    args = subject.spec["predictor"]["model"].get("args")
    # Hardly any argument has a blank inside; then all of them together are one word, or none.
    if not args or len("".join(args).split(maxsplit=1)) < 2:
        return
    for index, argument in enumerate(args):
        name, value = _joined(argument)
        if value:
            yield Fault(
                ("spec", "predictor", "model", "args", index),
                f"`{name}` and its value are one argument, which vLLM refuses as unknown: the model would never start",
                f"write `{name}={value}`, or two items, `{name}` and `{value}`"
                if len(value.split()) == 1
                else f"write `{name}` and each of its values as an item of its own",
            )


def _joined(argument: str) -> tuple[str, str]:
    """``("--max-model-len", "8192")`` of ``--max-model-len 8192``; "" for what has no such value.

    argparse does take `-O 3` for the option `-O`, so an option of one letter is none of these.
    """
    name, *rest = argument.split(maxsplit=1) or [""]
    is_option = name.startswith("-") and name.strip("-").replace("-", "").replace("_", "").replace(".", "").isalnum()
    return (name, rest[0].strip()) if is_option and rest and len(name) > 2 else (name, "")
