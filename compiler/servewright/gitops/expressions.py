"""When Flux shall take an object for ready, failed or on its way: CEL over the object's fields.

Flux asks in this order, and the first that is true counts: inProgress, failed, current; none is the same as inProgress
(fluxcd/pkg ``runtime/cel/status_evaluator.go``). An error in an expression is no answer: Flux asks again until its
timeout. So each names a field only behind what makes sure that it is there. The one thing that cannot be made sure of is
``status`` itself, which is a variable and no field: as long as no controller has written one, Flux goes on asking.
"""

from __future__ import annotations

from servewright.record import NamedTuple


class Health(NamedTuple):
    """The expressions of one kind. Without an apiVersion it is the one that the release has."""

    api_version: str | None
    kind: str
    in_progress: str
    failed: str
    current: str


def _condition(name: str, status: str, reason: str = "") -> str:
    because = f" && has(c.reason) && c.reason == '{reason}'" if reason else ""
    return f"status.conditions.exists(c, c.type == '{name}' && c.status == '{status}'{because})"


_NO_CONDITIONS = "!has(status.conditions)"
_FALSE_FOR_GOOD = (
    # PresetsCombined is no part of Ready, which keeps what it was when the controller stops at a broken config.
    "status.conditions.exists(c, c.status == 'False' && has(c.reason) && "
    "((c.type == 'PresetsCombined' && c.reason != 'Stopped') || (c.type == 'RouterReady' && c.reason == 'RefsInvalid')))"
)

# Secrets must be there before what admission looks them up for is applied.
CONNECTIONS = (
    Health(
        "external-secrets.io/v1",
        "ExternalSecret",
        _NO_CONDITIONS,
        "",  # a store that does not answer may answer later
        _condition("Ready", "True"),
    ),
)

MODELS = (
    Health(
        "serving.kserve.io/v1beta1",
        "InferenceService",
        f"{_NO_CONDITIONS} || (!{_condition('Stopped', 'True')} && has(status.modelStatus) && "
        "has(status.modelStatus.transitionStatus) && status.modelStatus.transitionStatus == 'InProgress')",
        f"!{_condition('Stopped', 'True')} && has(status.modelStatus) && has(status.modelStatus.transitionStatus) && "
        "status.modelStatus.transitionStatus in ['BlockedByFailedLoad', 'InvalidSpec']",
        f"{_condition('Ready', 'True')} || {_condition('Stopped', 'True')}",
    ),
    Health(
        None,
        "LLMInferenceService",
        _NO_CONDITIONS,
        _FALSE_FOR_GOOD,
        f"{_condition('Ready', 'True')} || {_condition('Ready', 'False', 'Stopped')}",
    ),
)
