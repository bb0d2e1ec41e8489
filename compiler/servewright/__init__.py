"""servewright: deployment specs in Git, compiled into the Kubernetes objects that serve models on KServe.

>>> from servewright import Repository, compile_repository
>>> compilation = compile_repository(Repository.of({"servewright.yaml": "..."}))

Names are resolved on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing's, without importing typing

if TYPE_CHECKING:
    from servewright.compilation import Compilation, Unit, compile_repository
    from servewright.diagnostics.model import Diagnostic, Related, Span
    from servewright.rendering import Rendering, render_repository
    from servewright.repository import Repository

__version__ = "0.1.0"
__all__ = [
    "Compilation",
    "Diagnostic",
    "Related",
    "Rendering",
    "Repository",
    "Span",
    "Unit",
    "__version__",
    "compile_repository",
    "render_repository",
]

_HOMES = {
    "Compilation": "compilation",
    "Unit": "compilation",
    "compile_repository": "compilation",
    "Diagnostic": "diagnostics.model",
    "Related": "diagnostics.model",
    "Span": "diagnostics.model",
    "Rendering": "rendering",
    "render_repository": "rendering",
    "Repository": "repository",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"servewright.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'servewright' has no attribute {name!r}")
