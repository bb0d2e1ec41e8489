"""Where a spec names its runtime: in the short form, in the long form, or not at all."""

from __future__ import annotations

from servewright.diagnostics.model import Document, Path
from servewright.hints import Literal

_PATH: Path = ("spec", "runtime")


def runtime_place(document: Document, *fields: str) -> tuple[Path, Literal["value", "key"]]:
    """The smallest thing to change: the first of ``fields`` that the long form gives, else ``spec.runtime``.

    A spec that leaves the runtime out is pointed at where it says what it wants a runtime for.
    """
    spec = document.data.get("spec")
    if not isinstance(spec, dict) or "runtime" not in spec:
        return ("spec", "model"), "key"
    given = spec["runtime"]
    long = given if isinstance(given, dict) else {}
    return next(((*_PATH, field) for field in fields if field in long), _PATH), "value"
