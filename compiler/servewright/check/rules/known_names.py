"""Names that the catalog has, and what to write instead of one that is not among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from servewright.check.rules.subject import Subject

T = TypeVar("T")


def known_in(namespace: str, table: Mapping[tuple[str, str], T], subject: Subject) -> Mapping[str, T]:
    """What ``table`` has in ``namespace``, by name. A table is gone through once per run, not per deployment."""
    key = "known_names", id(table)  # of the catalog, which outlives the run
    by_namespace: dict[str, dict[str, Any]] | None = subject.memo.get(key)
    if by_namespace is None:
        by_namespace = subject.memo[key] = {}
        for (place, name), item in table.items():
            by_namespace.setdefault(place, {})[name] = item
    return by_namespace.get(namespace, {})


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    from servewright.diagnostics.suggest import did_you_mean

    return did_you_mean(name, sorted(known))


def better(name: str, known: Iterable[str], otherwise: str) -> str:
    """The near name, or ``otherwise``."""
    meant = near(name, known)
    return f"did you mean `{meant}`? Else {otherwise}" if meant else otherwise
