"""Names that the catalog has, and what to write instead of one that is not among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from servewright.check.rules.subject import Subject
from servewright.hints import TypeVar

T = TypeVar("T")


def known_in(namespace: str, table: Mapping[tuple[str, str], T], subject: Subject) -> Mapping[str, T]:
    """What ``table`` has in ``namespace``, by name. A table is gone through once per run, not per deployment."""
    by_namespace: Mapping[str, Mapping[str, T]] = subject.once("known_names", table, lambda: _by_namespace(table))
    return by_namespace.get(namespace, {})


def names_in(namespace: str, table: Collection[tuple[str, str]], subject: Subject) -> Collection[str]:
    """The names that ``table`` has in ``namespace``; what they stand for is not asked for."""

    def by_namespace() -> Mapping[str, Collection[str]]:
        found: dict[str, list[str]] = {}
        for where, name in table:
            found.setdefault(where, []).append(name)
        return found

    names: Collection[str] = subject.once("names_in", table, by_namespace).get(namespace, ())
    return names


def _by_namespace(table: Mapping[tuple[str, str], T]) -> Mapping[str, Mapping[str, T]]:
    found: dict[str, dict[str, T]] = {}
    for (namespace, name), item in table.items():
        found.setdefault(namespace, {})[name] = item
    return found


def near(subject: Subject, what: str, name: str, known: Collection[str]) -> str | None:
    """The known name that was probably meant; ``known`` are all of ``what`` in the deployment's namespace.

    Found out once per run: a wrong name may be in many deployments, and there may be many names.
    """
    key = "near_names", what, subject.decisions.naming.namespace, name
    if key not in subject.memo:
        from servewright.diagnostics.suggest import did_you_mean

        subject.memo[key] = did_you_mean(name, sorted(known))
    meant: str | None = subject.memo[key]
    return meant


def better(subject: Subject, what: str, name: str, known: Collection[str], otherwise: str) -> str:
    """The near name, or ``otherwise``."""
    meant = near(subject, what, name, known)
    return f"did you mean `{meant}`? Else {otherwise}" if meant else otherwise
