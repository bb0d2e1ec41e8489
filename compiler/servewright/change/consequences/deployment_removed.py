"""A deployment that is gone: its model is deleted."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import addresses, listed
from servewright.change.consequences.subject import Consequence, Subject, runs
from servewright.diagnostics import codes

RULE = codes.DEPLOYMENT_REMOVED


def check(subject: Subject) -> Iterator[Consequence]:
    """Nothing where it goes on under another name: the new one says so."""
    edit = subject.edit
    if edit.before is None or edit.after is not None or edit.renamed is not None:
        return
    file = edit.before.document.source.path
    was = "its pods are deleted" if runs(edit.before) else "it was stopped"
    where = listed(list(addresses(edit.before).values()))
    yield Consequence(
        f"`{edit.namespace}/{edit.name}` of `{file}` is removed: {was}, and nothing answers at {where} any more",
        "to keep it without its pods, write `stopped: true`",
    )
