"""What the builder of documents notes when it refuses something: no words yet, and no lines, which a clean run never needs."""

from __future__ import annotations

from servewright.diagnostics.model import Path
from servewright.hints import Any, Literal
from servewright.record import NamedTuple

MAX_ALIASES = 100
MAX_EXPANSION = 10_000

Kind = Literal[
    "alias-budget",
    "alias-recursive",
    "alias-unknown",
    "anchor-twice",
    "collection-key",
    "directive",
    "doubtful",
    "doubtful-key",
    "duplicate-key",
    "key-not-string",
    "tag",
    "too-deep",
]


class Trouble(NamedTuple):
    """Something that a document is refused for: what, at which indices of the text, and at which path.

    ``subject`` is the key or doubtful scalar, if the kind has one; ``container`` is the collection around it.
    """

    kind: Kind
    start: int
    end: int
    path: Path
    subject: Any = None
    container: Any = None
