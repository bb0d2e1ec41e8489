"""Template expressions in a runtime that Go's text/template cannot parse or KServe cannot fill in.

KServe, pkg/utils/utils.go, ReplacePlaceholders: the merged container is written as JSON, parsed as a Go template, and
executed with the service's ObjectMeta. In JSON a double quote is escaped, so an expression cannot contain one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from servewright.check.rules.containers import model_containers
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path
from servewright.hints import Any

RULE = codes.RUNTIME_TEMPLATE_EXPRESSION

# Compiled when first needed: what most runtimes have is known without.
_PLAIN = "{{.Name}}"
_RAW = r"`[^`]*`"  # may hold anything, braces too
_ACTION = rf"(?s)\{{\{{((?:{_RAW}|/\*.*?\*/|(?!\}}\}}).)*)\}}\}}"
_WORD = r"[A-Za-z_][A-Za-z0-9_]*"
# A field of what the dot is; in a block that moves the dot nothing is known of it.
_FIELD = r"(?<![\w)$.])\.([A-Za-z_]\w*)"
_DOT_MOVES = r"\b(?:range|with|block|define)\b"
# In JSON a line break or a tab is an escape too.
_STRANGE = r"[^\w .$:=|(),'\"+-]"
_FIELD_OF_TEXT = r"(?<![\w)$.])(\.(?:(?:Labels|Annotations)\.\w+|Name|Namespace|UID))\.\w"
_OPENING = frozenset({"if", "range", "with", "block", "define"})
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
        found = list(texts(container, ("spec", "containers", index)))
        open_texts: dict[Path, int] = {}
        for path, text in found:
            if "{{{" in text or "{{" in text.replace(_PLAIN, ""):
                actions, problem = _problem(text)
                if problem is not None:
                    yield _fault(path, problem)
                elif opened := sum(map(_opens, actions)):
                    open_texts[path] = opened
        # They are all one template, so that one text may close what another one opens.
        if sum(open_texts.values()):
            path, opened = next(iter(open_texts.items()))
            yield _fault(path, "a block of this one has no `end`" if opened > 0 else "its `end` closes nothing")


def _fault(path: Path, problem: str) -> Fault:
    return Fault(
        path,
        f"KServe expands `{{{{ … }}}}` in runtimes, and {problem}: no model of this runtime would start",
        "write `{{.Name}}`, or `{{index .Labels `KEY`}}` with backquotes for a key with dots, slashes or hyphens; "
        "put a chat template into a file, and pass its path",
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


def _problem(text: str) -> tuple[list[str], str | None]:
    """The actions of ``text``, without raw strings, and what is wrong with the first that is wrong."""
    # A trim marker, `{{- … -}}`, says nothing about what is inside.
    found = [action.strip(" ").removeprefix("-").removesuffix("-").strip(" ") for action in re.findall(_ACTION, text)]
    if "{{" in re.sub(_ACTION, " ", text):
        return [], "this one is never closed"
    actions = [re.sub(_RAW, "''", action) for action in found if not action.startswith("/*")]
    moves = any(re.search(_DOT_MOVES, action) for action in actions)
    problems = (problem for action in actions if (problem := _problem_of(action, moves)) is not None)
    return actions, next(problems, None)


def _problem_of(action: str, moves: bool) -> str | None:
    if '"' in action:
        return 'a `"` cannot be in one'
    if not action.strip():
        return "this one is empty"
    unknown = next((word for word in _words(action) if word not in _KNOWN), None)
    if unknown is not None:
        return f"`{unknown}` is no function of its templates"
    if strange := re.search(_STRANGE, action):
        return "one must be on one line" if strange[0].isspace() else f"a `{strange[0]}` cannot be in one"
    unknown = next((name for name in re.findall(_FIELD, action) if name not in _FIELDS), None)
    if unknown is not None and not moves:
        return f"`.{unknown}` is not there: it knows the service's metadata only"
    if not moves and (match := re.search(_FIELD_OF_TEXT, action)):
        return f"`{match[1]}` is a text, which has no fields"
    return None


def _opens(action: str) -> int:
    word = action.split(" ", 1)[0]
    return 1 if word in _OPENING else -1 if word == "end" else 0


def _words(action: str) -> Iterator[str]:
    """Words that are no fields, variables or numbers."""
    for found in re.finditer(_WORD, action):
        before = action[found.start() - 1 : found.start()]
        if before not in (".", "$") and not before.isdigit():
            yield found.group()
