"""The tables of ``docs/validation.md`` that tests make: compared with what is there, or put there on request."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from differential.corpus import ROOT

DOCUMENT: Final = ROOT / "docs/validation.md"


class Block(NamedTuple):
    """A part of the document between two comments."""

    name: str
    made_by: str

    def refreshed(self, text: str) -> str:
        """What the document has here; with ``SERVEWRIGHT_REFRESH=1`` that becomes ``text`` first."""
        begin, end = f"<!-- {self.name}: made by {self.made_by} -->\n", f"<!-- end of {self.name} -->\n"
        document = DOCUMENT.read_text(encoding="utf-8")
        before, rest = document.split(begin)
        inside, after = rest.split(end)
        if os.environ.get("SERVEWRIGHT_REFRESH") == "1":
            inside = f"\n{text}\n"
            DOCUMENT.write_text(f"{before}{begin}{inside}{end}{after}", encoding="utf-8")
        return inside.strip("\n") + "\n"


MATRIX: Final = Block("matrix", "tests/cluster/test_differential.py")
RULES: Final = Block("rules", "tests/cluster/test_refusals.py")
