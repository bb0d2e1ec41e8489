"""A rule that says less from now on."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.subject import Consequence, Fleet
from servewright.diagnostics import codes

RULE = codes.RULE_LOOSENED


def check(fleet: Fleet) -> Iterator[Consequence]:
    """One consequence per rule; a rule of changes still judges this one as the base has it."""
    for item in fleet.change.loosened:
        what = "can be waived" if item.before == item.after else f"is `{item.after}`"
        was = "could not be" if item.before == item.after else f"was `{item.before}`"
        ours = codes.is_consequence(item.rule.code)
        still = ", and this change is still judged as before" if ours else ""
        yield Consequence(
            f"{item.rule.code} ({item.rule.slug}) {what} from now on, and {was}{still}",
            "merge the looser rule by itself, before the change that needs it" if ours else None,
            where=item.where,
        )
