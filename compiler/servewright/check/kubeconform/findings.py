"""What kubeconform refuses, at the line of the input that it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.check.kubeconform.answer import NonsenseError, Refusal
from servewright.check.kubeconform.question import OBJECTS
from servewright.check.kubeconform.reasons import Tokens, reasons
from servewright.check.placing import place
from servewright.diagnostics import codes
from servewright.diagnostics.field_path import show
from servewright.diagnostics.model import Document, Finding, Path
from servewright.diagnostics.short import short
from servewright.hints import Any
from servewright.lower.fields import Object
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions

_HELP = "correct what the field comes from; servewright's own checks should have said so first, so please report this as a bug"

_MOST_SLASHES = 8  # of a key; those of Kubernetes have one


class Emitted(NamedTuple):
    """One file of the tree: ``path`` below the output folder, its text, its objects, and what they come from.

    ``decisions`` are those of the deployment that ``document`` describes; None for a connection.
    """

    path: str
    text: str
    objects: tuple[Object, ...]
    document: Document
    decisions: Decisions | None


def findings_of(refusals: Iterable[Refusal], emitted: Iterable[Emitted]) -> list[Finding]:
    """A finding for everything that is wrong with the refused objects; raises NonsenseError for a file not given."""
    by_file: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        by_file.setdefault(refusal.file, []).append(refusal)
    findings: list[Finding] = []
    for file in emitted:
        for refusal in by_file.pop(f"{OBJECTS}/{file.path}", ()):
            findings += _of_object(refusal, file)
    if by_file:
        raise NonsenseError("refused a file that it was not given")
    return findings


def _of_object(refusal: Refusal, file: Emitted) -> list[Finding]:
    item = _object(refusal, file)
    if item is None:
        message = f"kubeconform refuses an object: {reasons(refusal)[0].text}"
        where = place(file.objects[0], (), file.document, file.decisions)
        return [Finding(codes.KUBECONFORM_REFUSED, message, where, _HELP)]
    kind, namespace, name = item.identity
    found: list[Finding] = []
    for reason in reasons(refusal):
        path = _path(item.body, reason.place)
        what = f"`{short(show(path), 200)}` of the {kind}" if path else f"the {kind}"
        found.append(
            Finding(
                codes.KUBECONFORM_REFUSED,
                f"kubeconform refuses {what}: {short(reason.text, 500)}",
                place(item, path, file.document, file.decisions),
                _HELP,
                object=f"{kind}/{namespace}/{name}",
                field=show(path),  # empty: the object itself
            )
        )
    return found


def _object(refusal: Refusal, file: Emitted) -> Object | None:
    """The object, which kubeconform names by kind and name; of a document that it cannot read it knows neither."""
    for item in file.objects:
        kind, _, name = item.identity
        if (kind, name) == (refusal.kind, refusal.name):
            return item
    return None


def _path(body: Any, tokens: Tokens) -> Path:
    """The field that ``tokens`` lead to, as far as the object has it, and one field further: it may be missing.

    Where kubeconform does not escape a key's slashes, the key is several tokens.
    """
    path: Path = ()
    value, rest = body, tokens
    while rest:
        step, used = _step(value, rest)
        if step is None:
            return (*path, rest[0]) if len(rest) == 1 and isinstance(value, dict) and _is_field(rest[0]) else path
        path, value, rest = (*path, step), value[step], rest[used:]
    return path


def _is_field(name: str) -> bool:
    """Whether ``name`` is like that of a Kubernetes field, and not something that only the message has."""
    return name.isascii() and name.isalpha() and len(name) <= 60


def _step(value: Any, tokens: Tokens) -> tuple[str | int | None, int]:
    if isinstance(value, list):
        index = int(tokens[0]) if tokens[0].isascii() and tokens[0].isdigit() and len(tokens[0]) < 9 else len(value)
        return (index, 1) if index < len(value) else (None, 0)
    if isinstance(value, dict):
        for used in range(1, min(len(tokens), _MOST_SLASHES) + 1):
            key = "/".join(tokens[:used])
            if key in value:
                return key, used
    return None, 0
