"""What must not differ between the Python versions that are supported, 3.11.0 and later."""

from __future__ import annotations

import re
from pathlib import Path

import servewright

SOURCES = sorted(Path(servewright.__file__).parent.rglob("*.py"))

# Before 3.11.5, a repeated group with branches that is possessive matches too much (gh-106052): text that only quotes
# keep together was written plain. No version of Python that this is tested with need have the fault, so it is looked for.
POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+")


def test_no_pattern_repeats_a_group_possessively() -> None:
    found = [
        f"{path.name}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if POSSESSIVE_GROUP.search(line)
    ]
    assert found == []
    assert len(SOURCES) > 100
