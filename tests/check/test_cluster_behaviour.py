"""docs/cluster-behaviour.md: each id has its row, and each rule that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

from servewright.diagnostics.codes import BY_CODE

DOCUMENT = Path(__file__).parents[2] / "docs" / "cluster-behaviour.md"

# How many there are of each group; the numbers have no gaps.
GROUPS = {"N": 10, "R": 15, "P": 22, "S": 10, "M": 8, "L": 24, "H": 6, "C": 8, "K": 1}
IDS = [f"{letter}{number:02}" for letter, count in GROUPS.items() for number in range(1, count + 1)]
ROW = re.compile(r"^\| ([A-Z]\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(DOCUMENT.read_text(encoding="utf-8"))


def test_every_id_is_there_once_and_in_order() -> None:
    assert [row[0] for row in rows()] == IDS


def test_every_row_names_a_rule_or_says_why_there_is_none() -> None:
    assert [row for row in rows() if not re.match(r"\[SW\d{3}\]|never emitted: |not known offline: ", row[3])] == []


def test_every_rule_that_is_named_exists() -> None:
    named = {code for row in rows() for code in re.findall(r"SW\d{3}", row[3])}
    assert named <= set(BY_CODE)


def test_every_rule_about_webhooks_and_controllers_is_named() -> None:
    named = {code for row in rows() for code in re.findall(r"SW\d{3}", row[3])}
    unnamed = {code for code in BY_CODE if code.startswith("SW6")} - named
    assert unnamed <= {"SW612", "SW616"}  # names in the catalog: no cluster has a rule about these
