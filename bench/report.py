"""What was measured, as tables."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

Data = dict[str, list[float]]


class Goal(NamedTuple):
    """What is wanted of a figure."""

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether ``value`` is as wanted."""
        return value >= self.limit if self.at_least else value <= self.limit


class Figure(NamedTuple):
    """One thing in every round. ``form`` is how it is written: ``{}`` for the number."""

    title: str
    values: Sequence[float]
    goal: Goal | None = None
    form: str = "{}"

    @property
    def cells(self) -> list[str]:
        """Title, median, range, goal, verdict."""
        median = statistics.median(self.values)
        low, high = (short(value) for value in (min(self.values), max(self.values)))
        goal, verdict = "", ""
        if self.goal is not None:
            goal = ("≥ " if self.goal.at_least else "≤ ") + self.form.format(
                f"{self.goal.limit:.3g}" if self.goal.limit < 100 else f"{self.goal.limit:g}"
            )
            verdict = "yes" if self.goal.met(float(short(median).replace(",", ""))) else "**no**"
        return [self.title, self.form.format(short(median)), low if low == high else f"{low}–{high}", goal, verdict]


COLUMNS = ["", "Median", "Range", "Goal", "Met"]


def short(value: float) -> str:
    """A number with as many digits as mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:.2f}" if value < 2 else f"{value:.1f}"


def figures(rows: Sequence[Figure]) -> str:
    """The table of some figures."""
    return table(COLUMNS, [row.cells for row in rows])


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; numbers are flush right."""
    bars = ["---", *("---:" for _ in columns[1:])]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (columns, bars, *rows))


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Round by round."""
    return [one / other for one, other in zip(above, below, strict=True)]
