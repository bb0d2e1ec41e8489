"""The table of ``docs/validation.md``: for each reason of ours, how many mutants, and what each oracle says of them."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from differential.known import UNSEEN
from servewright.check.cluster import REASONS

ORACLES: Final = ("API server", "kubeconform", "jsonschema", "jsonschema-rs")
NOTHING: Final = "nothing is wrong"


class Row(NamedTuple):
    """A reason: how many mutants, and by oracle how many of them it sees as we do."""

    reason: str
    mutants: int
    agreeing: dict[str, int]


class Tally:
    """Verdicts, counted. A mutant with several reasons counts for each of them."""

    def __init__(self) -> None:
        self.mutants: Counter[tuple[str, str]] = Counter()
        self.agreeing: Counter[tuple[str, str]] = Counter()
        self.unexplained: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()

    def count(self, oracle: str, reasons: frozenset[str], *, refused: bool, known: bool) -> None:
        """What ``oracle`` said of a mutant for which we have ``reasons``."""
        self.asked[oracle] += 1
        for reason in reasons or {NOTHING}:
            self.mutants[oracle, reason] += 1
            self.agreeing[oracle, reason] += refused == bool(reasons)
        self.unexplained[oracle] += not known


def rows_of(tally: Tally) -> list[Row]:
    """A row for each reason that occurred, in the order of the vocabulary."""
    counted = {reason for _, reason in tally.mutants}
    order = [reason for reason in (NOTHING, *REASONS) if reason in counted]
    return [
        Row(
            reason,
            tally.mutants[ORACLES[0], reason],
            {oracle: tally.agreeing[oracle, reason] for oracle in ORACLES},
        )
        for reason in order
    ] + [Row("unexplained", sum(tally.unexplained.values()), {oracle: tally.unexplained[oracle] for oracle in ORACLES})]


def written(rows: list[Row]) -> str:
    """The rows as a table of Markdown."""
    lines = [
        f"| We say | Mutants | {' | '.join(ORACLES)} |",
        "|---|---:|" + "---:|" * len(ORACLES),
    ]
    for row in rows:
        name = (
            f"**{row.reason}**"
            if row.reason == "unexplained"
            else f"`{row.reason}`"
            if row.reason in REASONS
            else row.reason
        )
        cells = [_cell(row, oracle) for oracle in ORACLES]
        lines.append(f"| {name} | {row.mutants:,} | {' | '.join(cells)} |")
    return "".join(f"{line}\n" for line in lines)


def _cell(row: Row, oracle: str) -> str:
    number = row.agreeing[oracle]
    if row.reason == "unexplained" or number == row.mutants:
        return f"{number:,}"
    return f"{number:,} *" if row.reason in UNSEEN[oracle] else f"{number:,} †"
