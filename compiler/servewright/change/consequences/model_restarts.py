"""A change that replaces the pods of a model, and the fields that do it."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.field_paths import words
from servewright.change.consequences.restart import Cause, Restart
from servewright.change.consequences.subject import Consequence, Subject
from servewright.compilation import SERVICES
from servewright.diagnostics import codes

RULE = codes.MODEL_RESTARTS
_SHOWN = 3  # fields, by name; the others are counted


def check(subject: Subject) -> Iterator[Consequence]:
    """One consequence, placed on the first field."""
    restart = subject.restart
    if restart is None:
        return
    first = restart.first
    assert first.item.after is not None
    who = f"the {restart.only} pods of {subject.name} restart" if restart.only else f"{subject.name} restarts"
    fields = list(dict.fromkeys(_named(cause) for cause in restart.causes))
    more = f" and {len(fields) - _SHOWN} more" if len(fields) > _SHOWN else ""
    change = "changes" if len(fields) == 1 else "change"
    message = f"{who}, {_how(restart)}: {', '.join(fields[:_SHOWN])}{more} {change}"
    yield Consequence(message, field=(first.item.after, first.path))


def _named(cause: Cause) -> str:
    kind, _, name = cause.item.identity
    of = f" of the {kind} `{name}`" if kind not in SERVICES else ""
    return f"`{words(cause.path)}`{of}"


def _how(restart: Restart) -> str:
    if not restart.interrupts:
        return "pod after pod"
    if restart.rolls and not restart.replaced:
        return "its only replica included"
    return "all pods at once"
