"""What kubeconform answers: its JSON, believed only as far as it adds up.

A checker that saw nothing is content: an empty folder or a stream that was cut off is "0 invalid" and exit code 0. So
its numbers have to be exactly those of what was emitted, and its exit code has to be the one that they mean.
"""

from __future__ import annotations

import json

from servewright.hints import Any
from servewright.record import NamedTuple

_REFUSED = frozenset(("statusInvalid", "statusError"))
_COUNTED = ("valid", "invalid", "errors", "skipped")


class Refusal(NamedTuple):
    """An object that it refuses. ``file`` is as we named it; ``places`` are JSON pointers, not escaped as such."""

    file: str
    kind: str
    name: str
    message: str
    places: tuple[str, ...] = ()


class NonsenseError(Exception):
    """The answer cannot be trusted; the text completes "kubeconform …", and quotes nothing of the answer."""


def read_answer(output: bytes, code: int, objects: int) -> tuple[Refusal, ...]:
    """What it refuses of the ``objects`` that it was given, sorted; raises NonsenseError if that cannot be told.

    Its own order differs from run to run, since two workers share the files.
    """
    document = _document(output, code)
    refusals = sorted(_refusal(item) for item in _list(document, "resources"))
    counts = _counts(document)
    if counts["skipped"]:
        raise NonsenseError(f"skipped {counts['skipped']} of the objects")
    seen = sum(counts.values())
    if seen != objects:
        raise NonsenseError(f"counted {seen} objects, and {objects} were rendered")
    if counts["invalid"] + counts["errors"] != len(refusals):
        raise NonsenseError(f"counted {counts['invalid'] + counts['errors']} refusals, and listed {len(refusals)}")
    if code != (1 if refusals else 0):
        raise NonsenseError(f"ended with exit code {code}, which does not go with {len(refusals)} refused objects")
    return tuple(refusals)


def _document(output: bytes, code: int) -> dict[str, Any]:
    try:
        document = json.loads(output)
    except (ValueError, RecursionError):  # not UTF-8 is a ValueError too
        document = None
    if not isinstance(document, dict):
        raise NonsenseError(f"ended with exit code {code}, and its answer is not the JSON of `-output json`")
    return document


def _list(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    # Go writes an empty list as null where the list was never made.
    found = record.get(key) or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise NonsenseError(f"gave an answer whose `{key}` is no list")
    return found


def _counts(document: dict[str, Any]) -> dict[str, int]:
    summary = document.get("summary")
    numbers = summary if isinstance(summary, dict) else {}
    counts = {key: numbers[key] for key in _COUNTED if type(numbers.get(key)) is int and numbers[key] >= 0}
    if len(counts) != len(_COUNTED):
        raise NonsenseError("gave an answer without a summary")
    return counts


def _refusal(item: dict[str, Any]) -> Refusal:
    if item.get("status") not in _REFUSED:
        raise NonsenseError("gave an answer with an entry that is no refusal")
    places = sorted(_text(found, "path") for found in _list(item, "validationErrors"))
    file, kind, name, message = (_text(item, key) for key in ("filename", "kind", "name", "msg"))
    return Refusal(file, kind, name, message, tuple(places))


def _text(record: dict[str, Any], key: str) -> str:
    text = record.get(key)
    if not isinstance(text, str):
        raise NonsenseError(f"gave an answer whose `{key}` is no text")
    return text
