"""What the cluster would make of each emitted object, reported where the inputs say it."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.check.api_server import ApiServer
from servewright.check.rules import COPIES, Rules, rules_for
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics.field_path import show
from servewright.diagnostics.model import Document, Finding, Problems, Rule, Span, Where
from servewright.hints import Any
from servewright.lower.fields import Object
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

_Faults = list[tuple[Rule, Fault]]


class ObjectChecks:
    """The checks of a run. What objects share, such as the spec of a runtime, is looked at once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._api_server = ApiServer(context)
        self._copied: dict[int, tuple[Object, _Faults]] = {}
        self._known: dict[Any, Any] = {}
        self._rules: dict[str, Rules] = {}
        self._chosen: dict[tuple[str, int, bool, bool], tuple[object, Rules]] = {}

    def connection(self, objects: Iterable[Object], document: Document) -> list[Finding]:
        """Everything wrong with the objects of a connection."""
        return [
            _finding(rule, fault, item, document, None)
            for item in objects
            for rule, fault in self._api_server.faults(item)
        ]

    def deployment(self, objects: Iterable[Object], problems: Problems, decisions: Decisions) -> None:
        """Report everything wrong with the objects of a deployment, but for what was reported of its spec."""
        document = problems.document
        findings: list[Finding] = []
        for item in objects:
            kind = item.body["kind"]
            # What is remembered is kept: of the specs that are made for one object alone, that would be all of them.
            copied = kind in COPIES
            faults = self._api_server.faults(item, shared=copied)
            if copied:
                findings += self._copy(item, faults, document, decisions)
            else:
                if _only_metadata(faults) and (rules := self._rules_for(kind)):
                    faults += self._broken(rules, Subject(item, decisions, self._context, document, self._known))
                if faults:
                    findings += [_finding(rule, fault, item, document, decisions) for rule, fault in faults]
        if findings:
            known = [finding.where for finding in problems.findings if finding.rule.severity == "error"]
            problems.findings += [item for item in findings if not any(_overlap(item.where, other) for other in known)]

    def _copy(self, item: Object, faults: _Faults, document: Document, decisions: Decisions) -> Iterable[Finding]:
        """What is wrong with an object whose spec is copied from the catalog.

        Rules about copies look at their specs alone, so a spec is looked at once. What is wrong in it is found for each
        copy, whichever comes first in a run, and said once, at its place in the catalog.
        """
        spec = item.body.get("spec")
        if (known := self._copied.get(id(spec))) is None:
            of_spec = [(rule, fault) for rule, fault in faults if fault.path[:1] == ("spec",)]
            if not of_spec:
                subject = Subject(item, decisions, self._context, document, self._known)
                of_spec = self._broken(self._rules_for(item.body["kind"]), subject)
            # The first one is kept, so that the identity stays its own; the catalog has the spec anyway.
            known = self._copied[id(spec)] = item, of_spec
        if not faults and not known[1]:
            return ()
        own = [
            _finding(rule, fault, item, document, decisions) for rule, fault in faults if fault.path[:1] != ("spec",)
        ]
        return own + [_finding(rule, fault, item, document, decisions)._replace(again=True) for rule, fault in known[1]]

    def _rules_for(self, kind: str) -> Rules:
        rules = self._rules.get(kind)
        if rules is None:
            rules = self._rules[kind] = rules_for(kind, self._context)
        return rules

    def _broken(self, rules: Rules, subject: Subject) -> _Faults:
        # They rely on the spec's schema.
        decisions = subject.decisions
        spec, runtime = decisions.deployment.spec, decisions.runtime.runtime
        key = subject.item.body["kind"], id(runtime), not spec.args, not spec.env
        if (chosen := self._chosen.get(key)) is None:
            # The runtime is kept, so that no other thing gets its identity.
            chosen = self._chosen[key] = runtime, tuple(row for row in rules if row[2](subject))
        return [(rule, fault) for rule, check, _ in chosen[1] for fault in check(subject)]


def _only_metadata(faults: _Faults) -> bool:
    return not faults or all(fault.path[:1] == ("metadata",) for _, fault in faults)


def _overlap(one: Where | Span | None, other: Where | Span | None) -> bool:
    """Whether one place is the other, or inside of it."""
    if not isinstance(one, Where) or not isinstance(other, Where) or one.document is not other.document:
        return False
    shorter = min(len(one.path), len(other.path))
    return one.path[:shorter] == other.path[:shorter]


def _finding(rule: Rule, fault: Fault, item: Object, document: Document, decisions: Decisions | None) -> Finding:
    from servewright.check.placing import place  # and where fields come from, when there is something to say

    where = fault.where or place(item, fault.path, document, decisions)
    if fault.on == "key" and where.path[-1:] == fault.path[-1:]:
        where = where._replace(on="key")
    kind, namespace, name = item.identity
    return Finding(rule, fault.message, where, fault.help, fault.notes, f"{kind}/{namespace}/{name}", show(fault.path))
