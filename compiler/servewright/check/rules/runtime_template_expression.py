"""Template expressions in a runtime that Go's text/template cannot parse or KServe cannot fill in.

KServe, pkg/utils/utils.go, ReplacePlaceholders: the merged container is written as JSON, parsed as a Go template, and
executed with the service's ObjectMeta. In JSON a double quote is escaped, so an expression cannot contain one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path

RULE = codes.RUNTIME_TEMPLATE_EXPRESSION
CONTAINER = "kserve-container"

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FIELD = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)")
# text/template: keywords and predefined functions.
_KNOWN = frozenset(
    [
        "and",
        "block",
        "break",
        "call",
        "continue",
        "define",
        "else",
        "end",
        "eq",
        "ge",
        "gt",
        "html",
        "if",
        "index",
        "js",
        "le",
        "len",
        "lt",
        "ne",
        "not",
        "or",
        "print",
        "printf",
        "println",
        "range",
        "slice",
        "template",
        "urlquery",
        "with",
        "true",
        "false",
        "nil",
    ]
)
# metav1.ObjectMeta
_FIELDS = frozenset(
    [
        "Name",
        "GenerateName",
        "Namespace",
        "SelfLink",
        "UID",
        "ResourceVersion",
        "Generation",
        "CreationTimestamp",
        "DeletionTimestamp",
        "DeletionGracePeriodSeconds",
        "Labels",
        "Annotations",
        "OwnerReferences",
        "Finalizers",
        "ManagedFields",
    ]
)


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each text with an expression that KServe fails on."""
    for index, container in enumerate(subject.spec.get("containers") or ()):
        if isinstance(container, dict) and container.get("name") == CONTAINER:
            for path, text in _texts(container, ("spec", "containers", index)):
                if (problem := _problem(text)) is not None:
                    yield Fault(
                        path,
                        f"KServe expands `{{{{ … }}}}` in runtimes, and {problem}: no model of this runtime would start",
                        "write `{{.Name}}` and the like only; put a chat template into a file, and pass its path",
                    )


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        if "{{" in value:
            yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*path, number))


def _problem(text: str) -> str | None:
    actions = _ACTION.findall(text)
    if len(actions) != text.count("{{"):
        return "this one is never closed"
    for action in actions:
        if action.startswith("/*"):
            continue
        if '"' in action:
            return 'a `"` cannot be in one'
        words = re.sub(r"`[^`]*`", "", action)
        if not words.strip():
            return "this one is empty"
        unknown = next((word for word in _words(words) if word not in _KNOWN), None)
        if unknown is not None:
            return f"`{unknown}` is no function of its templates"
        first = _FIELD.match(words.strip())
        if first is not None and first[1] not in _FIELDS:
            return f"`.{first[1]}` is not there: it knows the service's metadata only"
    return None


def _words(action: str) -> Iterator[str]:
    """Words that are no fields, variables or numbers."""
    for found in _WORD.finditer(action):
        before = action[found.start() - 1 : found.start()]
        if before not in (".", "$") and not before.isdigit():
            yield found.group()
