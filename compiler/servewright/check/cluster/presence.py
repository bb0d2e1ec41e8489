"""Rules that ask for nothing but the presence of fields, evaluated without CEL.

``!(has(self.replicas) && has(self.scaling))`` is looked at for every LLMInferenceService, and CEL's library takes a
good part of a start-up. The grammar here is the part of CEL that cannot fail and needs no value: ``has(self.NAME)``,
``!``, ``&&``, ``||``, parentheses. Anything else is none of it, and is left to CEL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container

from servewright.hints import Final

Presence = Callable[[Container[str]], bool]

_TOKENS: Final = r"\s*(has\(\s*self\.([A-Za-z_]\w*)\s*\)|!|&&|\|\||\(|\))"


def presence_rule(rule: str) -> Presence | None:
    """The rule as a function of the fields that are there; None if it asks for more than presence."""
    tokens: list[tuple[str, str]] = []
    place = 0
    text = rule.rstrip()
    next_token = re.compile(_TOKENS, re.ASCII).match
    while place < len(text):
        match = next_token(text, place)
        # CEL's reserved words are escaped as `__name__`, which is no field's own name.
        if match is None or (match[2] or "").startswith("__"):
            return None
        tokens.append((match[1], match[2] or ""))
        place = match.end()
    tokens.reverse()  # the next one is the last
    try:
        found = _either(tokens)
    except IndexError:
        return None
    return found if found is not None and not tokens else None


def _either(tokens: list[tuple[str, str]]) -> Presence | None:
    parts = _separated(tokens, "||", _both)
    return None if parts is None else lambda fields: any(part(fields) for part in parts)


def _both(tokens: list[tuple[str, str]]) -> Presence | None:
    parts = _separated(tokens, "&&", _one)
    return None if parts is None else lambda fields: all(part(fields) for part in parts)


def _separated(
    tokens: list[tuple[str, str]], by: str, part: Callable[[list[tuple[str, str]]], Presence | None]
) -> list[Presence] | None:
    parts: list[Presence] = []
    while True:
        found = part(tokens)
        if found is None:
            return None
        parts.append(found)
        if not tokens or tokens[-1][0] != by:
            return parts
        tokens.pop()


def _one(tokens: list[tuple[str, str]]) -> Presence | None:
    symbol, name = tokens.pop()
    if name:
        return lambda fields: name in fields
    inner = _one(tokens) if symbol == "!" else _either(tokens) if symbol == "(" else None
    if inner is None or symbol == "!":
        return None if inner is None else lambda fields: not inner(fields)
    return inner if tokens.pop()[0] == ")" else None
