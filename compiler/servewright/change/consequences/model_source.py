"""Another model, or the same one from another place."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.subject import Consequence, Subject, runs
from servewright.change.model import Version
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
    """Of a model that both sides have. The same file by another connection, or as llm-d names it, is the same model."""
    if subject.both is None:
        return
    before, after = subject.both
    old, new = (side.decisions.source for side in subject.both)
    if _place(old) == _place(new) or (_file(before) is not None and _file(before) == _file(after)):
        return
    how = _LOADED[storage_of(new)] if runs(after) else "it is loaded when the model is started"
    unsure = (_file(before) is None or _file(after) is None) and _path(old) == _path(new) is not None
    same = "; it is the same model if both lead to the same bucket" if unsure else ""
    yield Consequence(
        f"{subject.name} gets its model from {_place(new, besides=old)} instead of {_place(old)}{same}: {how}",
        spec=("spec", "model", "source"),
    )


def _file(version: Version) -> tuple[str | None, ...] | None:
    """Endpoint, bucket and path; None where the connection does not say."""
    source = version.decisions.source
    key = version.decisions.naming.namespace, source.connection or ""
    connection = version.context.connections.get(key)
    s3 = connection.spec.s3 if connection else None
    if source.kind != "s3" or s3 is None or s3.bucket is None:
        return None
    return s3.endpoint, s3.bucket, source.path


def _path(source: SourceChoice) -> str | None:
    """The path in a bucket, of which the bucket is not part."""
    return source.path if source.kind == "s3" else None


def _place(source: SourceChoice, besides: SourceChoice | None = None) -> str:
    """Where the model is; without the connection if that of ``besides``, which is named too, is the same."""
    if source.uri is not None:
        return f"`{short(source.uri, _LENGTH)}`"
    path = f"`{short(source.path or '', _LENGTH)}`"
    if besides is not None and besides.uri is None and besides.connection == source.connection:
        return path
    return f"{path} of the connection `{source.connection}`"
