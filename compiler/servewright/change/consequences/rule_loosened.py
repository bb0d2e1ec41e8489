"""A rule that says less from now on."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.subject import Consequence, Fleet
from servewright.diagnostics import codes

RULE = codes.RULE_LOOSENED


def check(fleet: Fleet) -> Iterator[Consequence]:
    """One consequence per rule; a rule of changes still judges this one as the base has it."""
    for item in fleet.change.loosened:
        same = item.before == item.after
        how = "could not be waived, and can be" if same else f"was `{item.before}`, and is `{item.after}`"
        ours = codes.is_consequence(item.rule.code)
        still = ": this change is still judged as before" if ours else ""
        yield Consequence(
            f"{item.rule.code} ({item.rule.slug}) {how} from now on{still}",
            "merge the looser rule by itself, before the change that needs it" if ours else None,
            where=item.where,
        )
