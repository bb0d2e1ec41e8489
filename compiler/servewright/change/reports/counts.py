"""The numbers of a change, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from servewright.change.model import DeploymentChange, Reported
from servewright.change.reports.risk import effect, worst_first
from servewright.diagnostics.model import Diagnostic
from servewright.diagnostics.ranking import counted

FOLDERS = {"connections": "connection", "runtimes": "shared runtime"}
_RENAMED = "renamed"
KINDS = ("added", "changed", _RENAMED, "removed")
NOTHING = "nothing changes"


def every(reported: Reported) -> list[Diagnostic]:
    """All consequences: of each deployment, and of the change as a whole."""
    return [*reported.others, *(found for own in reported.consequences.values() for found in own)]


def is_empty(reported: Reported) -> bool:
    """Whether there is nothing to report."""
    return not (reported.change.deployments or reported.change.files or every(reported))


def what_changes(reported: Reported) -> str:
    """Deployments, connections and shared runtimes: ``1 deployment added, 2 changed; 1 connection changed``.

    Both halves of a renaming are one deployment that is renamed.
    """
    kinds = [_RENAMED if item.renamed else item.change for item in reported.change.deployments]
    for _ in range(kinds.count(_RENAMED) // 2):
        kinds.remove(_RENAMED)
    groups: list[tuple[str, list[str]]] = [("deployment", kinds)]
    for folder, word in FOLDERS.items():
        groups.append((word, [item.change for item in reported.change.files if item.folder == folder]))
    return "; ".join(filter(None, (_kinds(word, kinds) for word, kinds in groups)))


def what_happens(reported: Reported) -> str:
    """Errors, warnings and infos, and what they are: ``1 error, 2 infos: downtime, restarts (2)``; "" without any."""
    consequences = every(reported)
    if not consequences:
        return ""
    effects = Counter(map(effect, worst_first(consequences)))
    told = (f"{words} ({number:,})" if number > 1 else words for words, number in effects.items())
    return f"{counted(consequences)}: {', '.join(told)}"


def how(item: DeploymentChange) -> str:
    """What happened to a deployment, apart from a renaming."""
    return f"{item.change}, had errors in the base" if item.incomplete else item.change


def called(item: DeploymentChange) -> str:
    """The other half of a renaming, and of a move with its namespace."""
    return f"{item.moved}/{item.renamed}" if item.moved is not None else str(item.renamed)


def number_of(number: int, word: str) -> str:
    """``1 field``, ``2 fields``."""
    return f"{number:,} {word}{'s' * (number != 1)}"


def _kinds(word: str, changes: Sequence[str]) -> str:
    numbers = [(changes.count(kind), kind) for kind in KINDS if kind in changes]
    texts = [f"{number:,} {kind}" for number, kind in numbers]
    if numbers:
        texts[0] = f"{number_of(numbers[0][0], word)} {numbers[0][1]}"
    return ", ".join(texts)
