"""Formats: which module writes one, and what its readers expect of places."""

from __future__ import annotations

from collections.abc import Callable

from servewright.record import NamedTuple


class Format(NamedTuple):
    """A format: the module whose ``render`` writes it.

    ``in_checkout``: its readers count paths from the root of the Git repository, not from the Project. ``everywhere``:
    they throw away what has no place.
    """

    module: str
    in_checkout: bool = False
    everywhere: bool = False

    @property
    def render(self) -> Callable[..., str]:
        """The module's function; nobody pays for the others."""
        function: Callable[..., str] = __import__(self.module, fromlist=["render"]).render
        return function


# Of findings, for machines: ``render(diagnostics, summary)``.
MACHINE_FORMATS = {
    "json": Format(f"{__package__}.json_report"),
    "sarif": Format(f"{__package__}.sarif", in_checkout=True, everywhere=True),
    "github": Format(f"{__package__}.github", in_checkout=True),
    "junit": Format(f"{__package__}.junit", in_checkout=True),
    "markdown": Format(f"{__package__}.markdown", in_checkout=True),
}
