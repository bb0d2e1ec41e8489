"""Arguments that the runtime gives too.

KServe appends the service's arguments to the runtime's (pkg/utils container merge), and servers take the last one of
an option. So the service's wins, but what the platform assumes of the runtime's no longer holds: the port that the
Service and the probes use, the folder that the model is mounted at, the name that the dashboard's metrics ask for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes

RULE = codes.ARGUMENT_REPEATED
CONTAINER = "kserve-container"

# What breaks when the option is given again; others merely override.
_CONSEQUENCES = {
    "--port": "the Service and the probes still use the runtime's port, so the model never gets ready",
    "--rest_port": "the Service and the probes still use the runtime's port, so the model never gets ready",
    "--http_port": "the Service and the probes still use the runtime's port, so the model never gets ready",
    "--model": "the model that was downloaded is mounted where the runtime's value says",
    "--model_path": "the model that was downloaded is mounted where the runtime's value says",
    "--model_dir": "the model that was downloaded is mounted where the runtime's value says",
    "--served-model-name": "the dashboard's metrics and the clients ask for the deployment's name",
    "--model_name": "the dashboard's metrics and the clients ask for the deployment's name",
}


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each argument that repeats one of the runtime."""
    args = subject.spec["predictor"]["model"].get("args")
    if not args:
        return
    given = _options_of(subject)
    for index, argument in enumerate(args):
        option = _option(argument)
        if option in given:
            consequence = _CONSEQUENCES.get(option, "the last one counts")
            yield Fault(
                ("spec", "predictor", "model", "args", index),
                f"the runtime gives `{option}` too: {consequence}",
                "remove it, or use a runtime of your own that gives another value",
            )


def _options_of(subject: Subject) -> frozenset[str]:
    runtime = subject.decisions.runtime.runtime
    key = "argument_repeated", id(runtime)  # of the catalog, which outlives the run
    known: frozenset[str] | None = subject.memo.get(key)
    if known is None:
        known = subject.memo[key] = _options_in(runtime.body["spec"]["containers"] if runtime else [])
    return known


def _options_in(containers: list[Any]) -> frozenset[str]:
    arguments = [
        argument
        for container in containers
        if isinstance(container, dict) and container.get("name") == CONTAINER
        for argument in (container.get("args") or ())
    ]
    return frozenset(filter(None, (_option(item) for item in arguments if isinstance(item, str))))


def _option(argument: str) -> str:
    """``--port`` of ``--port=8080``; "" for what is no long option."""
    return argument.partition("=")[0] if argument.startswith("--") else ""
