"""What a compilation becomes as files, as a stream, and which of them a selection means. Pure."""

# No `from __future__ import annotations` beside records: NamedTuple would compile the text of each annotation.

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


class Selection(NamedTuple):
    """What is to be written: what comes from these input files and belongs to these namespaces; None for all."""

    inputs: frozenset[str] | None = None
    namespaces: frozenset[str] | None = None


EVERYTHING = Selection()


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
            findings.append(_nothing("there is nothing to render", "add a ModelDeployment to the deployments folder"))
        return finish(findings, outcome.project, ())

    def inputs_of(self, namespaces: Collection[str]) -> frozenset[str]:
        """The input files with something of these namespaces."""
        return frozenset(entry.input for key, entry in self._entries.items() if key[0] in namespaces)

    def selected(self, selection: Selection) -> frozenset[str]:
        """The output files of a selection, with the shared runtimes that its deployments use."""
        return frozenset(self._entries[key].path for key in self._selected(selection)) - {""}

    def stream(self, selection: Selection = EVERYTHING) -> str:
        """Every object of a selection as one YAML stream, each once, in the order of the tree."""
        keys = self._entries.keys() if selection == EVERYTHING else self._selected(selection)
        ordered = sorted(keys, key=lambda key: (key[0], _APPLY_ORDER[key[1]], key[2]))
        texts = (self._layout.files.get(self._entries[key].path) for key in ordered)
        return "---\n".join(text for text in texts if text)

    def _selected(self, selection: Selection) -> set[_Key]:
        inputs, namespaces = selection
        chosen = {
            key
            for key, entry in self._entries.items()
            if key[1] != "runtimes"
            and (inputs is None or entry.input in inputs)
            and (namespaces is None or key[0] in namespaces)
        }
        return chosen | {runtime for key in chosen if (runtime := self._entries[key].runtime) is not None}


def nothing_selected(outcome: compiled.Outcome | compiled.Compilation) -> tuple[Diagnostic, ...]:
    """What is wrong with a stream that would be empty."""
    finding = _nothing("nothing of what is selected becomes an object", "select a ModelDeployment")
    return finish([finding], outcome.project, ())


def _nothing(message: str, help_text: str) -> Finding:
    why = "an engine that synced an empty tree would delete everything"
    return Finding(codes.NO_OBJECTS, f"{message}: {why}", None, help_text)


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
