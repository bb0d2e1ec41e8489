"""What a rule about emitted objects looks at, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from servewright.diagnostics.model import Document, Note, Path, Where
from servewright.hints import Any, Literal
from servewright.lower.fields import Object
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions


class Subject(NamedTuple):
    """One emitted object, and what it was made from; ``document`` is the deployment's.

    ``memo`` belongs to the run: a rule keeps there, under a key that starts with its name, what follows from the catalog.
    """

    item: Object
    decisions: Decisions
    context: Context
    document: Document
    memo: dict[Any, Any]

    @property
    def spec(self) -> dict[str, Any]:
        """The object's ``spec``."""
        spec: dict[str, Any] = self.item.body["spec"]
        return spec

    def once(self, name: str, of: object, made: Callable[[], Any]) -> Any:
        """What the rule ``name`` makes of ``of``, a thing of the catalog that many objects share: made once per run."""
        key = name, id(of)
        known = self.memo.get(key)
        if known is None:
            known = self.memo[key] = of, made()  # kept, so that no other thing gets its identity
        return known[1]


class Fault(NamedTuple):
    """Something wrong at ``path`` of the object; ``where`` is given when the place in the inputs is known better."""

    path: Path
    message: str
    help: str
    where: Where | None = None
    notes: tuple[Note, ...] = ()
    on: Literal["key", "value"] = "value"


def pod_path(subject: Subject) -> Path:
    """Where a service has what is said about its pods."""
    return ("spec", "template") if subject.decisions.runtime.llmd else ("spec", "predictor")


def container_path(subject: Subject) -> Path:
    """Where a service has what is said about the model's container."""
    return (*pod_path(subject), *(("containers", 0) if subject.decisions.runtime.llmd else ("model",)))
