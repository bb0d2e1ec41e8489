"""What someone who calls or watches the model should know before they wonder."""

from __future__ import annotations

from servewright.explain.calling import GATEWAY, NOBODY, ROUTE, Call
from servewright.explain.server import Server
from servewright.resolve.decisions import Decisions

# Families whose queries ask for the InferenceService's name as the model's name.
_CHARTED_BY_MODEL_NAME = ("vllm", "ovms")


def warnings_of(decisions: Decisions, server: Server, call: Call) -> tuple[str, ...]:
    """The warnings, most pressing first."""
    name = decisions.naming.name
    found = []
    if call.reach in (ROUTE, GATEWAY) and call.authentication == NOBODY:
        how = "its route" if call.reach == ROUTE else "the gateway"
        found.append(
            f"exposed without authentication: anyone who can reach {how} can use the model; add `auth: {{tokens: [default-token]}}`"
        )
    if server.renamed_by is not None:
        found.append(_renamed(decisions, server, name))
    return tuple(found)


def _renamed(decisions: Decisions, server: Server, name: str) -> str:
    expected = (decisions.deployment.spec.model.served_name or name) if decisions.runtime.llmd else name
    text = f"{server.renamed_by} makes the server call the model `{server.model}` instead of `{expected}`"
    if decisions.runtime.llmd:
        return f"{text}: routes by model name no longer fit; use `model.servedName`"
    if server.readiness:
        return f"{text}, but its readiness probe asks for `{name}`: the model would never become ready"
    if server.family in _CHARTED_BY_MODEL_NAME:
        return f"{text}: the dashboard's charts and the queries below ask for `{name}` and stay empty"
    return text
