"""Paths of fields as people write them: ``spec.predictor.minReplicas``, ``metadata.annotations['a.b/c']``, ``args[0]``."""

from __future__ import annotations

import re

from servewright.diagnostics.model import Path

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def show(path: Path) -> str:
    """The path as text that ``explain/field_path.py`` reads back."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            quote = '"' if "'" in step else "'"
            text += f"[{quote}{step}{quote}]"
    return text
