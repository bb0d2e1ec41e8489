"""Arguments that the runtime gives too.

KServe appends the service's arguments to the runtime's (pkg/utils container merge), and servers take the last one of
an option. So the service's wins, which is what one wants of most; but of some the platform assumes the runtime's: the
port that the Service and the probes use, the folder that the model is mounted at, the name that the metrics ask for.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.containers import model_containers, words
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.hints import Any

RULE = codes.ARGUMENT_REPEATED

# What breaks when the option is given again; others are there to be overridden.
_PORT = "the Service and the probes still use the runtime's port, so the model never gets ready"
_MODEL = "the model that was downloaded is mounted where the runtime's value says"
_NAME = "the dashboard's metrics and the clients ask for the deployment's name"
_CONSEQUENCES = {
    "--port": _PORT,
    "--rest-port": _PORT,
    "--http-port": _PORT,
    "--model": _MODEL,
    "--model-path": _MODEL,
    "--model-dir": _MODEL,
    "--served-model-name": _NAME,
    "--model-name": _NAME,
}
_BEGINNINGS = tuple(sorted({"--" + name[2:].partition("-")[0] for name in _CONSEQUENCES}))


def applies(subject: Subject) -> bool:
    """Whether there are any arguments."""
    return bool(subject.decisions.deployment.spec.args)


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each argument that repeats one of the runtime."""
    args = subject.spec["predictor"]["model"].get("args")
    if not args:
        return
    for index, argument in enumerate(args):
        if not argument.startswith(_BEGINNINGS):
            continue
        option = _option(argument)
        consequence = _CONSEQUENCES.get(_normal(option))
        if consequence is not None and _normal(option) in _options_of(subject):
            yield Fault(
                ("spec", "predictor", "model", "args", index),
                f"the runtime gives `{option}` too: {consequence}",
                "remove it, or use a runtime of your own that gives another value",
            )


def _options_of(subject: Subject) -> frozenset[str]:
    runtime = subject.decisions.runtime.runtime
    spec = runtime.body["spec"] if runtime else None
    options: frozenset[str] = subject.once("argument_repeated", spec, lambda: _options_in(spec))
    return options


def _options_in(spec: dict[str, Any] | None) -> frozenset[str]:
    given = [word for _, item in model_containers(spec) for word in (*words(item, "command"), *words(item, "args"))]
    return frozenset(_normal(option) for word in given if (option := _option(word)))


def _option(argument: str) -> str:
    """``--port`` of ``--port=8080``; "" for what is no long option."""
    name = argument.partition("=")[0].rstrip()
    return name if name.startswith("--") and " " not in name else ""


def _normal(option: str) -> str:
    """Python's servers read `_` in an option's name as `-`."""
    return option.replace("_", "-")
