"""Probes and lifecycle hooks (validateProbe, validateHandler, validateLifecycle)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from servewright.check.cluster.lenient import entries, mapping, number, text
from servewright.check.cluster.pods.report import bad, one_of, port_problem
from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final

_TIMES: Final = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_GRACE: Final = "terminationGracePeriodSeconds"


def check_probes(container: dict[str, Any], path: Path, *, complete: bool = True) -> Iterator[Violation]:
    """One handler each; numbers that are not negative; no success threshold where one success decides.

    Of a container that is laid over another one a probe may give the numbers only.
    """
    for field in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(field)
        if not isinstance(probe, dict):
            continue
        at = (*path, field)
        yield from _handler(probe, at, complete=complete)
        for name in _TIMES:
            value = number(probe.get(name))
            if value is not None and value < 0:
                yield bad((*at, name), "is less than 0")
        # 0 is as good as absent, and becomes 1.
        if field != "readinessProbe" and probe.get("successThreshold") not in (None, 0, 1):
            yield bad((*at, "successThreshold"), f"must be 1 in a `{field}`")
        grace = number(probe.get(_GRACE))
        if grace is not None and field == "readinessProbe":
            yield bad((*at, _GRACE), "must not be set in a `readinessProbe`")
        elif grace is not None and grace <= 0:
            yield bad((*at, _GRACE), "must be more than 0")


def check_lifecycle(container: dict[str, Any], path: Path, grace: int | None) -> Iterator[Violation]:
    """One handler each; ``grace`` is how long a pod has to end, if that is known."""
    lifecycle = mapping(container.get("lifecycle"))
    for field in ("postStart", "preStop"):
        hook = lifecycle.get(field)
        if isinstance(hook, dict):
            at = (*path, "lifecycle", field)
            yield from _handler(hook, at)
            seconds = number(mapping(hook.get("sleep")).get("seconds"))
            if seconds is not None and (seconds < 0 or (grace is not None and seconds > grace)):
                longest = f"{grace}, as many as the pod has to end" if grace is not None else f"`{_GRACE}`"
                yield bad((*at, "sleep", "seconds"), f"must be between 0 and {longest}")
    if lifecycle.get("stopSignal") is not None:
        yield bad((*path, "lifecycle", "stopSignal"), "needs `os.name` in the pod's spec, which is not set")


def _handler(owner: dict[str, Any], at: Path, *, complete: bool = True) -> Iterator[Violation]:
    given = [name for name in _HANDLERS if owner.get(name) is not None]
    if not given:
        if not complete:
            return
        yield bad(at, f"must have one of {', '.join(f'`{name}`' for name in _HANDLERS)}")
        return
    for extra in given[1:]:
        yield bad((*at, extra), f"is a second handler: there is `{given[0]}` already")
    yield from _HANDLERS[given[0]](mapping(owner[given[0]]), (*at, given[0]))


def _exec(action: dict[str, Any], at: Path) -> Iterator[Violation]:
    if not action.get("command"):
        yield bad((*at, "command"), "is required")


def _http(action: dict[str, Any], at: Path) -> Iterator[Violation]:
    # An absent path is `/`, an absent scheme HTTP.
    if wrong := port_problem(action.get("port")):
        yield bad((*at, "port"), wrong)
    yield from one_of(action.get("scheme"), ("HTTP", "HTTPS"), (*at, "scheme"))
    for header, place in entries(action, "httpHeaders", at):
        if re.fullmatch(r"[-A-Za-z0-9]+", text(header.get("name"))) is None:
            yield bad((*place, "name"), "must consist of letters, digits and `-`")


def _port(action: dict[str, Any], at: Path) -> Iterator[Violation]:
    if wrong := port_problem(action.get("port")):
        yield bad((*at, "port"), wrong)


def _sleep(_: dict[str, Any], __: Path) -> Iterator[Violation]:
    return iter(())


_HANDLERS: Final[dict[str, Callable[[dict[str, Any], Path], Iterator[Violation]]]] = {
    "exec": _exec,
    "httpGet": _http,
    "tcpSocket": _port,
    "grpc": _port,
    "sleep": _sleep,
}
