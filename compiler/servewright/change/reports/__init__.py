"""A change for people and machines: one module per format, with ``render(reported) -> str``."""

from __future__ import annotations

# What ``--format`` takes: the module of this package that writes it.
REPORTS = {"text": "text", "json": "json_report", "markdown": "markdown", "github": "github"}
