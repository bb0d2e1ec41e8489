"""KServe's template expressions against the metadata that is emitted: what is not there becomes ``<no value>``."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.lower.fields import Object
from servewright.resolve.arguments import template_references
from servewright.resolve.decisions import Decisions

# KServe sets it for MLServer runtimes before it expands templates.
_SET_BY_KSERVE = {"Labels": {"modelClass"}}


def check_template_references(decisions: Decisions, service: Object, problems: Problems) -> None:
    """Report every label or annotation that arguments or environment ask for and the service does not have."""
    spec = decisions.deployment.spec
    if "{{" not in "".join(spec.args) and not any("{{" in variable.value for variable in spec.env if variable.value):
        return  # nearly always
    metadata = service.body["metadata"]
    for path, text in _texts(decisions):
        if "{{" not in text:
            continue
        for table, key in template_references(text, decisions.runtime.llmd) or ():
            field = table.lower()
            if key in metadata.get(field, {}) or key in _SET_BY_KSERVE.get(table, ()):
                continue
            problems.add(
                codes.TEMPLATE_EXPRESSION,
                f"the service has no {field[:-1]} `{key}`, so KServe would not expand this as it is meant",
                path,
                help=f"add it to `metadata.{field}` of the deployment, or write the value itself",
            )


def _texts(decisions: Decisions) -> Iterator[tuple[Path, str]]:
    spec = decisions.deployment.spec
    for index, argument in enumerate(spec.args):
        yield ("spec", "args", index), argument
    for index, variable in enumerate(spec.env):
        if variable.value:
            yield ("spec", "env", index, "value"), variable.value
