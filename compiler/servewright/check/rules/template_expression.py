"""Template expressions in the spec's pieces of containers: probes, lifecycle, mounts (arguments and environment are
looked at when they are decided).

KServe, inferenceservice/utils/utils.go, ReplacePlaceholders, and llmisvc/config_merge.go: the whole container is a
template for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.runtime_template_expression import asks_for_expansion, texts
from servewright.check.rules.subject import Fault, Subject, container_path
from servewright.diagnostics import codes
from servewright.resolve.arguments import template_references

RULE = codes.TEMPLATE_EXPRESSION
_LOOKED_AT = ("args", "env", "resources")  # amounts are no texts


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each text with an expression that KServe cannot expand."""
    llmd = subject.decisions.runtime.llmd
    spec = subject.spec
    container = spec["template"]["containers"][0] if llmd else spec["predictor"]["model"]
    for field, value in container.items():
        if field in _LOOKED_AT or not ("{{" in value if value.__class__ is str else asks_for_expansion(value)):
            continue
        for where, text in texts(value, (*container_path(subject), field)):
            if template_references(text, llmd) is None:
                yield Fault(
                    where,
                    "KServe takes `{{ … }}` for a template of its own and cannot expand this one: the model would never start",
                    f"only `{'{{.ObjectMeta.Name}}' if llmd else '{{.Name}}'}` and the like are expanded",
                )
