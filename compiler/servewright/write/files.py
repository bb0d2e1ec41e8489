"""What a compilation becomes as files, as a stream, and which of them a selection means. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Document, Finding, Where
from servewright.hints import TYPE_CHECKING
from servewright.record import NamedTuple
from servewright.write import lock
from servewright.write.layout import Layout

if TYPE_CHECKING:
    from servewright import compilation as compiled
    from servewright.parts.part import Part

# A stream is applied from top to bottom, so connections and shared runtimes come first.
_APPLY_ORDER = {"connections": 0, "runtimes": 1, "deployments": 2}

_NO_DATA: dict[str, object] = {}  # never changed
_NAME = ("metadata", "name")


class Selection(NamedTuple):
    """What is to be written: what comes from these input files and belongs to these namespaces; None for all."""

    inputs: frozenset[str] | None = None
    namespaces: frozenset[str] | None = None


EVERYTHING = Selection()


class Tree:
    """What a run becomes as files. Takes each part as it comes; the first file of a path counts.

    Everything is by path below the output folder, as records for each file would take as much memory as its text.
    """

    def __init__(self) -> None:
        self._objects: dict[str, int] = {}
        self._layout = Layout()
        self._inputs: dict[str, str] = {}  # the input file that it comes from; also of what has no objects, so no file
        self._runtimes: dict[str, str] = {}  # the file of the shared runtime that it uses
        self.settled: list[str] = []
        self._settled_objects = 0
        self._files: Mapping[str, str] | None = None
        self._digests: dict[str, str] = {}
        self.unplaced: set[str] = set()  # namespaces with something that can have no file

    @property
    def objects(self) -> int:
        """How many objects there are."""
        return sum(self._objects.values()) + self._settled_objects

    def objects_of(self, namespace: str) -> int:
        """How many objects of a namespace were taken."""
        return self._objects.get(namespace, 0)

    def take(self, part: Part) -> None:
        """Take the files of a part."""
        source = part.source
        for namespace, folder, name, index, objects, text, digest, runtime in part.written:
            path = f"{namespace}/{folder}/{name}.yaml"
            if path in self._inputs:
                continue
            self._inputs[path] = source.path
            if runtime is not None:
                self._runtimes[path] = f"{namespace}/runtimes/{runtime}.yaml"
            if objects:
                self._objects[namespace] = self._objects.get(namespace, 0) + objects
                problem = self._layout.add(path, name, text)
                if problem is None:
                    self._digests[path] = digest
                else:  # what to change is the name
                    where = Where(Document(source, index, _NO_DATA), _NAME)
                    self._layout.findings.append(problem._replace(where=where))
                    self.unplaced.add(namespace)

    def settle(self, block: str, objects: int) -> None:
        """Add a namespace as a whole, whose files are on disk as they should be: its part of the lock, and its objects."""
        self.settled += [block] if block else []
        self._settled_objects += objects

    def files(self) -> Mapping[str, str]:
        """Path below the output folder to text, for every file that is not settled; once everything is taken."""
        if self._files is None:
            self._files, lists = self._layout.whole()
            self._digests.update((path, lock.hash_of(text.encode())) for path, text in lists.items())
        return self._files

    def digests(self) -> Mapping[str, str]:
        """The same paths to what the lock has for their text, be it here or left out."""
        self.files()
        return self._digests

    def diagnostics(
        self, outcome: compiled.Outcome | compiled.Compilation, *, may_be_empty: bool = False
    ) -> tuple[Diagnostic, ...]:
        """What keeps files from being written; ``may_be_empty``: whether nothing may be meant is asked later."""
        findings = list(self._layout.findings)
        empty = not self._layout.files and not self._settled_objects
        if not may_be_empty and empty and outcome.context is not None and not outcome.failed:
            findings.append(_nothing("there is nothing to render", "add a ModelDeployment to the deployments folder"))
        return finish(findings, outcome.project, ())

    def inputs_of(self, namespaces: Collection[str]) -> frozenset[str]:
        """The input files with something of these namespaces."""
        return frozenset(source for path, source in self._inputs.items() if path.partition("/")[0] in namespaces)

    def selected(self, selection: Selection) -> frozenset[str]:
        """The output files of a selection, with the shared runtimes that its deployments use."""
        return frozenset(path for path in self._selected(selection) if path in self._layout.files)

    def stream(self, selection: Selection = EVERYTHING) -> str:
        """Every object of a selection as one YAML stream, each once, in the order of the tree."""
        paths = self._inputs if selection == EVERYTHING else self._selected(selection)
        files = self._layout.files
        texts = (files[path] for path in sorted(filter(files.__contains__, paths), key=_apply_order))
        return "---\n".join(text for text in texts if text)

    def _selected(self, selection: Selection) -> set[str]:
        inputs, namespaces = selection
        chosen = {
            path
            for path, source in self._inputs.items()
            if (inputs is None or source in inputs)
            and (namespaces is None or path.partition("/")[0] in namespaces)
            and path.split("/")[1] != "runtimes"
        }
        return chosen | {runtime for path in chosen if (runtime := self._runtimes.get(path)) is not None}


def _apply_order(path: str) -> tuple[str, int, str]:
    namespace, folder, name = path.split("/")
    return namespace, _APPLY_ORDER[folder], name.removesuffix(".yaml")


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
    from servewright.parts.run import writer_for

    tree, writer = Tree(), writer_for(texts=True)
    for unit in compilation.units:
        tree.take(writer.part_of(unit))
    return tree
