"""Another model, or the same one from another place."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.subject import Consequence, Subject, runs
from servewright.check.demand import storage_of
from servewright.diagnostics import codes
from servewright.diagnostics.short import short
from servewright.resolve.decisions import SourceChoice

# A base may hold what a head is refused for, such as a credential in a URI.
_LENGTH = 120
RULE = codes.MODEL_SOURCE
_LOADED = {
    "download": "each new pod downloads it before it is ready",
    "image": "each node that runs a new pod pulls its image",
    "mount": "new pods mount it where it is",
}


def check(subject: Subject) -> Iterator[Consequence]:
    """Of a model that both sides have."""
    if subject.both is None:
        return
    old, new = (side.decisions.source for side in subject.both)
    if _place(old) != _place(new):
        after = subject.both[1]
        how = _LOADED[storage_of(after.decisions.source)] if runs(after) else "it is loaded when the model is started"
        yield Consequence(
            f"{subject.name} serves {_place(new, besides=old)} instead of {_place(old)}: {how}",
            spec=("spec", "model", "source"),
        )


def _place(source: SourceChoice, besides: SourceChoice | None = None) -> str:
    """Where the model is; without the connection if that of ``besides``, which is named too, is the same."""
    if source.uri is not None:
        return f"`{short(source.uri, _LENGTH)}`"
    path = f"`{short(source.path or '', _LENGTH)}`"
    if besides is not None and besides.uri is None and besides.connection == source.connection:
        return path
    return f"{path} of the connection `{source.connection}`"
