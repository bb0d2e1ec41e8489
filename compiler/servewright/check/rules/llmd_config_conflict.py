"""Base configs that, merged with what the service always says, would be refused.

KServe, llmisvc/config_merge.go: the service is merged over its configs, and the result is created as a dry run; what
admission refuses (llm_inference_service_validation.go) is InvalidRenderedConfig. A service always has `replicas`, which
excludes `scaling`, and a gateway; one without references excludes references to routes.
"""

from collections.abc import Iterator
from typing import Any

from servewright.catalog.plain_object import PlainObject
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Where
from servewright.model.deployment import Llmd
from servewright.record import NamedTuple

RULE = codes.LLMD_CONFIG_CONFLICT
_ROUTES = ("router", "route", "http", "refs")
_LLMD: Path = ("spec", "llmd")


class _Base(NamedTuple):
    """A base config: its position, what the catalog has of it, if anything, and where the spec names it."""

    position: int
    config: PlainObject | None
    place: Path

    @property
    def spec(self) -> Any:
        return self.config.body.get("spec") if self.config else None


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each part of a config that contradicts the service."""
    bases = list(_bases(subject))
    service = subject.spec
    # A gateway may be named by another config, or by one that nobody knows.
    gateway = service["router"]["gateway"] or any(
        base.config is None or _inside(base.spec, "router", "gateway", "refs") for base in bases
    )
    for base in bases:
        for path, why in (
            (("scaling",), "scales the model, and the service says how many replicas there are"),
            (("prefill", "scaling"), "scales the prefill workload, and the service says how many replicas there are"),
            (_ROUTES, "refers to routes, and the service is reached by the platform's gateway"),
        ):
            excluded = gateway if path == _ROUTES else path[0] == "prefill" and "prefill" not in service
            if base.config is not None and not excluded and _inside(base.spec, *path):
                yield Fault(
                    ("spec", "baseRefs", base.position, "name"),
                    f"the config `{base.config.name}` {why}: the controller would get nothing but a refusal",
                    f"take `{'.'.join(path)}` out of the config",
                    Where(subject.document, base.place),
                    (Note("the config", Where(base.config.where.document, ("spec", *path), "key")),),
                )


def _inside(value: Any, *steps: str) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _bases(subject: Subject) -> Iterator[_Base]:
    llmd, context = subject.decisions.deployment.spec.llmd or Llmd(), subject.context
    copies = {copy.name: copy for copy in subject.decisions.llmd.copies}
    places = (subject.decisions.naming.namespace, context.applications_namespace)
    configs = context.catalog.llm_configs
    for index, reference in enumerate(subject.spec.get("baseRefs", ())):
        name = reference["name"]
        if (copy := copies.get(name)) is not None:
            field: Path = ("config",) if copy.topology_type is None else ("topology", "config")
            yield _Base(index, copy.source, (*_LLMD, *field))
            continue
        field = ("routing",) if name == llmd.routing else ("baseRefs", llmd.base_refs.index(name))
        known = next((configs[place, name] for place in places if (place, name) in configs), None)
        yield _Base(index, known, (*_LLMD, *field))
