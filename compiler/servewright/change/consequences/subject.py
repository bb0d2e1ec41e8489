"""What a consequence rule looks at, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from servewright.change.consequences.refusals import refusals
from servewright.change.consequences.restart import Restart
from servewright.change.consequences.selector import selector_edits
from servewright.change.model import Change, DeploymentChange, FieldPath, Version
from servewright.compilation import SERVICES
from servewright.diagnostics.model import Path, Where
from servewright.hints import Any
from servewright.lower.fields import Object
from servewright.record import NamedTuple


class Subject(NamedTuple):
    """A deployment that differs. ``restart`` is what replaces its pods, if anything does.

    ``other`` is its other half if it is renamed or moved: the removed one of an added one, and the reverse.
    ``new_namespace``: nothing was in its namespace before.
    """

    edit: DeploymentChange
    restart: Restart | None
    other: DeploymentChange | None
    new_namespace: bool = False

    @property
    def name(self) -> str:
        """The deployment's name, as messages show it."""
        return f"`{self.edit.name}`"

    @property
    def blocked(self) -> bool:
        """Whether the cluster keeps the service as it is: its edit is refused, or its controller fails."""
        refused = any(item.identity[0] in SERVICES for item, _ in refusals(self.edit))
        return refused or any(selector_edits(self.edit))

    @property
    def both(self) -> tuple[Version, Version] | None:
        """Before and after, of a deployment that both sides have."""
        before, after = self.edit.before, self.edit.after
        return (before, after) if before is not None and after is not None else None


class Fleet(NamedTuple):
    """The change as a whole, for rules that concern no single deployment."""

    change: Change
    subjects: tuple[Subject, ...]
    allow_deletions: bool


class Consequence(NamedTuple):
    """What a change does. Its place is ``field`` of an object of the head, or a path ``spec`` into the head's document.

    A rule about the fleet gives the place itself, ``where``; without any of the three a finding has no place.
    """

    message: str
    help: str | None = None
    field: tuple[Object, FieldPath] | None = None
    spec: Path | None = None
    where: Where | None = None


def service_of(version: Version) -> Object:
    """The InferenceService or LLMInferenceService."""
    return next(item for item in version.objects if item.body["kind"] in SERVICES)


def runs(version: Version) -> bool:
    """Whether the version has pods at all."""
    return not version.decisions.deployment.spec.stopped


def differs(both: tuple[Version, Version], of: Callable[[Version], Any]) -> bool:
    """Whether ``of`` gives something else for the two versions."""
    before, after = both
    return bool(of(before) != of(after))
