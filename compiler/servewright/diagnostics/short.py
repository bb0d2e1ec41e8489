"""Texts of inputs inside messages."""

from __future__ import annotations


def short(text: str, limit: int = 60) -> str:
    """``text`` as a message may hold it: without what looks like a credential, and not too long.

    In this order: a credential that is cut off is not recognised as one any more.
    """
    from servewright.diagnostics.escape import redact

    text = redact(text)
    return text if len(text) <= limit else text[:limit] + "…"
