"""What a change does, as annotations on the lines of a pull request."""

from __future__ import annotations

from servewright.change.model import Reported
from servewright.change.reports.counts import NOTHING, every, is_empty, what_changes, what_happens
from servewright.change.reports.risk import worst_first
from servewright.diagnostics.github import commands


def render(reported: Reported) -> str:
    """The worst consequences, as many as GitHub shows, and a last line for whoever reads the log."""
    if is_empty(reported):
        return f"{NOTHING}\n"
    line = "; ".join(filter(None, (what_changes(reported), what_happens(reported))))
    return f"{commands(worst_first(every(reported)))}{line}\n"
