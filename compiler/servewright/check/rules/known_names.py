"""What to write instead of a name that is not among those that the catalog has."""

from __future__ import annotations

from collections.abc import Iterable


def better(name: str, known: Iterable[str], otherwise: str) -> str:
    """The near name, or ``otherwise``."""
    from servewright.diagnostics.suggest import did_you_mean

    near = did_you_mean(name, sorted(known))
    return f"did you mean `{near}`? Else {otherwise}" if near else otherwise
