"""Why kubeconform refuses an object: its one long message, taken apart and said again.

The message is the tree of a JSON Schema library's errors, each ``- at 'POINTER': TEXT``, with line breaks made spaces,
and quotes values of the object. So nothing of it is repeated: each text is recognised, and said again with no more
than what comes from the schema (types, patterns, numbers, names of fields). What is not recognised is not quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from servewright.check.kubeconform.answer import Refusal
from servewright.record import NamedTuple

Tokens = tuple[str, ...]


class Reason(NamedTuple):
    """What is wrong with the field at ``place``, in words that complete "it …"; ``place`` may name an absent field."""

    place: Tokens
    text: str


class _Node(NamedTuple):
    depth: int
    place: Tokens
    text: str


UNKNOWN = "it is not as the release's schema wants it"

_QUOTED = r"'(?:[^'\\]|\\.)*'"
# Outside of quotes: values in a message may look like a part of it.
_PIECE = re.compile(rf" (?P<lead>(?:  )*)- at (?P<at>{_QUOTED}): |{_QUOTED}|[^' ]+|.", re.DOTALL)
_QUOTES = re.compile(_QUOTED)
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)", re.DOTALL)
_CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

_TYPES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}
_UNITS = {"Items": "entries", "Length": "characters", "Properties": "entries"}
_BOUNDS = {
    "minimum": "below the minimum",
    "maximum": "above the maximum",
    "exclusiveMinimum": "not above",
    "exclusiveMaximum": "not below",
}
# Keywords that hold when one of several schemas does.
_ALTERNATIVES = ("'anyOf' failed", "'oneOf' failed, none matched")


def reasons(refusal: Refusal) -> tuple[Reason, ...]:
    """Everything that is wrong with an object, as exactly as the message tells; never empty."""
    for beginning, text in _WHOLE.items():
        if refusal.message.startswith(beginning):
            return (Reason((), text),)
    found = [reason for nodes in _leaves(_nodes(refusal.message)) for reason in _reasons(nodes)]
    if not found:  # of a version whose messages read otherwise
        found = [Reason(tuple(place.split("/")[1:]), UNKNOWN) for place in refusal.places] or [Reason((), UNKNOWN)]
    return tuple(dict.fromkeys(found))


_WHOLE = {
    "could not find schema for": "the release's schemas have no such kind",
    "error unmarshalling resource": "its file is not YAML that kubeconform can read",
    "error while parsing": "it has no kind, or no apiVersion",
    "prohibited resource kind": "its kind is prohibited",
}


def _nodes(message: str) -> list[_Node]:
    """The errors in the order of the message, a cause behind what it is the cause of, and deeper."""
    nodes: list[_Node] = []
    heads = [match for match in _PIECE.finditer(message) if match["at"] is not None]
    for number, head in enumerate(heads):
        end = heads[number + 1].start() if number + 1 < len(heads) else len(message)
        nodes.append(_Node(len(head["lead"]) // 2, _tokens(head["at"]), message[head.end() : end]))
    return nodes


def _leaves(nodes: list[_Node]) -> Iterator[list[_Node]]:
    """Each error that has no cause of its own; one of alternatives with its causes behind it."""
    index = 0
    while index < len(nodes):
        node = nodes[index]
        end = index + 1
        while end < len(nodes) and nodes[end].depth > node.depth:
            end += 1
        if end == index + 1 or node.text in _ALTERNATIVES:
            yield nodes[index:end]
            index = end
        else:
            index += 1


def _reasons(nodes: list[_Node]) -> Iterator[Reason]:
    node, causes = nodes[0], nodes[1:]
    if causes:
        wanted = [_TYPE.fullmatch(cause.text) for cause in causes]
        if all(wanted) and all(cause.place == node.place for cause in causes):
            got = wanted[0]["got"] if wanted[0] else ""
            yield Reason(node.place, _of_type(got, [name for match in wanted if match for name in _or(match["want"])]))
        else:
            yield Reason(node.place, "it has none of the forms that the schema allows")
        return
    for pattern, say in _SAYINGS:
        match = pattern.match(node.text)
        if match:
            yield from say(node.place, match)
            return
    yield Reason(node.place, UNKNOWN)


def _of_type(got: str, wanted: list[str]) -> str:
    *others, last = [_TYPES.get(name, "something else") for name in dict.fromkeys(wanted)]
    return f"it is {_TYPES.get(got, 'something else')}, and should be {' or '.join([*others, last])}"


def _or(names: str) -> list[str]:
    return names.split(" or ")


def _unquoted(text: str) -> list[str]:
    """The quoted texts within ``text``; the library quotes as Go's %q does, but with single quotes."""

    def character(match: re.Match[str]) -> str:
        escape = match[1]
        if len(escape) == 1:
            return _CONTROLS.get(escape, escape)
        point = int(escape[1:], 16)
        return chr(point) if point < 0x110000 else "\ufffd"

    return [_ESCAPE.sub(character, quoted[0][1:-1]) for quoted in _QUOTES.finditer(text)]


def _tokens(quoted: str) -> Tokens:
    (pointer,) = _unquoted(quoted)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


_Say = Callable[[Tokens, re.Match[str]], Iterator[Reason]]


def _each(text: str) -> _Say:
    """``text`` about each of the fields that the message names."""

    def say(place: Tokens, match: re.Match[str]) -> Iterator[Reason]:
        return (Reason((*place, name), text) for name in _unquoted(match["names"]))

    return say


def _with(words: Callable[[re.Match[str]], str]) -> _Say:
    def say(place: Tokens, match: re.Match[str]) -> Iterator[Reason]:
        return iter((Reason(place, words(match)),))

    return say


def _listed(text: str) -> str:
    return ", ".join(f"`{value}`" for value in _unquoted(text))


_NUMBER = r"-?\d[\d.,]*(?:×10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)?"  # written for people: 1,200 and 1×10³⁰
_TYPE = re.compile(r"got (?P<got>\w+), want (?P<want>\w+(?: or \w+)*)")
_SAYINGS: tuple[tuple[re.Pattern[str], _Say], ...] = (
    (re.compile(rf"additional properties (?P<names>{_QUOTED}.*) not allowed\Z", re.DOTALL), _each("there is no such field")),
    (re.compile(rf"missing propert(?:y|ies) (?P<names>{_QUOTED}.*)", re.DOTALL), _each("it is missing")),
    (re.compile(_TYPE.pattern + r"\Z"), _with(lambda match: _of_type(match["got"], _or(match["want"])))),
    (
        re.compile(rf"value must be (?:one of )?(?P<values>{_QUOTED}(?:, {_QUOTED})*)\Z"),
        _with(lambda match: f"it should be {'one of ' if ',' in match['values'] else ''}{_listed(match['values'])}"),
    ),
    (
        re.compile(rf"{_QUOTED} does not match pattern (?P<pattern>{_QUOTED})\Z"),
        _with(lambda match: f"it does not match the pattern {_listed(match['pattern'])}"),
    ),
    (
        re.compile(rf"{_QUOTED} is not valid (?P<format>[\w-]+): "),
        _with(lambda match: f"it is not written as a {match['format']}"),
    ),
    (
        re.compile(rf"(?P<end>min|max)(?P<what>Items|Length|Properties): got (?P<got>{_NUMBER}), want (?P<want>{_NUMBER})\Z"),
        _with(
            lambda match: (
                f"it has {match['got']} {_UNITS[match['what']]}, and {'at least' if match['end'] == 'min' else 'at most'} {match['want']} are allowed"
            )
        ),
    ),
    (
        re.compile(rf"(?P<bound>{'|'.join(_BOUNDS)}): got {_NUMBER}, want (?P<want>{_NUMBER})\Z"),
        _with(lambda match: f"it is {_BOUNDS[match['bound']]} {match['want']}"),
    ),
    (
        re.compile(rf"items at (?P<one>{_NUMBER}) and (?P<other>{_NUMBER}) are equal\Z"),
        _with(lambda match: f"its entries {match['one']} and {match['other']} are equal"),
    ),
    (re.compile(r"'not' failed\Z"), _with(lambda match: "it has a form that the schema forbids")),
)  # fmt: skip
