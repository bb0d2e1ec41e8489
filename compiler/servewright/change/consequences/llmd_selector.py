"""Edits of an llm-d model that are admitted, and that its controller cannot carry out."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.field_paths import words
from servewright.change.consequences.selector import selector_edits
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes

RULE = codes.LLMD_SELECTOR


def check(subject: Subject) -> Iterator[Consequence]:
    """One consequence, on the first of the fields."""
    found = list(selector_edits(subject.edit))
    if not found:
        return
    item, path = found[0]
    assert item.after is not None
    named = ", ".join(dict.fromkeys(f"`{words(path)}`" for _, path in found))
    yield Consequence(
        f"{subject.name} is stuck after this change until it is reverted: {named} {'is' if len(found) == 1 else 'are'} in the selector of its Deployment, which Kubernetes never changes",
        "stop it (`stopped: true`) in a commit of its own before this one, which deletes that Deployment, and start it again after it; or give the deployment another name",
        field=(item.after, path),
    )
