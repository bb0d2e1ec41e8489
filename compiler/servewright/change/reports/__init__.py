"""A change for people and machines: one module per format, with ``render(reported) -> str``."""

from __future__ import annotations

from servewright.diagnostics.formats import Format

# What ``--format`` takes.
REPORTS = {
    "text": Format(f"{__name__}.text"),
    "json": Format(f"{__name__}.json_report"),
    "markdown": Format(f"{__name__}.markdown", in_checkout=True),
    "github": Format(f"{__name__}.github", in_checkout=True),
}
