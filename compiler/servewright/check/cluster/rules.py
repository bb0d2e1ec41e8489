"""``x-kubernetes-validations``: the rules in CEL that a CRD's schema carries, with the API server's semantics.

A part of a schema that has rules does not evaluate them; it asks for that (:class:`Asked`), because the API server
evaluates none when anything else is wrong enough. Facts: apiextensions-apiserver, pkg/apiserver/schema/cel
(validation.go); names and types as rules see them: :mod:`servewright.check.cluster.stored`.

- A rule that fails (``no such key``, …) refuses the object as one that is false does.
- Null is never looked at. Rules over ``oldSelf`` are for updates, unless they say ``optionalOldSelf``.
- The message is that of messageExpression, if that gives one, else the rule's, else the rule itself.
- Not evaluated is what only costs: the budget for all rules of one object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator

from servewright.check.cluster.presence import Presence, presence_rule
from servewright.check.cluster.stored import present, stored
from servewright.check.cluster.structure import Schema, Structure
from servewright.check.cluster.violation import Check, Found, Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.record import NamedTuple

# Texts, not compiled patterns: few runs need any of them, and `re` keeps what it compiled.
_OLD_SELF: Final = r"\boldSelf\b"
_STRINGS: Final = r"r?'''.*?'''|r?\"\"\".*?\"\"\"|r?'(?:\\.|[^'\\])*'|r?\"(?:\\.|[^\"\\])*\""
_SELF: Final = r"\bself\b(?:\.([A-Za-z_]\w*)(?!\w*\s*\())?"
_STEP: Final = r"\.?([^.\[\]']+)|\['((?:\\.|[^'\\])*)'\]"
_ERRORS: Final = (
    (r'Key not found in map : "(.*)"', r"there is no `\1`"),
    (r"No matching overloads found : .*", "it does not apply to values of these types"),
    (r"Index error: .*", "the list is too short"),
)


class Rule(NamedTuple):
    """One rule. ``reads`` are the fields of self that it looks at, None for all; ``presence`` replaces CEL."""

    text: str
    message: str
    message_expression: str
    field: Path
    reads: frozenset[str] | None
    presence: Presence | None


class Rules(NamedTuple):
    """The rules of one part of a schema, and what is needed to see values as they do.

    ``defaults`` are the fields that are there whether they are sent or not, ``reads`` those that any rule looks at.
    """

    rules: tuple[Rule, ...]
    schema: Schema
    structure: Structure
    defaults: frozenset[str]
    reads: frozenset[str] | None


class Asked(NamedTuple):
    """A value that rules want to be evaluated on."""

    path: Path
    rules: Rules
    value: Any


def hook(schema: Schema, structure: Structure) -> Check | None:
    """What a part with rules adds to its checks: nothing but the wish for their evaluation."""
    declared = tuple(_rules(schema["x-kubernetes-validations"]))
    if not declared:
        return None
    properties = schema.get("properties", {})
    defaults = frozenset(name for name, part in properties.items() if "default" in structure.resolved(part))
    reads: frozenset[str] | None = frozenset()
    for rule in declared:
        # Presence alone is looked up without any of this.
        if rule.presence is None:
            reads = None if reads is None or rule.reads is None else reads | rule.reads
    rules = Rules(declared, schema, structure, defaults, reads)
    return lambda value: None if value is None else [Asked((), rules, value)]


def hold(asked: Found) -> bool:
    """Whether all rules that are asked for do."""
    return not any(True for item in asked for _ in evaluate(item))


def evaluate(asked: Asked) -> Iterator[Violation]:
    """The rules that do not hold."""
    path, (rules, schema, structure, defaults, reads), value = asked
    names: Container[str] | None = None
    whole: Any = None
    for rule in rules:
        if rule.presence is not None and isinstance(value, dict):
            if names is None:
                names = present(value, schema, structure) | defaults
            problem = "" if rule.presence(names) else rule.message
        else:
            if whole is None:
                whole = stored(value, schema, structure, reads)
            # The library copies all that it is given, so it gets little.
            seen = whole if rule.reads is None else _part(whole, rule.reads)
            problem = _evaluated(rule, seen)
        if problem.startswith("\0"):
            yield Violation(path, "cel-unsupported", problem[1:])
        elif problem:
            yield Violation((*path, *rule.field), "cel", problem)


def _part(value: Any, fields: frozenset[str]) -> Any:
    return {name: value[name] for name in fields if name in value} if isinstance(value, dict) else value


def _rules(declared: list[dict[str, Any]]) -> Iterator[Rule]:
    for item in declared:
        text = item["rule"].strip()
        bare = re.sub(_STRINGS, "''", text, flags=re.DOTALL)
        if not text or (re.search(_OLD_SELF, bare) and not item.get("optionalOldSelf")):
            continue
        message = " ".join(item.get("message", "").split()) or f"failed rule: {text}"
        expression = item.get("messageExpression", "")
        reads = None if expression else _reads(bare)
        presence = None if expression else presence_rule(text)
        yield Rule(text, message, expression, _field(item.get("fieldPath", "")), reads, presence)


def _field(json_path: str) -> Path:
    return tuple(name or re.sub(r"\\(.)", r"\1", quoted) for name, quoted in re.findall(_STEP, json_path))


def _reads(bare: str) -> frozenset[str] | None:
    """The fields of ``self`` that are read, None when ``self`` is used as a whole (or a name in it is escaped)."""
    names = [match[1] for match in re.finditer(_SELF, bare)]
    if any(name is None or "__" in name for name in names):
        return None
    return frozenset(names)


def _evaluated(rule: Rule, value: Any) -> str:
    """Why the rule refuses ``value``; empty when it does not. One that cannot be evaluated starts with a NUL."""
    evaluate_rule = program(rule.text)
    if evaluate_rule is None:
        return f"\0the rule `{rule.text}` uses what cannot be evaluated offline"
    result, problem = evaluate_rule(value)
    if problem:
        return f"{problem}, evaluating the rule: {rule.message}"
    if result is True:
        return ""
    if rule.message_expression:
        message = program(rule.message_expression)
        text = message(value)[0] if message is not None else None
        if isinstance(text, str) and text.strip() and "\n" not in text.strip():
            return text.strip()
    return rule.message


Program = Callable[[Any], tuple[Any, str]]
_programs: dict[str, Program | None] = {}
_environment: list[Any] = []


def program(text: str) -> Program | None:
    """The compiled expression: from self to a value, or to what went wrong. Compiled once per process."""
    if text not in _programs:
        _programs[text] = _compiled(text)
    return _programs[text]


def _compiled(text: str) -> Program | None:
    try:
        from cel_expr_python import cel  # 14 MB, and few objects have rules that get as far as this
    except ImportError:  # there are no wheels for musl, where it cannot have been installed
        return None
    if not _environment:
        _environment.append(cel.NewEnv(variables={"self": cel.Type.DYN, "oldSelf": cel.Type.DYN}))
    try:
        expression = _environment[0].compile(text)
    except Exception:  # the library has no exception of its own for this
        return None

    def run(value: Any) -> tuple[Any, str]:
        result = expression.eval(data={"self": value, "oldSelf": None})
        if result.type() == cel.Type.ERROR:
            return None, _said(str(result.plain_value()))
        return result.plain_value(), ""

    return run


def _said(error: str) -> str:
    """An error of the library in our words, and without the values that it may quote."""
    for pattern, words in _ERRORS:
        match = re.search(pattern, error)
        if match is not None:
            return match.expand(words)
    return "it cannot be evaluated for this value"
