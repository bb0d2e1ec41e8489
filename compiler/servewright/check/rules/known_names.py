"""Names that the catalog has of a namespace, and what to write instead of one that is not among them.

Both are found out once in a run: there may be many deployments, and many names.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from servewright.check.rules.subject import Subject

_NONE: Set[str] = frozenset()


def known_names(subject: Subject, what: str, every: Iterable[tuple[str, str]]) -> Set[str]:
    """Those of ``every`` (namespace, name) that are in the deployment's namespace; ``what`` they are, in a word."""
    key = "known_names", what
    by_namespace: dict[str, set[str]] | None = subject.memo.get(key)
    if by_namespace is None:
        by_namespace = subject.memo[key] = {}
        for namespace, name in every:
            by_namespace.setdefault(namespace, set()).add(name)
    return by_namespace.get(subject.decisions.naming.namespace, _NONE)


def near(subject: Subject, what: str, name: str, known: Set[str]) -> str | None:
    """The one of the ``known`` names, as :func:`known_names` gave them, that was probably meant."""
    key = "near_names", what, subject.decisions.naming.namespace, name
    if key not in subject.memo:
        from servewright.diagnostics.suggest import did_you_mean

        subject.memo[key] = did_you_mean(name, known)
    meant: str | None = subject.memo[key]
    return meant


def better(subject: Subject, what: str, name: str, known: Set[str], otherwise: str) -> str:
    """The near name, or ``otherwise``."""
    meant = near(subject, what, name, known)
    return f"did you mean `{meant}`? Else {otherwise}" if meant else otherwise
