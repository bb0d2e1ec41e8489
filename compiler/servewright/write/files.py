"""What a compilation becomes as files, as a stream, and which of them a selection means. Pure."""

from __future__ import annotations

from collections.abc import Collection

from servewright import compilation as compiled
from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Finding, Where
from servewright.write.emit import emit
from servewright.write.layout import Unit, layout, path_of


def tree_of(compilation: compiled.Compilation) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Path below the output folder to text, for every file; and what keeps files from being written."""
    files, findings = layout(_unit(unit) for unit in compilation.units)
    if not files and compilation.context is not None and not compilation.failed:
        findings.append(
            Finding(
                codes.NO_OBJECTS,
                "there is nothing to render: an engine that synced an empty tree would delete everything",
                None,
                "add a ModelDeployment to the deployments folder",
            )
        )
    return files, finish(findings, compilation.project, ())


def selected_files(compilation: compiled.Compilation, selected: Collection[str]) -> frozenset[str]:
    """The output files of the input files ``selected``, with the shared runtimes that their deployments use."""
    return frozenset(path_of(_unit(unit)) for unit in _selected_units(compilation, selected) if unit.objects)


def stream_of(compilation: compiled.Compilation, selected: Collection[str] | None = None) -> str:
    """Every object (of the selection) as one YAML stream, in the order of the tree, each object once."""
    units = compilation.units if selected is None else _selected_units(compilation, selected)
    # Connections and shared runtimes first: a stream is applied from top to bottom.
    order = {"connections": 0, "runtimes": 1, "deployments": 2}
    units = tuple(sorted(units, key=lambda unit: (unit.namespace, order[unit.folder], unit.name)))
    return emit([item.body for unit in units for item in unit.objects])


def _selected_units(compilation: compiled.Compilation, selected: Collection[str]) -> tuple[compiled.Unit, ...]:
    chosen = [unit for unit in compilation.units if unit.where.document.source.path in selected]
    shared = {
        (unit.namespace, runtime.name)
        for unit in chosen
        if unit.folder == "deployments" and (runtime := compilation.decisions[unit.namespace, unit.name].runtime).shared
    }
    chosen = [unit for unit in chosen if unit.folder != "runtimes"]
    chosen += [
        unit for unit in compilation.units if unit.folder == "runtimes" and (unit.namespace, unit.name) in shared
    ]
    return tuple(chosen)


def _unit(unit: compiled.Unit) -> Unit:
    name = Where(unit.where.document, ("metadata", "name"))  # what to change if there can be no such file
    return Unit(unit.namespace, unit.folder, unit.name, tuple(item.body for item in unit.objects), name)  # type: ignore[arg-type]
