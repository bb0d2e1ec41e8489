"""Explanations as one JSON document: the records' own fields, in camel case."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from servewright.diagnostics.escape import redact, visible_json
from servewright.hints import Any

VERSION = 1
_UNDERSCORE = re.compile(r"_([a-z])")


def render_json(answer: Any) -> str:
    """The document: ``version``, then the fields of ``answer`` (a record, or a mapping); ends with a line break.

    Texts that look like a credential are redacted, characters that would act on a terminal are written as escapes.
    """
    fields = plain(answer)
    return visible_json(json.dumps({"version": VERSION, **fields}, ensure_ascii=False, indent=2)) + "\n"


def plain(value: Any) -> Any:
    """Records as mappings, tuples as lists, texts without credentials; keys of mappings stay as they are."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {_camel(name): plain(item) for name, item in zip(value._fields, value, strict=True)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value


def _camel(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)
