"""What one input file becomes, as far as the rest of a run needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from servewright.check.summary import Summary
from servewright.compilation import Compiled, CompiledFile, Unit
from servewright.diagnostics.model import Document, Finding, Source
from servewright.lower.fields import Object
from servewright.record import NamedTuple
from servewright.write.lock import hash_of

Emit = Callable[[Sequence[Object]], str]


class Written(NamedTuple):
    """A file of the tree: its key, the index of its document in the input file, how many objects are in its ``text``.

    ``digest`` is the text's hash as the lock has it, made where the text is made, in whatever process, and empty with it.
    ``runtime`` names the shared ServingRuntime that it uses. Without objects there is no file. The text of a file that
    is on disk as it should be may be left out.
    """

    namespace: str
    folder: str
    name: str
    document: int
    objects: int
    text: str
    digest: str
    runtime: str | None


class Part(NamedTuple):
    """What the connections and deployments of a file become; what others must know of them; what is wrong with the file.

    ``plain`` is the part as ``parts.codec`` spells it, if it came so from another process.
    """

    source: Source
    written: tuple[Written, ...]
    summaries: tuple[Summary, ...]
    findings: tuple[Finding, ...]
    waiving: tuple[tuple[Document, Mapping[str, str]], ...]
    deployments: int
    plain: bytes | None = None

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Those that its deployments and connections belong to, sorted."""
        if len(self.summaries) == 1:
            return (self.summaries[0].namespace,)
        return tuple(sorted({summary.namespace for summary in self.summaries}))


class Writer:
    """Gives compiled documents their text. A runtime that many share is written once."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._shared: dict[object, tuple[str, str]] = {}

    def part(self, source: Source, file: CompiledFile) -> Part:
        """The part that the file is."""
        written = tuple([item for compiled in file.compiled for item in self.written(compiled)])
        summaries = tuple([compiled.summary for compiled in file.compiled])
        return Part(source, written, summaries, file.findings, file.waiving, file.deployments)

    def part_of(self, unit: Unit) -> Part:
        """The part that holds this one unit, and no more."""
        document = unit.where.document
        return Part(document.source, (self._written(unit, None, None),), (), (), (), 0)

    def written(self, compiled: Compiled) -> Iterable[Written]:
        """The files that a document becomes."""
        runtime = compiled.decisions.runtime if compiled.decisions else None
        shared = runtime.name if runtime is not None and runtime.shared else None
        for unit in compiled.units:
            made_from = id(runtime.runtime) if runtime is not None and unit.folder == "runtimes" else None
            yield self._written(unit, shared, made_from)

    def _written(self, unit: Unit, shared: str | None, made_from: int | None) -> Written:
        if not unit.objects:
            text = digest = ""
        elif made_from is not None:
            text, digest = self._text_of_shared(unit, made_from)
        else:
            text, digest = self._text_of(unit)
        index = unit.where.document.index
        return Written(unit.namespace, unit.folder, unit.name, index, len(unit.objects), text, digest, shared)

    def _text_of(self, unit: Unit) -> tuple[str, str]:
        text = self._emit(unit.objects)
        return text, hash_of(text.encode()) if text else ""

    def _text_of_shared(self, unit: Unit, made_from: int) -> tuple[str, str]:
        """The text of a shared runtime; what it is made from is kept by the catalog, so its identity is its own."""
        annotations = unit.objects[0].body["metadata"].get("annotations", {})
        key = unit.namespace, unit.name, made_from, *annotations.items()
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = self._text_of(unit)
        return known


def nothing(objects: Sequence[Object]) -> str:
    """The text of a file that nobody will see."""
    return ""
