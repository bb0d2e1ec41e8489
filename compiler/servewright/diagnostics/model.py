"""The shapes of a diagnostic.

The passes report *findings*: a rule, a message and a place given as a path into a document. Line and column are
worked out only for what is reported (:mod:`servewright.diagnostics.finish`), so a clean run never pays for marks.

All records that pass between modules are ``NamedTuple``: immutable like frozen dataclasses, but much cheaper to define
(start-up) and three times cheaper to build (every object of every deployment).
"""

from __future__ import annotations

from collections.abc import Callable

from servewright.hints import Literal
from servewright.record import NamedTuple

Severity = Literal["error", "warning", "info"]
Path = tuple[str | int, ...]


class Source(NamedTuple):
    """The text of one input file; ``path`` is relative to the repository root, with forward slashes."""

    path: str
    text: str


class Document(NamedTuple):
    """One YAML document as plain dicts, lists, strings, ints, floats, bools and None.

    ``index`` is its position among the documents of ``source``; ``at`` leads from the document's root to ``data``
    (empty, but for the items of a List).
    """

    source: Source
    index: int  # type: ignore[assignment]  # hides tuple.index, which nothing needs
    data: dict[str, object]
    at: Path = ()

    def bare(self) -> Document:
        """The document without its data, as places keep it that are needed when it has been compiled."""
        return self._replace(data={})


class Where(NamedTuple):
    """A place in an input: a path below ``document.data``; ``on`` selects a mapping's key or its value."""

    document: Document
    path: Path = ()
    on: Literal["value", "key"] = "value"


class Span(NamedTuple):
    """A stretch of an input file. Lines and columns count from 1, columns in code points; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Rule(NamedTuple):
    """What a code stands for. ``fixed`` rules cannot be switched off, changed in severity, or waived."""

    code: str
    slug: str
    severity: Severity
    title: str
    fixed: bool = True


class Note(NamedTuple):
    """A second place that matters to a finding."""

    message: str
    where: Where | Span | None


class Finding(NamedTuple):
    """What a pass reports. ``where`` may be a Span when the file could not be parsed, or None for a whole run.

    ``about`` are input files that it concerns beside those that it points to. What is found ``again`` whenever
    something of the catalog is used is said of the first use only.
    """

    rule: Rule
    message: str
    where: Where | Span | None = None
    help: str | None = None
    notes: tuple[Note, ...] = ()
    object: str | None = None
    field: str | None = None
    about: tuple[str, ...] = ()
    again: bool = False


class Related(NamedTuple):
    """A second place of a diagnostic, located."""

    message: str
    span: Span | None


class Diagnostic(NamedTuple):
    """A finding as users see it: located, with its final severity. ``about`` is for selections, and not shown."""

    code: str
    slug: str
    severity: Severity
    message: str
    help: str | None = None
    span: Span | None = None
    related: tuple[Related, ...] = ()
    object: str | None = None
    field: str | None = None
    about: tuple[str, ...] = ()


class Problems:
    """Collects the findings about one document; passes share it, so that one run reports everything.

    ``object`` is what they are about, or says so when there is one.
    """

    __slots__ = ("document", "findings", "object")

    def __init__(self, document: Document, object: str | Callable[[Document], str] | None = None) -> None:
        self.document = document
        self.object = object
        self.findings: list[Finding] = []

    def reported(self) -> list[Finding]:
        """What was found, without the document's data: places need its text only, and findings outlive the data."""
        if not self.findings:
            return []
        document, bare = self.document, self.document.bare()

        def place(where: Where | Span | None) -> Where | Span | None:
            own = isinstance(where, Where) and where.document is document
            return where._replace(document=bare) if own and isinstance(where, Where) else where

        return [
            item._replace(
                where=place(item.where),
                notes=tuple(note._replace(where=place(note.where)) for note in item.notes),
            )
            for item in self.findings
        ]

    def add(
        self,
        rule: Rule,
        message: str,
        path: Path = (),
        *,
        on: Literal["value", "key"] = "value",
        help: str | None = None,
        notes: tuple[Note, ...] = (),
        field: str | None = None,
    ) -> None:
        """Report ``message`` at ``path`` of the document."""
        if callable(self.object):
            self.object = self.object(self.document)
        where = Where(self.document, path, on)
        self.findings.append(Finding(rule, message, where, help, notes, self.object, field))

    def touched(self, prefix: Path) -> bool:
        """Whether an error was reported at or below ``prefix``."""
        length = len(prefix)
        return any(
            finding.rule.severity == "error"
            and isinstance(finding.where, Where)
            and finding.where.path[:length] == prefix
            for finding in self.findings
        )

    @property
    def failed(self) -> bool:
        """Whether anything reported so far is an error by default."""
        return any(finding.rule.severity == "error" for finding in self.findings)
