"""What the API server of the release would refuse in an object, as findings on the inputs."""

from __future__ import annotations

from functools import partial

from servewright.check import schemas
from servewright.check.cluster import Checker, Memo, Violation
from servewright.check.rules.subject import Fault
from servewright.diagnostics import codes
from servewright.diagnostics.field_path import show
from servewright.diagnostics.model import Rule
from servewright.hints import Literal
from servewright.lower.fields import Object
from servewright.resolve.context import Context

_RULES: dict[str, Rule] = {
    "duplicate-key": codes.LIST_KEY_REPEATED,
    "duplicate-item": codes.LIST_KEY_REPEATED,
    "metadata": codes.OBJECT_METADATA,
    "metadata-name": codes.OBJECT_METADATA,
    "metadata-label": codes.OBJECT_METADATA,
    "metadata-annotation": codes.OBJECT_METADATA,
    "cel": codes.CEL_RULE,
    "cel-unsupported": codes.CEL_RULE,  # never with a whole installation; what was not looked at is not called fine
    "too-large": codes.OBJECT_TOO_LARGE,
}
_HELP: dict[str, str] = {
    "unknown-field": "remove it, or correct its name",
    "wrong-type": "write a value of that type",
    "missing-field": "add it",
    "duplicate-key": "keep one of the two",
    "duplicate-item": "keep one of the two",
    "dropped-field": "remove it: the cluster would not store it",
    "cel-unsupported": "install servewright with its dependencies: `cel-expr-python` evaluates such rules",
    "too-large": "split it, or keep large texts in a ConfigMap or in files of the model",
}
_ABOUT_KEYS = frozenset({"unknown-field", "dropped-field"})
_SENTENCES = frozenset({"cel", "cel-unsupported"})  # with a message of their own, mostly the schema's


class ApiServer:
    """The API server of a context's release. What objects share, such as the spec of a runtime, is looked at once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._checker = Checker(partial(schemas.load, context.release))
        self._memo = Memo()

    def faults(self, item: Object, *, shared: bool = False) -> list[tuple[Rule, Fault]]:
        """Everything that it would not take, or not store as it is sent.

        Of an object whose spec is ``shared``, that is remembered, and kept alive.
        """
        violations = self._checker.check(item.body, self._memo if shared else None)
        return [_fault(violation, item, self._context) for violation in violations] if violations else []


def _fault(violation: Violation, item: Object, context: Context) -> tuple[Rule, Fault]:
    rule = _RULES.get(violation.reason, codes.SCHEMA_VIOLATION)
    help_text = _suggestion(item, violation, context) or _HELP.get(violation.reason, "correct the value")
    on: Literal["key", "value"] = "key" if violation.reason in _ABOUT_KEYS else "value"
    return rule, Fault(violation.path, _message(item, violation, context), help_text, on=on)


def _message(item: Object, violation: Violation, context: Context) -> str:
    kind = item.body["kind"]
    field, release = show(violation.path), context.release.name
    if not violation.path:
        return f"the {kind} {violation.message}"
    if violation.reason == "unknown-field":
        return f"the {kind} of {release} has no field `{field}`"
    if violation.reason in _SENTENCES:
        return f"`{field}` of the {kind}: {violation.message} ({release})"
    return f"`{field}` of the {kind} {violation.message} ({release})"


def _suggestion(item: Object, violation: Violation, context: Context) -> str | None:
    """The field that was meant, if one is called nearly so."""
    if violation.reason != "unknown-field":
        return None
    from servewright.diagnostics.suggest import did_you_mean

    schema = schemas.load(context.release, item.body["apiVersion"], item.body["kind"])
    near = did_you_mean(str(violation.path[-1]), _declared(schema or {}, violation.path[:-1]))
    return f"did you mean `{near}`?" if near else None


def _declared(root: dict[str, object], path: tuple[str | int, ...]) -> list[str]:
    """The fields that the schema has at ``path``."""
    part: dict[str, object] = root
    for step in (*path, None):
        while "$ref" in part:
            definitions = root["$defs"]
            assert isinstance(definitions, dict)
            part = definitions[str(part["$ref"]).rpartition("/")[2]]
        if step is None:
            break
        properties = part.get("properties")
        inner = part.get("items") if isinstance(step, int) else None
        if isinstance(properties, dict) and step in properties:
            inner = properties[step]
        elif inner is None:
            inner = part.get("additionalProperties")
        if not isinstance(inner, dict):
            return []
        part = inner
    properties = part.get("properties")
    return sorted(properties) if isinstance(properties, dict) else []
