"""What the cluster would make of each emitted object, reported where the inputs say it."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.check.placing import place
from servewright.check.rules import rules_for
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics.field_path import show
from servewright.diagnostics.model import Document, Finding, Rule
from servewright.lower.fields import Object
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions


def check_objects(
    objects: Iterable[Object], document: Document, decisions: Decisions, context: Context
) -> list[Finding]:
    """Everything wrong with the objects of one deployment, which ``document`` describes."""
    findings: list[Finding] = []
    for item in objects:
        subject = Subject(item, decisions, context, document)
        for rule, check in rules_for(item.body["kind"]):
            findings += [_finding(rule, fault, item, document, decisions) for fault in check(subject)]
    return findings


def _finding(rule: Rule, fault: Fault, item: Object, document: Document, decisions: Decisions | None) -> Finding:
    where = fault.where or place(item, fault.path, document, decisions)
    kind, namespace, name = item.identity
    return Finding(rule, fault.message, where, fault.help, fault.notes, f"{kind}/{namespace}/{name}", show(fault.path))
