"""What a compilation becomes as files, as a stream, and which of them a selection means. Pure."""

from __future__ import annotations

from collections.abc import Collection

from servewright import compilation as compiled
from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Finding, Where
from servewright.record import NamedTuple
from servewright.write.layout import Layout, Unit

# A stream is applied from top to bottom, so connections and shared runtimes come first.
_APPLY_ORDER = {"connections": 0, "runtimes": 1, "deployments": 2}

_Key = tuple[str, str, str]  # namespace, folder, name


class _Entry(NamedTuple):
    """A file: its path below the output folder (empty: none), its input file, the shared runtime that it uses."""

    path: str
    input: str
    runtime: _Key | None


class Tree:
    """What a run becomes as files. Takes each compiled document as it comes, and keeps its text only.

    Without ``texts`` it finds out what keeps files from being written, and no more.
    """

    def __init__(self, *, texts: bool = True) -> None:
        self.objects = 0
        self._layout = Layout(texts=texts)
        self._entries: dict[_Key, _Entry] = {}

    def take(self, item: compiled.Compiled) -> None:
        """Give each unit a file; the first of one name counts."""
        runtime = item.decisions.runtime if item.decisions else None
        for unit in item.units:
            shared = (unit.namespace, "runtimes", runtime.name) if runtime is not None and runtime.shared else None
            self.add(unit, shared)

    def add(self, unit: compiled.Unit, runtime: _Key | None = None) -> None:
        """Give a unit that uses this shared runtime a file."""
        key = compiled.key_of(unit)
        if key in self._entries:
            return
        self.objects += len(unit.objects)
        document = unit.where.document
        name = Where(document.bare(), ("metadata", "name"))  # what to change if there can be no such file
        bodies = tuple(item.body for item in unit.objects)
        path = self._layout.add(Unit(unit.namespace, unit.folder, unit.name, bodies, name))  # type: ignore[arg-type]
        self._entries[key] = _Entry(path or "", document.source.path, runtime)

    def files(self) -> dict[str, str]:
        """Path below the output folder to text, for every file."""
        return self._layout.whole()

    def diagnostics(self, outcome: compiled.Outcome | compiled.Compilation) -> tuple[Diagnostic, ...]:
        """What keeps files from being written."""
        findings = list(self._layout.findings)
        if not self._layout.files and outcome.context is not None and not outcome.failed:
            findings.append(
                Finding(
                    codes.NO_OBJECTS,
                    "there is nothing to render: an engine that synced an empty tree would delete everything",
                    None,
                    "add a ModelDeployment to the deployments folder",
                )
            )
        return finish(findings, outcome.project, ())

    def selected(self, inputs: Collection[str]) -> frozenset[str]:
        """The output files of these input files, with the shared runtimes that their deployments use."""
        return frozenset(self._entries[key].path for key in self._selected(inputs)) - {""}

    def stream(self, inputs: Collection[str] | None = None) -> str:
        """Every object (of these input files) as one YAML stream, each once, in the order of the tree."""
        keys = self._entries.keys() if inputs is None else self._selected(inputs)
        ordered = sorted(keys, key=lambda key: (key[0], _APPLY_ORDER[key[1]], key[2]))
        texts = (self._layout.files.get(self._entries[key].path) for key in ordered)
        return "---\n".join(text for text in texts if text)

    def _selected(self, inputs: Collection[str]) -> set[_Key]:
        chosen = {key for key, entry in self._entries.items() if entry.input in inputs and key[1] != "runtimes"}
        return chosen | {runtime for key in chosen if (runtime := self._entries[key].runtime) is not None}


def tree_of(compilation: compiled.Compilation) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Path below the output folder to text, for every file; and what keeps files from being written."""
    tree = _tree(compilation)
    return tree.files(), tree.diagnostics(compilation)


def stream_of(compilation: compiled.Compilation) -> str:
    """Every object as one YAML stream, in the order of the tree."""
    return _tree(compilation).stream()


def _tree(compilation: compiled.Compilation) -> Tree:
    tree = Tree()
    for unit in compilation.units:
        tree.add(unit)
    return tree
