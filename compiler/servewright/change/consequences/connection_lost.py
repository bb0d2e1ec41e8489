"""A connection that is given up, while the spec gives the model's address itself: admission clears both."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.subject import Consequence, Subject, runs, service_of
from servewright.diagnostics import codes
from servewright.resolve.decisions import SourceChoice

RULE = codes.CONNECTION_LOST
# What the webhook clears when a connection of this type goes away: `storageUri`, or llm-d's `model.uri`
# (odh-model-controller internal/webhook/serving, the cleanup of InferenceService and LLMInferenceService).
_CLEARS = {False: ("uri",), True: ("uri", "s3")}


def check(subject: Subject) -> Iterator[Consequence]:
    """Where what is cleared is not injected again, and the model is not stopped meanwhile."""
    if subject.both is None or subject.both[0].decisions.runtime.llmd != subject.both[1].decisions.runtime.llmd:
        return
    before, after = subject.both
    old, new = before.decisions.source, after.decisions.source
    llmd = after.decisions.runtime.llmd
    if (
        old.connection is None
        or (old.kind, old.connection) == (new.kind, new.connection)
        or old.kind not in _CLEARS[llmd]
    ):
        return
    if new.uri is None or _injected(new) or not runs(after):
        return
    path = ("spec", "model", "uri") if llmd else ("spec", "predictor", "model", "storageUri")
    yield Consequence(
        f"{subject.name} loses its model at the first sync: admission takes the connection `{old.connection}` out and clears `{'.'.join(path)}` with it, which only a second sync sets again",
        "stop the model in a commit before (`stopped: true`), sync this change twice, then start it; or give the deployment another name",
        field=(service_of(after), path),
    )


def _injected(source: SourceChoice) -> bool:
    return source.connection is not None and source.kind in ("uri", "s3")
