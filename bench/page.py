"""docs/performance.md and its charts: what was measured is kept in results.json, and they are written from it."""

from __future__ import annotations

import json
import platform
import re
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from report import Data

RESULTS = Path(__file__).with_name("results.json")
DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "performance.md"
_MARKED = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_DIGITS = 5

Results = dict[str, Any]


def load() -> Results:
    """What was measured so far: section to its rounds and values."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def keep(name: str, data: Data) -> None:
    """Put the section in place of what it was."""
    values = {key: [float(f"{value:.{_DIGITS}g}") for value in numbers] for key, numbers in data.items()}
    results = load() | {name: {"python": platform.python_version(), "values": values}}
    ordered = json.dumps(results, indent=1, sort_keys=True)
    # A line for each list.
    RESULTS.write_text(
        re.sub(r"\[[^][]*\]", lambda match: " ".join(match[0].split()), ordered) + "\n", encoding="utf-8"
    )


def write(results: Results, tables: Mapping[str, Callable[[Data], str]]) -> None:
    """Write the page's tables and the charts."""
    from chart import charts

    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), results, tables), encoding="utf-8")
    for name, picture in charts(results):
        (DOCS / name).write_text(picture, encoding="utf-8")


def is_fresh(results: Results, tables: Mapping[str, Callable[[Data], str]]) -> bool:
    """Whether the page's tables are what was measured."""
    text = PAGE.read_text(encoding="utf-8")
    return filled(text, results, tables) == text


def filled(text: str, results: Results, tables: Mapping[str, Callable[[Data], str]]) -> str:
    """The page with the tables of what was measured; others stay."""

    def fill(match: re.Match[str]) -> str:
        start, name, end = match.groups()
        if name not in results:
            return match[0]
        section = results[name]
        said = f"{_rounds(section['values'])}, Python {section['python']}."
        return f"{start}\n{tables[name](section['values'])}\n{said}\n\n{end}"

    return _MARKED.sub(fill, text)


def _rounds(values: Data) -> str:
    """How often things were measured: sections may do with fewer rounds than were asked for, and some things are one."""
    rounds = statistics.mode(map(len, values.values()))
    return "One round" if rounds == 1 else f"Medians of {rounds} rounds"
