"""Paths of fields as people write them: ``spec.predictor.minReplicas``, ``metadata.annotations['a.b/c']``, ``args[0]``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from servewright.diagnostics.model import Path
from servewright.hints import Any
from servewright.record import NamedTuple

_OBJECT = re.compile(r"(?P<kind>[A-Z][A-Za-z0-9]*)(?:/(?P<name>[a-z0-9][a-z0-9.-]*))?(?::|$)")
_STEP = re.compile(
    r"""\[(?P<index>[0-9]{1,9})\]|\['(?P<single>[^']*)'\]|\["(?P<double>[^"]*)"\]|(?P<plain>[^.\[\]]+)"""
)


class Wanted(NamedTuple):
    """A field that was asked for: perhaps of a certain object, and the steps to it. No steps: the whole object."""

    kind: str | None
    name: str | None
    steps: tuple[str | int, ...]


def parse(text: str) -> Wanted | None:
    """Read ``[KIND[/NAME]:]PATH``; None when it is no such thing."""
    found = _OBJECT.match(text)
    kind, name = (found["kind"], found["name"]) if found else (None, None)
    steps: list[str | int] = []
    position = found.end() if found else 0
    while position < len(text):
        if text[position] == "." and steps:
            position += 1
        step = _STEP.match(text, position)
        if step is None:
            return None
        index = step["index"]
        steps.append(int(index) if index is not None else step["single"] or step["double"] or step["plain"] or "")
        position = step.end()
    return Wanted(kind, name, tuple(steps)) if steps or kind else None


def follow(body: Any, steps: tuple[str | int, ...]) -> Path | None:
    """The path in ``body`` that the steps lead to; keys with dots in them need no quotes where they are unambiguous."""
    if not steps:
        return ()
    if isinstance(body, list):
        index = steps[0]
        if not isinstance(index, int) or index >= len(body):
            return None
        rest = follow(body[index], steps[1:])
        return None if rest is None else (index, *rest)
    if not isinstance(body, dict):
        return None
    for length in range(len(steps), 0, -1):
        key = ".".join(str(step) for step in steps[:length])
        if key in body and (rest := follow(body[key], steps[length:])) is not None:
            return (key, *rest)
    return None


def all_paths(body: Any, path: Path = ()) -> Iterator[Path]:
    """Every path below ``body``."""
    entries = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, value in entries:
        yield (*path, step)
        yield from all_paths(value, (*path, step))
