"""Configs of the catalog that an LLMInferenceService is merged over: anything may be in them."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.catalog.plain_object import PlainObject
from servewright.check.rules.subject import Subject
from servewright.diagnostics.model import Path
from servewright.hints import Any
from servewright.model.deployment import Llmd
from servewright.record import NamedTuple

_LLMD: Path = ("spec", "llmd")


class Base(NamedTuple):
    """A base config: its position, what the catalog has of it, if anything, and where the spec names it."""

    position: int
    config: PlainObject | None
    place: Path

    @property
    def spec(self) -> Any:
        """What it says, of any type; None where the catalog does not have it."""
        return self.config.body.get("spec") if self.config else None


def inside(value: Any, *steps: str) -> Any:
    """The field of ``value`` that ``steps`` lead to, None where one of them does not."""
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def bases(subject: Subject) -> Iterator[Base]:
    """The configs that an LLMInferenceService is merged over, in its order."""
    llmd, context = subject.decisions.deployment.spec.llmd or Llmd(), subject.context
    copies = {copy.name: copy for copy in subject.decisions.llmd.copies}
    places = (subject.decisions.naming.namespace, context.applications_namespace)
    configs = context.catalog.llm_configs
    for index, reference in enumerate(subject.spec.get("baseRefs", ())):
        name = reference["name"]
        if (copy := copies.get(name)) is not None:
            field: Path = ("config",) if copy.topology_type is None else ("topology", "config")
            yield Base(index, copy.source, (*_LLMD, *field))
            continue
        field = ("routing",) if name == llmd.routing else ("baseRefs", llmd.base_refs.index(name))
        known = next((configs[place, name] for place in places if (place, name) in configs), None)
        yield Base(index, known, (*_LLMD, *field))
