"""What a compilation becomes as files, as a stream, and which of them a selection means. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from servewright import compilation as compiled
from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Document, Finding, Where
from servewright.parts.part import Part, Writer
from servewright.record import NamedTuple
from servewright.write.layout import Layout

# A stream is applied from top to bottom, so connections and shared runtimes come first.
_APPLY_ORDER = {"connections": 0, "runtimes": 1, "deployments": 2}

_NO_DATA: dict[str, object] = {}  # never changed
_NAME = ("metadata", "name")

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
    """What a run becomes as files. Takes each part as it comes; the first file of a name counts."""

    def __init__(self) -> None:
        self.objects = 0
        self._layout = Layout()
        self._entries: dict[_Key, _Entry] = {}

    def take(self, part: Part) -> None:
        """Take the files of a part."""
        source = part.source
        for item in part.written:
            namespace, folder, name, index, objects, text, runtime = item
            key = namespace, folder, name
            if key in self._entries:
                continue
            path = None
            if objects:
                self.objects += objects
                # What to change if there can be no such file.
                where = Where(Document(source, index, _NO_DATA), _NAME)
                path = self._layout.add(namespace, folder, name, text, where)
            shared = (namespace, "runtimes", runtime) if runtime is not None else None
            self._entries[key] = _Entry(path or "", source.path, shared)

    def files(self) -> Mapping[str, str]:
        """Path below the output folder to text, for every file."""
        return self._layout.whole()

    def diagnostics(
        self, outcome: compiled.Outcome | compiled.Compilation, *, may_be_empty: bool = False
    ) -> tuple[Diagnostic, ...]:
        """What keeps files from being written; ``may_be_empty``: whether nothing may be meant is asked later."""
        findings = list(self._layout.findings)
        if not may_be_empty and not self._layout.files and outcome.context is not None and not outcome.failed:
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
    return dict(tree.files()), tree.diagnostics(compilation)


def stream_of(compilation: compiled.Compilation) -> str:
    """Every object as one YAML stream, in the order of the tree."""
    return _tree(compilation).stream()


def _tree(compilation: compiled.Compilation) -> Tree:
    from servewright.write.emit import emit

    tree, writer = Tree(), Writer(emit)
    for unit in compilation.units:
        tree.take(writer.part_of(unit))
    return tree
