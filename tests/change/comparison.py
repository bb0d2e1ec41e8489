"""Two repositories, compared, and what the consequence rules say of that."""

from __future__ import annotations

from collections.abc import Mapping

from servewright import Repository
from servewright.change.consequences import consequences_of
from servewright.change.differences import compare
from servewright.change.model import Change
from servewright.diagnostics.model import Finding

Files = Mapping[str, str]


def change(before: Files, after: Files) -> Change:
    """The change from one repository to the other; neither has errors, which would leave something out of it.

    The first may be empty, of which is said that it has no Project.
    """
    compared = compare(*(Repository.of(files) for files in (before, after)))
    assert compared.others == () or not before
    return compared.change


def consequences(
    before: Files, after: Files, *, allow_deletions: bool = False
) -> tuple[tuple[tuple[str, str] | None, Finding], ...]:
    """What the change from one repository to the other does."""
    return tuple(consequences_of(change(before, after), allow_deletions=allow_deletions))
