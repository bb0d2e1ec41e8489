"""What to write instead of a name that is not among those that the catalog has."""

from __future__ import annotations

from collections.abc import Iterable


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    from servewright.diagnostics.suggest import did_you_mean

    return did_you_mean(name, sorted(known))


def better(name: str, known: Iterable[str], otherwise: str) -> str:
    """The near name, or ``otherwise``."""
    meant = near(name, known)
    return f"did you mean `{meant}`? Else {otherwise}" if meant else otherwise
