"""Names of what is printed. They reach the models' pods, by labels and annotations of the engine, so they never move."""

from __future__ import annotations

from servewright.model.names import LONGEST_LABEL
from servewright.write.lock import hash_of


def joined(*parts: str) -> str:
    """``parts`` with dashes between; shortened, with a hash of the whole, to what a label's value may have.

    Flux marks what it applies with the name, by a label.
    """
    name = "-".join(parts)
    if len(name) <= LONGEST_LABEL:
        return name
    return f"{name[: LONGEST_LABEL - 9].rstrip('-.')}-{hash_of(name.encode())[:8]}"
