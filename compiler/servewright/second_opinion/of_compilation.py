"""The second opinion on a compilation, as diagnostics."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from servewright.check.kubeconform.findings import Emitted
from servewright.compilation import Compilation
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Span
from servewright.resolve.decisions import Decisions
from servewright.second_opinion.kubeconform import ask
from servewright.write.layout import is_unit


def ask_kubeconform(
    compilation: Compilation, files: Mapping[str, str], *, required: bool
) -> tuple[tuple[Diagnostic, ...], dict[str, int]]:
    """What kubeconform finds, and a number for the summary: how many objects it accepts.

    ``files`` is the tree of the compilation. What our own checks have refused already is not said again.
    """
    if compilation.context is None or not files:
        return (), {}
    opinion = ask(lambda: _emitted(compilation, files), compilation.context.release, os.environ, required=required)
    errors = [item for item in compilation.diagnostics if item.severity == "error" and item.object]
    known = {(item.object, item.field) for item in errors}
    news = finish(
        (item for item in opinion.findings if (item.object, item.field) not in known), compilation.project, ()
    )
    # Of what many deployments copy, only the first copy was reported, at the place that they share.
    places = {_in_any_copy(item) for item in errors}
    news = tuple(item for item in news if not item.object or _in_any_copy(item) not in places)
    return news, {} if opinion.valid is None else {"kubeconform": opinion.valid}


def _in_any_copy(item: Diagnostic) -> tuple[str, str | None, Span | None]:
    return (item.object or "").partition("/")[0], item.field, item.span


def _emitted(compilation: Compilation, files: Mapping[str, str]) -> Iterator[Emitted]:
    """Every file but the kustomizations, which are no objects of a cluster."""
    units = {f"{unit.namespace}/{unit.folder}/{unit.name}.yaml": unit for unit in reversed(compilation.units)}
    decisions = _decisions(compilation)
    for path, text in files.items():
        if is_unit(path):
            unit = units[path]
            yield Emitted(
                path, text, unit.objects, unit.where.document, decisions.get((unit.namespace, unit.folder, unit.name))
            )


def _decisions(compilation: Compilation) -> dict[tuple[str, str, str], Decisions]:
    """The decisions that each unit comes from; connections have none."""
    found: dict[tuple[str, str, str], Decisions] = {}
    for (namespace, name), decisions in compilation.decisions.items():
        found[namespace, "deployments", name] = decisions
        if decisions.runtime.shared:
            # Of several deployments the first one gives a shared runtime its document.
            found.setdefault((namespace, "runtimes", decisions.runtime.name), decisions)
    return found
