"""Specs that are copied from the catalog, as the cluster stores them."""

from __future__ import annotations

from typing import Any

from servewright.model.quantity import parse


def stored_spec(value: Any, key: str = "") -> Any:
    """``value`` without nulls, and with the one default that the CRDs add inside a list: the protocol of a port.

    ServingRuntimes and LLMInferenceServiceConfigs have no mutating webhook, so everything else is stored as it is sent.
    """
    if isinstance(value, dict):
        inner = "quantity" if key in ("limits", "requests") else None
        stored = {name: stored_spec(item, inner or name) for name, item in value.items() if item is not None}
        if key == "port" and "containerPort" in stored:
            stored.setdefault("protocol", "TCP")
        return stored
    if isinstance(value, float) and key == "quantity" and (quantity := parse(str(getattr(value, "text", value)))):
        return quantity.canonical  # the schema refuses a bare fraction
    if isinstance(value, list):
        return [stored_spec(item, "port" if key == "ports" else "") for item in value]
    return value
