"""The last line of a run. Apart from the renderer, so that a clean run need not load it."""

from __future__ import annotations

from collections.abc import Mapping

_NUMBERS = ("errors", "warnings", "infos", "deployments", "objects")


def summary_line(errors: int, warnings: int, infos: int, deployments: int, objects: int) -> str:
    """Return the last line of a run: what was found, or how much was fine, without a line break."""
    found = [
        _count(number, word) for number, word in ((errors, "error"), (warnings, "warning"), (infos, "info")) if number
    ]
    if errors or warnings:
        return f"found {', '.join(found)}" + (f" in {_count(deployments, 'deployment')}" if deployments else "")
    return ", ".join([f"{_count(deployments, 'deployment')}, {_count(objects, 'object')}: no problems", *found])


def line_of(summary: Mapping[str, int]) -> str:
    """The last line by the summary that every format carries."""
    errors, warnings, infos, deployments, objects = (summary.get(key, 0) for key in _NUMBERS)
    return summary_line(errors, warnings, infos, deployments, objects)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
