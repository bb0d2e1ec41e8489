"""Template expressions in a runtime that Go's text/template cannot parse or KServe cannot fill in.

KServe, pkg/utils/utils.go, ReplacePlaceholders: the merged container is written as JSON, parsed as a Go template, and
executed with the service's ObjectMeta. In JSON a double quote is escaped, so an expression cannot contain one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from servewright.check.rules.containers import model_containers
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path

RULE = codes.RUNTIME_TEMPLATE_EXPRESSION

# Compiled when first needed: what most runtimes have is known without.
_PLAIN = "{{.Name}}"
_ACTION = r"(?s)\{\{((?:(?!\{\{|\}\}).)*)\}\}"
_WORD = r"[A-Za-z_][A-Za-z0-9_]*"
# A field of what the dot is; in a block that moves the dot nothing is known of it.
_FIELD = r"(?<![\w)$.])\.([A-Za-z_]\w*)"
_DOT_MOVES = r"\b(?:range|with|block|define)\b"
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
    for index, container in model_containers(subject.spec):
        for path, text in texts(container, ("spec", "containers", index)):
            if "{{" in text.replace(_PLAIN, "") and (problem := _problem(text)) is not None:
                yield Fault(
                    path,
                    f"KServe expands `{{{{ … }}}}` in runtimes, and {problem}: no model of this runtime would start",
                    "write `{{.Name}}` and the like only; put a chat template into a file, and pass its path",
                )


def asks_for_expansion(value: Any) -> bool:
    """Whether any text in ``value`` has something for a template engine; hardly one has, so no paths are made for it."""
    if isinstance(value, str):
        return "{{" in value
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            if asks_for_expansion(item):
                return True
    return False


def texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The texts in ``value`` that have something for a template engine, and where they are."""
    if isinstance(value, str):
        if "{{" in value:
            yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts(item, (*path, number))


def _problem(text: str) -> str | None:
    # A trim marker, `{{- … -}}`, says nothing about what is inside.
    actions = [action.strip().removeprefix("-").removesuffix("-").strip() for action in re.findall(_ACTION, text)]
    if len(actions) != text.count("{{"):
        return "this one is never closed"
    moves = any(re.search(_DOT_MOVES, action) for action in actions)
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
        unknown = next((name for name in re.findall(_FIELD, words) if name not in _FIELDS), None)
        if unknown is not None and not moves:
            return f"`.{unknown}` is not there: it knows the service's metadata only"
    return None


def _words(action: str) -> Iterator[str]:
    """Words that are no fields, variables or numbers."""
    for found in re.finditer(_WORD, action):
        before = action[found.start() - 1 : found.start()]
        if before not in (".", "$") and not before.isdigit():
            yield found.group()
