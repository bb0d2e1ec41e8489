"""One document of the catalog, or one runtime, that several models depend on: they all restart."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.catalog.annotations import string_map
from servewright.change.consequences.addresses import listed
from servewright.change.consequences.place_of_change import place_of_change
from servewright.change.consequences.restart import Cause
from servewright.change.consequences.subject import Consequence, Fleet, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Where

RULE = codes.RESTARTS_MANY
_SHOWN = 5  # models, by name; the others are counted


def check(fleet: Fleet) -> Iterator[Consequence]:
    """One consequence per thing that several restarts go back to."""
    restarting: dict[str, tuple[Where | None, list[str]]] = {}
    for subject in fleet.subjects:
        if subject.restart is None:
            continue
        found = dict(filter(None, (_shared(subject, cause) for cause in subject.restart.causes)))
        for shared, where in found.items():
            restarting.setdefault(shared, (where, []))[1].append(f"`{subject.edit.namespace}/{subject.edit.name}`")
    for shared, (where, names) in sorted(restarting.items()):
        if len(names) < 2:
            continue
        shown = names[:_SHOWN] + ([f"{len(names) - _SHOWN:,} more"] if len(names) > _SHOWN else [])
        yield Consequence(
            f"{len(names):,} models restart, because {shared} changes: {listed(shown)}",
            "to move one model after the other, put it into the catalog under a new name, and choose that in one deployment at a time",
            where=where,
        )


def _shared(subject: Subject, cause: Cause) -> tuple[str, Where | None] | None:
    """What the field comes from, if that is not the deployment's own spec, and where it is written."""
    edit, item = subject.edit, cause.item.after
    assert edit.before is not None and edit.after is not None and item is not None
    after = edit.after
    where = place_of_change(edit, item, cause.path)
    outside = where if where.document is not after.document else None
    if item.body["kind"] == "ServingRuntime":
        old, new = edit.before.decisions.runtime, after.decisions.runtime
        if (old.template, old.scope) == (new.template, new.scope):
            place_of = f"{edit.namespace}/" if new.scope == "project" else ""
            return f"the runtime template `{place_of}{new.template}`", outside
        if cause.item is edit.runtime:
            return f"the shared ServingRuntime `{edit.namespace}/{item.identity[2]}`", outside
        return None
    if outside is None:
        return None
    data = outside.document.data
    metadata = string_map(data.get("metadata"))
    namespace, name = metadata.get("namespace"), metadata.get("name")
    named = name if namespace == after.context.applications_namespace else f"{namespace}/{name}"
    return f"the {data.get('kind')} `{named}`", outside
