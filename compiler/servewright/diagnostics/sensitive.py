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
_QUOTED = re.compile(r"""(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')(?=\s*(?:\Z|[,}\]]|\s\#))""", re.DOTALL)
_OPENING = re.compile(r"[{\[]")
_FLOW_END = re.compile(r",(?=[\s\"'])|[}\]]")
_NAME = re.compile(r"""\bname["']?\s*:\s*["']?([\w.-]{1,100})""")
_ITEM = re.compile(r"^[^\S\n]*-(?=\s)", re.MULTILINE)
_KEY = re.compile(r"""(?<![\w.-])["']?([\w.-]{1,100})["']?[^\S\n]*:(?=\s|\Z)[^\S\n]*""")
_EMPTY = re.compile(r"\{\s*\}|\[\s*\]")
_LINE_START = re.compile(r"[^\S\n]*(?:-[^\S\n]+)*")
_ASSIGNMENT = re.compile(r"(?<![\w.$-])([A-Za-z_]\w{0,99})=(?=[^\s$<{])")
# How far the name of an environment variable may be from its value, in code points.
_NEARBY = 600


def credential_spans(text: str) -> list[tuple[int, int]]:
    """Return where ``text`` looks like a credential: sorted, disjoint ``(start, end)`` offsets, the end exclusive."""
    from servewright.model.url_syntax import credentials_in_urls
    from servewright.read.credentials import find_credentials, may_hold_credential

    found = [*credentials_in_urls(text)]
    if may_hold_credential(text):
        found += [(match.start, _end_of_value(text, match.start, match.end)) for match in find_credentials(text)]
    return merged(found)


def credential_spans_in_file(text: str) -> list[tuple[int, int]]:
    """Return what :func:`credential_spans` does, and what follows an argument such as ``--token`` in a YAML list.

    Only for files: in a message, a comma behind ``--token`` is punctuation.
    """
    from servewright.read.credentials import argument_pair

    pairs = [match.span() for match in argument_pair().regex.finditer(text)]
    return merged([*credential_spans(text), *((start, _end_of_value(text, start, end)) for start, end in pairs)])


def named_value_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the line ``text[start:end]`` gives a literal to a name that stands for a credential.

    That is ``DB_PASSWORD: x``, ``DB_PASSWORD=x``, or ``value: x`` beside ``name: DB_PASSWORD``, in comments too.
    """
    from servewright.read.credentials import secret_env_name

    found: list[tuple[int, int]] = []
    for match in _LITERAL.finditer(text, start, end):
        names = [match[1]] if match[1] != "value" else _names_beside(text, start, match.start())
        if any(secret_env_name(name) for name in names):
            found.append((match.end(), _end_of_literal(text, start, match.end(), end)))
    for match in _ASSIGNMENT.finditer(text, start, end):
        if secret_env_name(match[1]):
            value = _REST_OF_VALUE.match(text, match.end(), end)
            found.append((match.end(), match.end() + len(value[0].rstrip(",]}")) if value else end))
    return merged(found)


def broken_value_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the line ``text[start:end]`` may hold a secret, of a document that is too broken to be parsed.

    A password with a ``: `` in it is also what breaks a document, so the text is all there is to judge by: beside the
    name of a credential or below one, whatever is behind a key is hidden, and a line without keys altogether.
    """
    from servewright.read.credentials import secret_env_name

    above = any(secret_env_name(name) for name in _keys_above(text, start))
    found: list[tuple[int, int]] = []
    keys = [*_KEY.finditer(text, start, end)]
    for match in keys:
        if match[1] == "name" or _EMPTY.match(text, match.end(), end):
            continue
        # One key of the line may be another's name: `{name: HF_TOKEN: x}` is what is broken.
        names = [*_names_beside(text, start, match.start()), *([match[1]] if match[1] != "secret" else [])]
        if (above or any(secret_env_name(name) for name in names)) and match.end() < end:
            nested = text[match.end()] in "{["
            found.append((match.end(), end if nested else _end_of_literal(text, start, match.end(), end)))
    if not keys and (above or any(secret_env_name(name) for name in _names_beside(text, start, start))):
        lead = _LINE_START.match(text, start, end)
        found.append((lead.end() if lead else start, end))
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


def _keys_above(text: str, start: int) -> list[str]:
    """Return the keys that the line at ``start`` is below, by how far the lines before it are indented."""
    keys: list[str] = []
    depth = _depth(text, start)
    for line in reversed([*re.finditer(r"^[^\S\n]*\S[^\n]*$", text[max(0, start - _NEARBY) : start], re.MULTILINE)]):
        inner = _depth(line.string, line.start())
        if inner < depth:
            depth = inner
            keys += [match[1] for match in _KEY.finditer(line[0]) if match[1] not in ("name", "secret")]
    return keys


def _depth(text: str, start: int) -> int:
    lead = _LINE_START.match(text, start)
    return lead.end() - start if lead else 0


def _names_beside(text: str, start: int, at: int) -> list[str]:
    """Return what the mapping says its ``name`` is that has a key at ``at``, on a line that starts at ``start``."""
    opening = text.rfind("{", start, at)
    if opening >= 0:
        closing = text.find("}", at, at + _NEARBY)
        return _NAME.findall(text[opening : closing if closing >= 0 else at + _NEARBY])
    before = text[max(0, at - _NEARBY) : at]
    after = text[at : at + _NEARBY]
    items = [match.start() for match in _ITEM.finditer(before)]
    following = _ITEM.search(after)
    return _NAME.findall(before[items[-1] if items else 0 :] + after[: following.start() if following else len(after)])
