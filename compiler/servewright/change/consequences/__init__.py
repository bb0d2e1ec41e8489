"""What a change does to what runs: rules over the difference between two compilations.

Each rule is a module with ``RULE``, its code, and ``check``, which yields a Consequence for everything that it knows
of a Subject, one deployment that differs, or of the Fleet, the change as a whole; its page
(``diagnostics/pages/CODE.md``) has what it applies to, and where the fact was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from servewright.change.consequences.field_paths import words
from servewright.change.consequences.place_of_change import place_of_change
from servewright.change.consequences.restart import restart_of
from servewright.change.consequences.subject import Consequence, Fleet, Subject
from servewright.change.model import Change, DeploymentChange
from servewright.diagnostics.field_path import exists
from servewright.diagnostics.model import Finding, Rule, Where
from servewright.hints import Any

# In the order in which they are told.
OF_THE_FLEET = (
    "rule_loosened",
    "mass_deletion",
    "engine_takeover",
    "sync_outdated",
    "restarts_many",
    "connection_changes",
)
OF_A_DEPLOYMENT = (
    "edit_refused",
    "llmd_selector",
    "connection_lost",
    "profile_switched",
    "deployment_removed",
    "deployment_renamed",
    "deployment_added",
    "model_stops",
    "model_starts",
    "model_restarts",
    "model_downtime",
    "rollout_extra",
    "rollout_accelerators",
    "strategy_changes",
    "demand_changes",
    "newly_unauthenticated",
    "newly_exposed",
    "url_changes",
    "request_changes",
    "access_tightened",
    "callers_removed",
    "model_source",
    "runtime_image",
)


def consequences_of(change: Change, *, allow_deletions: bool) -> Iterator[tuple[tuple[str, str] | None, Finding]]:
    """Every consequence, with the namespace and name of its deployment; None: of the change as a whole."""
    subjects = tuple(_subjects(change))
    fleet = Fleet(change, subjects, allow_deletions)
    for module in _modules(OF_THE_FLEET):
        for found in module.check(fleet):
            yield None, Finding(module.RULE, found.message, found.where, found.help)
    rules = [(module.RULE, module.check) for module in _modules(OF_A_DEPLOYMENT)]
    for subject in subjects:
        key = subject.edit.namespace, subject.edit.name
        for rule, check in rules:
            for found in check(subject):
                yield key, _finding(rule, found, subject.edit)


def _modules(names: tuple[str, ...]) -> list[Any]:
    return [import_module(f"{__name__}.{name}") for name in names]


def _subjects(change: Change) -> Iterator[Subject]:
    by_name = {(edit.namespace, edit.name): edit for edit in change.deployments}
    for edit in change.deployments:
        other = by_name.get(edit.other) if edit.other is not None else None
        yield Subject(edit, restart_of(edit), other, edit.namespace in change.folders.new)


def _finding(rule: Rule, found: Consequence, edit: DeploymentChange) -> Finding:
    """The finding, on the line of the head that is responsible; what is removed has no line there."""
    after = edit.after
    if found.where is not None or after is None:
        return Finding(rule, found.message, found.where, found.help)
    if found.field is None:
        path = found.spec or ("metadata", "name")
        # As everywhere, what is not there is shown by what is around it.
        on_key = not exists(after.document.data, path)
        return Finding(rule, found.message, Where(after.document, path, "key" if on_key else "value"), found.help)
    item, field = found.field
    kind, namespace, name = item.identity
    where = place_of_change(edit, item, field)
    return Finding(rule, found.message, where, found.help, (), f"{kind}/{namespace}/{name}", words(field))
