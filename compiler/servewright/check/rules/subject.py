"""What a rule about emitted objects looks at, and what it says."""
# No `from __future__ import annotations` beside many records: NamedTuple would compile the text of each annotation.

from typing import Any

from servewright.diagnostics.model import Note, Path, Where
from servewright.lower.fields import Object
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions


class Subject(NamedTuple):
    """One emitted object, and what it was made from.

    ``memo`` belongs to the run: a rule keeps there, under a key that starts with its name, what follows from the catalog.
    """

    item: Object
    decisions: Decisions
    context: Context
    memo: dict[Any, Any]

    @property
    def spec(self) -> dict[str, Any]:
        """The object's ``spec``."""
        spec: dict[str, Any] = self.item.body["spec"]
        return spec


class Fault(NamedTuple):
    """Something wrong at ``path`` of the object; ``where`` is given when the place in the inputs is known better."""

    path: Path
    message: str
    help: str
    where: Where | None = None
    notes: tuple[Note, ...] = ()
