"""Where a spec says how much it needs."""

from __future__ import annotations

from servewright.check.summary import NAME, Summary
from servewright.diagnostics.field_path import exists
from servewright.diagnostics.model import Path, Where
from servewright.read.again import whole
from servewright.resolve.hardware import profile_path

_MAIN: Path = ("spec", "hardware", "resources")
_PREFILL: Path = ("spec", "llmd", "prefill", "resources")


def resource_place(summary: Summary, group: str, side: str, resource: str) -> Where:
    """The line of the resource, else of the profile that gives it, else of the hardware, else the name."""
    document = whole(summary.where.document)
    other = "limits" if side == "requests" else "requests"
    tables = (_PREFILL, _MAIN) if group == "prefill" else (_MAIN,)
    candidates: list[Path] = [(*table, each, resource) for table in tables for each in (side, other)]
    if exists(document.data, ("spec", "hardware", "profile")):
        candidates.append(profile_path(document))
    candidates += [("spec", "hardware")]
    found = next((path for path in candidates if exists(document.data, path)), NAME)
    return Where(document, found, "key" if found == ("spec", "hardware") else "value")


def count_place(summary: Summary, group: str, side: str, resource: str) -> Where:
    """As :func:`resource_place`, but where replicas are written, that is what to change."""
    path: Path = ("spec", "llmd", "prefill", "replicas") if group == "prefill" else ("spec", "replicas")
    document = whole(summary.where.document)
    return Where(document, path) if exists(document.data, path) else resource_place(summary, group, side, resource)


def strategy_place(summary: Summary, fallback: Where) -> Where:
    """Where the strategy is written, else ``fallback``."""
    path: Path = ("spec", "strategy")
    document = whole(summary.where.document)
    return Where(document, path) if exists(document.data, path) else fallback


def source_place(summary: Summary) -> Where:
    """Where the model's source is written."""
    return Where(summary.where.document, ("spec", "model", "source"), "key")
