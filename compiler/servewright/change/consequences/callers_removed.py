"""Callers whose access ends, while others keep theirs."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import authentication, listed
from servewright.change.consequences.subject import Consequence, Subject
from servewright.change.model import Version
from servewright.diagnostics import codes
from servewright.diagnostics.short import short
from servewright.explain.calling import TOKEN
from servewright.resolve.decisions import Token

RULE = codes.CALLERS_REMOVED
# A token is there once its Secret is synced, and not before.
_TOKENS_LATER = (
    "to change a token, add the new one first, and remove the old one in a later commit, when callers have the new one"
)
_SUBJECTS_FIRST = "keep the tokens beside the subjects, and remove them in a later commit, when callers come as those"


def check(subject: Subject) -> Iterator[Consequence]:
    """One consequence for tokens, and one for subjects; where none needs a token, nobody is refused."""
    if subject.both is None or any(authentication(side) != TOKEN for side in subject.both):
        return
    before, after = subject.both
    kept = {token.secret for token in after.decisions.access.tokens}
    gone = [token for token in before.decisions.access.tokens if token.secret not in kept]
    if gone:
        one = len(gone) == 1
        yield Consequence(
            f"callers of {subject.name} with the token{'' if one else 's'} {listed([f'`{short(token.display_name)}`' for token in gone])} are refused: {'its Secret' if one else 'their Secrets'} {listed([_named(token) for token in gone])} {'is' if one else 'are'} deleted",
            _TOKENS_LATER if after.decisions.access.tokens else _SUBJECTS_FIRST,
            spec=("spec", "auth"),
        )
    remaining = set(_subjects(after))
    lost = [found for found in _subjects(before) if found not in remaining]
    if lost:
        yield Consequence(
            f"the {listed(lost)} may not call {subject.name} any more",
            "move them to another model first, if they still need one",
            spec=("spec", "auth"),
        )


def _named(token: Token) -> str:
    """The Secret's name, which is made of the token's; where that may not be repeated, neither may this."""
    shown = short(token.display_name, len(token.display_name))
    return f"`{token.secret}`" if shown == token.display_name else "of that name"


def _subjects(version: Version) -> list[str]:
    """Who may call by name: ``ServiceAccount `web/app```."""
    own = version.decisions.naming.namespace
    return [
        f"{item.kind} `{item.namespace or own}/{item.name}`"
        if item.kind == "ServiceAccount"
        else f"{item.kind} `{item.name}`"
        for item in version.decisions.access.subjects
    ]
