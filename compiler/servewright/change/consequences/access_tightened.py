"""A model that wants a token of its callers, or another one than before."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import authentication
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path
from servewright.explain.calling import MAAS, NOBODY, TOKEN

RULE = codes.ACCESS_TIGHTENED
_REFUSED = {
    (NOBODY, TOKEN): "callers without a token are refused from now on",
    (NOBODY, MAAS): "callers without a token of Models-as-a-Service are refused from now on",
    (TOKEN, MAAS): "it takes tokens of Models-as-a-Service from now on, and none of the cluster",
    (MAAS, TOKEN): "it takes tokens of the cluster from now on, and none of Models-as-a-Service",
}
_BEFORE = "give its callers such tokens before this is synced"
# Secrets of `auth.tokens` come with the sync.
_HELP = {
    TOKEN: "agree on a time with its callers: the tokens of `auth.tokens` exist only once this is synced; callers in `auth.subjects` can send theirs before"
}
_PLACES: dict[str, Path] = {TOKEN: ("spec", "auth"), MAAS: ("spec", "llmd", "maas")}


def check(subject: Subject) -> Iterator[Consequence]:
    """Of a model that both sides have."""
    if subject.both is None:
        return
    before, after = map(authentication, subject.both)
    if (before, after) in _REFUSED:
        yield Consequence(
            f"{subject.name}: {_REFUSED[before, after]}",
            _HELP.get(after, _BEFORE),
            spec=_PLACES[after],
        )
