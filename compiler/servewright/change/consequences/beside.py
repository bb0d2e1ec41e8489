"""What runs for a while beside the model that is there, because a change replaces it."""

from __future__ import annotations

from servewright.change.consequences.amounts import Total, groups, has_accelerators, pods, steady, total_of
from servewright.change.consequences.subject import Subject, runs, service_of
from servewright.change.model import FieldPath, Version
from servewright.lower.fields import Object
from servewright.record import NamedTuple


class Beside(NamedTuple):
    """``extra`` runs beside the pods ``others``, as long as ``when`` says; ``accelerators``: some are among them."""

    extra: Total
    others: str
    when: str
    accelerators: bool
    field: tuple[Object, FieldPath] | None


def beside(subject: Subject) -> Beside | None:
    """The extra of a change that replaces pods: the surge of a rollout, or a whole model that is deleted later."""
    after = subject.edit.after
    if after is None or not runs(after):
        return None
    restart = subject.restart
    if restart is not None and not restart.replaced:
        touched = {workload.name for workload in restart.strategy.workloads}
        extra = total_of((group for group in groups(after) if group.name in touched), lambda group: group.extra)
        if not extra.pods:
            return None
        first = restart.first
        assert first.item.after is not None
        others = f"its {pods(steady(after).pods)}"
        accelerators = has_accelerators(extra, after)
        return Beside(extra, others, f"while {subject.name} restarts", accelerators, (first.item.after, first.path))
    old = _deleted_later(subject)
    if old is None or not runs(old):
        return None
    others = f"the {pods(steady(after).pods)} of the new {service_of(after).body['kind']}"
    when = f"until the {service_of(old).body['kind']} `{old.decisions.naming.name}` is deleted"
    return Beside(steady(old), others, when, has_accelerators(steady(old), old), None)


def _deleted_later(subject: Subject) -> Version | None:
    """What is deleted once the new objects are there: GitOps engines prune last."""
    before, after = subject.edit.before, subject.edit.after
    if before is not None and after is not None and before.decisions.runtime.llmd != after.decisions.runtime.llmd:
        return before
    return subject.other.before if before is None and subject.other is not None else None
