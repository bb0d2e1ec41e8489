"""Where a text holds something that must not be repeated.

Values are judged by how they look, with the patterns that inputs are checked against, and by the name that they are
given to. All of it works on raw text, since what is quoted may come from a document too broken to be parsed, and it
rather hides too much than too little. Spans are ``(start, end)`` offsets, the end exclusive; lists of them are sorted
and disjoint.
"""

from __future__ import annotations

import re

_PEM_END = re.compile(r"-----END[^\n]*")
_REST_OF_VALUE = re.compile(r"[^\s\"'`]*")
_LITERAL = re.compile(r"""(?<![\w.-])["']?([\w.-]{1,100})["']?[^\S\n]*:[^\S\n]*(?=[^\s{\[|>])""")
_QUOTED = re.compile(r"""(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^']|'')*+')(?=\s*(?:\Z|[,}\]]|\s\#))""", re.DOTALL)
_OPENING = re.compile(r"[{\[]")
_FLOW_END = re.compile(r",(?=[\s\"'])|[}\]]")
_NAME = re.compile(r"""\bname["']?\s*:\s*["']?([\w.-]{1,100})""")
_ITEM = re.compile(r"^[^\S\n]*-(?=\s)", re.MULTILINE)
# How far the name of an environment variable may be from its value, in code points.
_NEARBY = 600


def credential_spans(text: str) -> list[tuple[int, int]]:
    """Return where ``text`` looks like a credential: sorted, disjoint ``(start, end)`` offsets, the end exclusive."""
    from servewright.read.credentials import find_credentials, may_hold_credential

    if not may_hold_credential(text):
        return []
    return merged([(match.start, _end_of_value(text, match.start, match.end)) for match in find_credentials(text)])


def credential_spans_in_file(text: str) -> list[tuple[int, int]]:
    """Return what :func:`credential_spans` does, and what follows an argument such as ``--token`` in a YAML list.

    Only for files: in a message, a comma behind ``--token`` is punctuation.
    """
    from servewright.read.credentials import ARGUMENT_PAIR

    pairs = [match.span() for match in ARGUMENT_PAIR.regex.finditer(text)]
    return merged([*credential_spans(text), *((start, _end_of_value(text, start, end)) for start, end in pairs)])


def named_value_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the line ``text[start:end]`` gives a literal to a name that stands for a credential.

    That is ``DB_PASSWORD: x``, or ``value: x`` beside ``name: DB_PASSWORD``. The text is all there is to judge by: a
    password with a ``: `` in it is also what makes a document too broken to be parsed.
    """
    from servewright.read.credentials import secret_env_name

    found: list[tuple[int, int]] = []
    for match in _LITERAL.finditer(text, start, end):
        names = [match[1]] if match[1] != "value" else _names_beside(text, start, match.start())
        if any(secret_env_name(name) for name in names):
            found.append((match.end(), _end_of_literal(text, start, match.end(), end)))
    return merged(found)


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ``spans`` sorted, with those that touch joined and empty ones left out."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if start == end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _end_of_value(text: str, start: int, end: int) -> int:
    """Return where the value around a match ends: some patterns are satisfied with its beginning.

    A PEM header stands for the whole block, even for an unclosed one.
    """
    if text.startswith("-----BEGIN", start):
        last = _PEM_END.search(text, start)
        return last.end() if last else len(text)
    rest = _REST_OF_VALUE.match(text, end)
    return rest.end() if rest else end


def _end_of_literal(text: str, start: int, at: int, end: int) -> int:
    """Return where the scalar at ``at`` ends, on a line that goes from ``start`` to ``end``."""
    quoted = _QUOTED.match(text, at, end)
    if quoted:
        return quoted.end()
    # A quote in the wrong place is what a broken value looks like: then nothing of the line is safe.
    in_flow = text[at] not in "\"'" and _OPENING.search(text, start, at) is not None
    stop = _FLOW_END.search(text, at, end) if in_flow else None
    return stop.start() if stop else end


def _names_beside(text: str, start: int, at: int) -> list[str]:
    """Return what the mapping says its ``name`` is that has a ``value`` at ``at``, on a line that starts at ``start``."""
    opening = text.rfind("{", start, at)
    if opening >= 0:
        closing = text.find("}", at, at + _NEARBY)
        return _NAME.findall(text[opening : closing if closing >= 0 else at + _NEARBY])
    before = text[max(0, at - _NEARBY) : at]
    after = text[at : at + _NEARBY]
    items = [match.start() for match in _ITEM.finditer(before)]
    following = _ITEM.search(after)
    return _NAME.findall(before[items[-1] if items else 0 :] + after[: following.start() if following else len(after)])
