"""What a change does to running models: rules over :class:`servewright.change.model.Change`."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.change.model import Change
from servewright.diagnostics.model import Finding


def consequences_of(change: Change, *, allow_deletions: bool) -> Iterable[tuple[tuple[str, str] | None, Finding]]:
    """Findings with the namespace and name of the deployment that they concern (None: a whole namespace)."""
    return ()
