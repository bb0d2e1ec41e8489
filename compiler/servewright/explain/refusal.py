"""What is answered to a question that has no answer."""

from __future__ import annotations

from servewright.record import NamedTuple


class Refusal(NamedTuple):
    """Why there is no answer, and what to ask instead."""

    message: str
    help: str
