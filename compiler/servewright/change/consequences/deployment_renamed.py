"""A deployment with another name: Kubernetes renames nothing, so one model is deleted and another created."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import addresses, authentication, listed
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.short import short
from servewright.explain.calling import TOKEN

RULE = codes.DEPLOYMENT_RENAMED


def check(subject: Subject) -> Iterator[Consequence]:
    """Said of the new one, which has a line."""
    edit = subject.edit
    if edit.before is not None or edit.after is None or edit.renamed is None:
        return
    where = listed(list(addresses(edit.after).values()))
    if edit.moved is not None:
        yield Consequence(
            f"`{edit.moved}/{edit.renamed}` becomes `{edit.namespace}/{edit.name}`, and in another namespace it is another model: the old one is deleted, and callers must go to {where}{_tokens(subject)}",
            "Secrets, claims and service accounts that it uses must be in the new namespace too; where there is room for both, add the new one first, and remove the old one in a later commit",
            spec=("metadata", "namespace"),
        )
        return
    yield Consequence(
        f"`{edit.renamed}` becomes `{edit.name}`, and another name is another model: `{edit.renamed}` is deleted, and callers must go to {where}{_tokens(subject)}",
        "to change what people read, change `displayName` and keep `metadata.name`; to move callers first, where there is room for both, add the new one and remove the old one in a later commit",
        spec=("metadata", "name"),
    )


def _tokens(subject: Subject) -> str:
    """What becomes of the tokens of the old one: they are Secrets of its ServiceAccount, and go with it."""
    old = subject.other.before if subject.other is not None else None
    if old is None or authentication(old) != TOKEN or not old.decisions.access.tokens:
        return ""
    tokens = [f"`{short(token.display_name)}`" for token in old.decisions.access.tokens]
    one = len(tokens) == 1
    return f"; its token{'' if one else 's'} {listed(tokens)} {'is' if one else 'are'} deleted with it, and none of the same name has the same value"
