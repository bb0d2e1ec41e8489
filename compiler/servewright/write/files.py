"""What a compilation becomes as files, as a stream, and which of them a selection means. Pure."""

from __future__ import annotations

from collections.abc import Collection

from servewright import compilation as compiled
from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Document, Finding, Where
from servewright.parts.part import Part, Writer
from servewright.record import NamedTuple
from servewright.write.layout import Layout

# A stream is applied from top to bottom, so connections and shared runtimes come first.
_APPLY_ORDER = {"connections": 0, "runtimes": 1, "deployments": 2}

_Key = tuple[str, str, str]  # namespace, folder, name


class _Entry(NamedTuple):
    """A file: its path below the output folder (empty: none), its input file, the shared runtime that it uses."""

    path: str
    input: str
    runtime: _Key | None


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
                where = Where(Document(source, index, {}), ("metadata", "name"))
                path = self._layout.add(namespace, folder, name, text, where)
            shared = (namespace, "runtimes", runtime) if runtime is not None else None
            self._entries[key] = _Entry(path or "", source.path, shared)

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
    from servewright.write.emit import emit

    tree, writer = Tree(), Writer(emit)
    for unit in compilation.units:
        tree.take(writer.part_of(unit))
    return tree
