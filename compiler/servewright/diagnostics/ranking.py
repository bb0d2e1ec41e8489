"""Which diagnostics come first where not all can be shown."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.diagnostics.model import Diagnostic, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def rank(diagnostic: Diagnostic) -> int:
    """0 for an error, 1 for a warning, 2 for an info."""
    return SEVERITIES.index(diagnostic.severity)


def worst_first(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Errors, then warnings, then infos; each in the order given."""
    return sorted(diagnostics, key=rank)


def counted(diagnostics: Iterable[Diagnostic]) -> str:
    """How many there are of each severity: ``3 errors, 1 warning``."""
    severities = [item.severity for item in diagnostics]
    numbers = ((severities.count(severity), severity) for severity in SEVERITIES)
    return ", ".join(f"{number:,} {word}{'s' * (number != 1)}" for number, word in numbers if number)
