"""A model that is no longer where its callers look for it."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import both_addresses, listed
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path
from servewright.explain.calling import CLUSTER, ROUTE

RULE = codes.URL_CHANGES


def check(subject: Subject) -> Iterator[Consequence]:
    """Where an address that was there is gone; those that come are no trouble."""
    if subject.both is None:
        return
    old, new = both_addresses(*subject.both)
    gone = [text for reach, text in old.items() if new.get(reach) != text]
    if not gone:
        return
    come = [text for reach, text in new.items() if old.get(reach) != text] or list(new.values())
    message = f"{subject.name} is no longer at {listed(gone)}, but at {listed(come)}"
    yield Consequence(message, "tell its callers, or change them first", spec=_place(old, new))


def _place(old: dict[str, str], new: dict[str, str]) -> Path:
    if ROUTE in old and ROUTE not in new and CLUSTER in new:
        return ("spec", "expose", "route")
    return ("spec", "auth") if CLUSTER in old and CLUSTER in new else ("spec", "runtime")
