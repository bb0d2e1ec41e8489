"""The words for what the reader refuses: one place for every message and help of a broken or doubtful document."""

from __future__ import annotations

import re
from collections.abc import Callable

from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Path, Rule, Source, Span
from servewright.diagnostics.secret_places import is_secret_place
from servewright.read.credentials import find_credentials, may_hold_credential, secret_env_name
from servewright.read.events import MAX_DEPTH
from servewright.read.positions import document_nodes, end_of_line, first_of, span_between
from servewright.read.scalars import LARGEST_INTEGER, Ambiguous, Doubt
from servewright.read.trouble import MAX_ALIASES, MAX_EXPANSION, Kind, Trouble


def refusal(source: Source, trouble: Trouble, root: object) -> Finding | None:
    """The finding for ``trouble``; None inside a Secret, whose values are refused as a whole, and never shown."""
    if _among_secret_values(root, trouble.path):
        return None
    if isinstance(trouble.subject, Ambiguous) and is_secret_place(root, trouble.path):
        trouble = trouble._replace(subject=trouble.subject._replace(text="…"))
    rule, message, help_text = _WORDS[trouble.kind](trouble)
    notes: tuple[Note, ...] = ()
    if trouble.kind == "duplicate-key":
        first = first_of(source.text, trouble.start)
        if first is not None:
            notes = (Note("first given here", span_between(source, *first)),)
    start, end = _narrowed(source.text, trouble)
    return Finding(rule, message, span_between(source, start, end), help_text, notes)


_ANCHOR = re.compile(r"&\S+\s+")
_TAG = re.compile(r"![^\s,\[\]{}]*")


def _narrowed(text: str, trouble: Trouble) -> tuple[int, int]:
    """The part of what was read that the words are about: not an anchor before it, nor what a tag is for."""
    start, end = trouble.start, trouble.end
    anchor = None if trouble.kind == "anchor-twice" else _ANCHOR.match(text, start)
    if anchor and anchor.end() < end:
        start = anchor.end()
    tag = _TAG.match(text, start) if trouble.kind == "tag" else None
    return tag.span() if tag else (start, min(end, end_of_line(text, start)))


def dotted(path: Path) -> str:
    """``spec.env[0].value``; keys that are not plain words are quoted, and one that looks secret is not shown."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("-", "").replace("_", "").isalnum() and not may_hold_credential(step):
            text += f".{step}" if text else step
        else:
            text += f'["{_shown(step)}"]'
    return text


_LONGEST_SHOWN = 60


def _shown(key: str) -> str:
    """A key as a message may show it."""
    if may_hold_credential(key) and find_credentials(key):
        return "…"
    return key if len(key) <= _LONGEST_SHOWN else key[:_LONGEST_SHOWN] + "…"


_SECRET_FIELDS = ("data", "stringData")


def _among_secret_values(root: object, path: Path) -> bool:
    node = root
    for step in path:
        if isinstance(node, dict) and node.get("kind") == "Secret" and step in _SECRET_FIELDS:
            return True
        try:
            node = node[step]  # type: ignore[index]
        except (LookupError, TypeError):
            return False
    return False


def _may_be_secret(trouble: Trouble) -> bool:
    """Whether where a value is (its keys, or the ``name`` beside it) suggests that it is a credential."""
    names: list[object] = list(trouble.path)
    if isinstance(trouble.container, dict):
        names.append(trouble.container.get("name"))
    return any(isinstance(name, str) and (name in _SECRET_FIELDS or secret_env_name(name)) for name in names)


Words = tuple[Rule, str, str]

_DOUBT: dict[Doubt, tuple[str, str]] = {
    "word": ("a boolean to some YAML readers and text to others", "or `true` or `false` for a boolean"),
    "odd-word": ("text to every YAML reader, but looks like a boolean", "or `true` or `false` for a boolean"),
    "number": ("read by YAML readers as different numbers, or as text", "or the number in plain decimal digits"),
    "time": ("a number to base 60 to some YAML readers and text to others", "or the number in plain decimal digits"),
    "timestamp": ("a date to some YAML readers and text to others", ""),
    "special": ("a number that JSON, and so Kubernetes, cannot hold", ""),
    "merge": ("an instruction to some YAML readers and text to others", ""),
    "equals": ("an instruction to some YAML readers and text to others", ""),
}


def _doubtful(trouble: Trouble) -> Words:
    subject: Ambiguous = trouble.subject
    written = "this value" if _may_be_secret(trouble) else f"`{_shown(subject.text)}`"
    quoted = "quotes around it" if _may_be_secret(trouble) else f'`"{_shown(subject.text)}"`'
    if subject.doubt == "unportable":
        message = f"{written} is a number that not every reader holds exactly (the largest is {LARGEST_INTEGER})"
        return codes.NUMBER_NOT_PORTABLE, message, f"write {quoted} if it is an id or other text"
    reading, number = _DOUBT[subject.doubt]
    help_text = f"write {quoted} for the text{', ' + number if number else ''}"
    return codes.AMBIGUOUS_SCALAR, f"{written} is {reading}", help_text


def _doubtful_key(trouble: Trouble) -> Words:
    subject: Ambiguous = trouble.subject
    if subject.doubt == "merge":
        message = "the merge key `<<` is not allowed: some YAML readers merge, others do not"
        return codes.AMBIGUOUS_SCALAR, message, "write the fields out here"
    text = _shown(subject.text)
    if subject.doubt == "unportable":
        return codes.KEY_NOT_A_STRING, f"the key `{text}` is a number", f'write `"{text}":`'
    return codes.AMBIGUOUS_SCALAR, f"the key `{text}` is {_DOUBT[subject.doubt][0]}", f'write `"{text}":`'


_KINDS_OF_KEY = {bool: "a boolean", int: "a number", type(None): "null"}


def _key_not_string(trouble: Trouble) -> Words:
    value, text = trouble.subject
    what = _KINDS_OF_KEY.get(type(value), "a number")
    message = f"the key `{text}` is {what}, not text" if text else "a key is missing before the `:`"
    return (
        codes.KEY_NOT_A_STRING,
        message,
        f'write `"{text}":`' if text else "write the key, or quote it if it is empty",
    )


def _fixed(rule: Rule, message: str, help_text: str) -> Callable[[Trouble], Words]:
    return lambda _: (rule, message, help_text)


_WORDS: dict[Kind, Callable[[Trouble], Words]] = {
    "alias-budget": _fixed(
        codes.ALIAS_BUDGET,
        f"the aliases of this file expand to too much: at most {MAX_ALIASES} aliases and {MAX_EXPANSION} values",
        "write the values out instead of `*alias`",
    ),
    "alias-recursive": _fixed(
        codes.ALIAS_BUDGET, "an alias stands for something that contains it", "write the values out instead of `*alias`"
    ),
    "alias-unknown": _fixed(
        codes.YAML_SYNTAX,
        "an alias has no anchor before it in its document",
        "define it with `&name`; if this is text that starts with `*`, quote it",
    ),
    "anchor-twice": _fixed(
        codes.YAML_SYNTAX,
        "an anchor of this name was defined before: YAML readers disagree about which one counts",
        "give each anchor a name of its own",
    ),
    "collection-key": _fixed(
        codes.KEY_NOT_A_STRING,
        "a key is a list or a mapping, not text",
        'write text; quote a value that starts with `{` or `[`, as in `"{{ name }}"`',
    ),
    "directive": _fixed(
        codes.YAML_SYNTAX, "a `%` directive is not allowed: Kubernetes refuses some of them", "remove the line"
    ),
    "doubtful": _doubtful,
    "doubtful-key": _doubtful_key,
    "duplicate-key": lambda trouble: (
        codes.DUPLICATE_KEY,
        f"the key `{_shown(trouble.subject)}` is given twice in one mapping",
        "keep one of the two; YAML readers disagree about which one counts",
    ),
    "key-not-string": _key_not_string,
    "tag": _fixed(
        codes.TAG_NOT_ALLOWED,
        "a YAML tag is not allowed",
        "remove the tag; quote the value if it is text, or if the text itself starts with `!`",
    ),
    "too-deep": _fixed(
        codes.NESTING_TOO_DEEP, f"this is nested more than {MAX_DEPTH} levels deep", "flatten the document"
    ),
}


def not_a_mapping(source: Source, index: int) -> Finding:
    """A document whose root is a list or a scalar."""
    root = document_nodes(source.text)[index]
    end = min(root.end, end_of_line(source.text, root.start))
    return Finding(
        codes.NOT_A_MAPPING,
        "a document holds fields such as `kind: …`; this is a list or a single value",
        span_between(source, root.start, end),
        "start the document with `apiVersion:`",
    )


def credential(span: Span, name: str, field: str | None) -> Finding:
    """A value, key or comment that looks like a credential. Its text appears nowhere."""
    return Finding(
        codes.CREDENTIAL,
        f"this looks like a credential: {name}",
        span,
        "remove it, and treat it as leaked (rotate it): credentials belong in Secrets",
        field=field,
    )
