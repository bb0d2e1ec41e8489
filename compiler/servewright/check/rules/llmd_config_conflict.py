"""Base configs that, merged with what the service always says, would be refused.

KServe, llmisvc/config_merge.go: the service is merged over its configs, and the result is created as a dry run; what
admission refuses (llm_inference_service_validation.go) is InvalidRenderedConfig. A service always has `replicas`, which
excludes `scaling`, and a gateway; one without references excludes references to routes.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.base_configs import bases, inside
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Where

RULE = codes.LLMD_CONFIG_CONFLICT
_ROUTES = ("router", "route", "http", "refs")


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each part of a config that contradicts the service."""
    configs = list(bases(subject))
    service = subject.spec
    # A gateway may be named by another config, or by one that nobody knows.
    gateway = service["router"]["gateway"] or any(
        base.config is None or inside(base.spec, "router", "gateway", "refs") for base in configs
    )
    for base in configs:
        for path, why in (
            (("scaling",), "scales the model, and the service says how many replicas there are"),
            (("prefill", "scaling"), "scales the prefill workload, and the service says how many replicas there are"),
            (_ROUTES, "refers to routes, and the service is reached by the platform's gateway"),
        ):
            excluded = gateway if path == _ROUTES else path[0] == "prefill" and "prefill" not in service
            if base.config is not None and not excluded and inside(base.spec, *path):
                yield Fault(
                    ("spec", "baseRefs", base.position, "name"),
                    f"the config `{base.config.name}` {why}: the controller would get nothing but a refusal",
                    f"take `{'.'.join(path)}` out of the config",
                    Where(subject.document, base.place),
                    (Note("the config", Where(base.config.where.document, ("spec", *path), "key")),),
                )
