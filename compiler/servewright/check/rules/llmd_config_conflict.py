"""Base configs that, merged with what the service always says, would be refused.

KServe, llmisvc/config_merge.go: the service is merged over its configs, and the result is created as a dry run; what
admission refuses (llm_inference_service_validation.go) is InvalidRenderedConfig. A service always has `replicas`, which
excludes `scaling`, and a gateway; one without references excludes references to routes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from servewright.catalog.plain_object import PlainObject
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Where

RULE = codes.LLMD_CONFIG_CONFLICT


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each part of a config that contradicts the service."""
    for index, (config, place) in _configs(subject):
        spec = config.body.get("spec")
        for path, why in _conflicts(spec if isinstance(spec, dict) else {}, subject.spec):
            yield Fault(
                ("spec", "baseRefs", index, "name"),
                f"the config `{config.name}` {why}: the controller would get nothing but a refusal",
                f"take `{'.'.join(path)}` out of the config",
                Where(subject.document, place),
                (Note("the config", Where(config.where.document, ("spec", *path), "key")),),
            )


def _conflicts(config: dict[str, Any], service: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    if config.get("scaling"):
        yield ("scaling",), "scales the model, and the service says how many replicas there are"
    if "prefill" in service and _inside(config, "prefill", "scaling"):
        yield ("prefill", "scaling"), "scales the prefill workload, and the service says how many replicas there are"
    gateways = service["router"]["gateway"].get("refs") or _inside(config, "router", "gateway", "refs")
    if _inside(config, "router", "route", "http", "refs") and not gateways:
        yield (
            ("router", "route", "http", "refs"),
            "refers to routes, and the service is reached by the platform's gateway",
        )


def _inside(value: Any, *steps: str) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _configs(subject: Subject) -> Iterator[tuple[int, tuple[PlainObject, Path]]]:
    """The base configs that the catalog has, by their position, and where the spec names them."""
    llmd, context = subject.decisions.deployment.spec.llmd, subject.context
    copies = {copy.name: copy for copy in subject.decisions.llmd.copies}
    for index, reference in enumerate(subject.spec.get("baseRefs", ())):
        name, copy = reference["name"], copies.get(reference["name"])
        if copy is not None:
            field = ("config",) if copy.topology_type is None else ("topology", "config")
            yield index, (copy.source, ("spec", "llmd", *field))
            continue
        places = (subject.decisions.naming.namespace, context.applications_namespace)
        configs = context.catalog.llm_configs
        config = next((configs[place, name] for place in places if (place, name) in configs), None)
        if config is not None and llmd is not None:
            routing = name == llmd.routing
            yield (
                index,
                (
                    config,
                    ("spec", "llmd", "routing")
                    if routing
                    else ("spec", "llmd", "baseRefs", llmd.base_refs.index(name)),
                ),
            )
