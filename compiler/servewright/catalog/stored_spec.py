"""Specs that are copied from the catalog, as the cluster stores them."""

from __future__ import annotations

from servewright.hints import Any
from servewright.model.quantity import parse


def stored_spec(value: Any, key: str = "") -> Any:
    """``value`` without nulls, and with the defaults that the CRDs give to containers: a port's protocol, a gRPC
    probe's service.

    ServingRuntimes and LLMInferenceServiceConfigs have no mutating webhook, so everything else is stored as it is sent.
    A default outside of lists does not matter, since a comparison with Git leaves it out; containers are a list. There
    the CRDs have more, for HTTP routes and for volumes of retired kinds; exports from a cluster have these already.
    """
    if isinstance(value, dict):
        inner = "quantity" if key in ("limits", "requests") else None
        stored = {name: stored_spec(item, inner or name) for name, item in value.items() if item is not None}
        if key == "port" and "containerPort" in stored:
            stored.setdefault("protocol", "TCP")
        if key == "grpc" and "port" in stored:
            stored.setdefault("service", "")
        return stored
    if isinstance(value, float) and key == "quantity" and (quantity := parse(str(getattr(value, "text", value)))):
        return quantity.canonical  # the schema refuses a bare fraction
    if isinstance(value, list):
        return [stored_spec(item, "port" if key == "ports" else "") for item in value]
    return value
