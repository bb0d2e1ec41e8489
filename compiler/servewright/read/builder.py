"""Documents built from libyaml's events: any text, and what is wrong with it.

The builder works on libyaml's events because that is twice as fast as PyYAML's own loader, and because it sees what
loaders hide: repeated keys, tags, aliases, and scalars that readers disagree about. It keeps no positions; whatever
it refuses, it notes with the indices of the one event that it has at hand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from servewright.diagnostics.model import Document, Finding, Source
from servewright.hints import Any
from servewright.read.credentials import may_hold_credential
from servewright.read.events import DOCUMENT_LINE, MAX_DEPTH, Event, Events, has_forbidden, without_forbidden
from servewright.read.scalars import MEMO, Ambiguous, resolve_exported, resolve_plain
from servewright.read.trouble import MAX_ALIASES, MAX_EXPANSION, Kind, Trouble

_TEXT_UNIT = 100  # characters of text that count as one more value
MAX_TROUBLES = 100  # of one document; nobody reads more, and a hostile file has millions
# What leaves no doubt about the rest of the document: it is there, with the text as written, so that everything else
# that is wrong with it is reported in the same run.
_READABLE = ("doubtful", "duplicate-key")


def build_documents(source: Source, *, catalog: bool) -> tuple[list[Document], list[Finding], bool]:
    """The documents of ``source``, what is wrong with its YAML, and whether escapes in it may spell a credential."""
    text = source.text
    forbidden = has_forbidden(text)
    reader = _Reader(source, without_forbidden(text) if forbidden else text, catalog)
    reader.read()
    if forbidden:
        reader.refuse_characters()
    escapes = bool(reader.escaped) and may_hold_credential("\n".join(reader.escaped))
    return reader.documents, reader.findings, escapes


class _TooDeepError(Exception):
    def __init__(self, index: int) -> None:
        self.index = index


class _TooMuchError(Exception):
    pass


_Frame = tuple[Any, Any]  # an open collection, and the key in it whose value is being read
_COLLECTION_KEY = object()  # in place of a key: what is being read is the key, a list or a mapping
_KEY_UNKNOWN = "\0"  # in place of a key that was refused


class _Reader:
    """Reads one file: ``documents`` and ``findings`` are the result.

    ``escaped`` collects the double-quoted values of a text with backslashes, which may spell a credential that the
    text does not show. ``root`` is the document that is being built, ``troubles`` what it will be refused for.
    ``decorated`` is False if the text cannot have anchors or tags.
    """

    __slots__ = (
        "aliases", "anchors", "catalog", "decorated", "documents", "escaped", "events", "expansion", "findings",
        "has_escapes", "root", "source", "starts", "troubles",
    )  # fmt: skip

    def __init__(self, source: Source, text: str, catalog: bool) -> None:
        self.source = source
        self.decorated = "&" in text or "!" in text
        self.has_escapes = "\\" in text
        self.catalog = catalog
        self.events = Events(text)
        self.documents: list[Document] = []
        self.findings: list[Finding] = []
        self.escaped: list[str] = []
        self.starts: list[int] = []
        self.root: list[Any] = []
        self.troubles: list[Trouble] = []
        self.anchors: dict[str, Any] = {}
        self.aliases = 0
        self.expansion = 0

    def read(self) -> None:
        """Read every document; behind a broken one, go on with the next."""
        events = self.events
        while True:
            try:
                self._read_stream()
                return
            except _TooDeepError as deep:
                index = deep.index
            except yaml.YAMLError as error:
                index = events.error_index(error)
                self._report_syntax(error, index)
            self._report_troubles()
            if not events.restart(index):
                break
        if events.gave_up:
            from servewright.read.syntax_errors import too_many_errors

            self.findings.append(too_many_errors(self.source, index))

    def refuse_characters(self) -> None:
        """Report what must not be in a text; leave out the documents that have it, and what follows from it."""
        from servewright.read.syntax_errors import forbidden_characters, without_syntax_errors

        text = self.source.text
        indices, findings = forbidden_characters(self.source)
        boundaries = [0, *(line.start() for line in re.finditer(DOCUMENT_LINE, text)), len(text) + 1]
        refused = {bisect_right(boundaries, index) for index in indices}
        extents = [(boundaries[number - 1], boundaries[number]) for number in refused]
        self.findings = without_syntax_errors(self.source, self.findings, extents) + findings
        self.documents = [
            document
            for document in self.documents
            if bisect_right(boundaries, self.starts[document.index]) not in refused
        ]

    def _read_stream(self) -> None:
        get, base = self.events.get, self.events.base
        while True:
            event = get()
            kind = event.__class__
            if kind is DocumentStartEvent:
                self.starts.append(base + event.start_mark.index)
                self.root = []
                self.anchors.clear()
                if event.version or event.tags:
                    self._trouble("directive", event, [])
                empty = self._build(get)
                self._finish(empty)
            elif kind is StreamEndEvent:
                return

    def _finish(self, empty: bool) -> None:
        data = self.root[0]
        index = len(self.starts) - 1
        if self.troubles and self._report_troubles():
            return
        if data.__class__ is dict:
            self.documents.append(Document(self.source, index, data))
        elif not empty:
            from servewright.read.refusals import not_a_mapping

            self.findings.append(not_a_mapping(self.source, index))

    def _build(self, get: Callable[[], Event]) -> bool:
        """Build one document into ``root``; True if it holds nothing at all.

        One flat loop without a call per node: this is where reading spends its time.
        """
        memo, catalog, decorated = MEMO, self.catalog, self.decorated
        escaped = self.escaped.append if self.has_escapes else None
        stack: list[_Frame] = []
        container: Any = self.root
        append: Callable[[Any], None] | None = container.append  # None: the container is a mapping
        key: Any = None  # of a mapping, while its value is awaited
        text = ""
        while True:
            event = get()
            kind = event.__class__
            if kind is ScalarEvent:
                text = value = event.value
                if event.style:
                    if escaped and event.style == '"':
                        escaped(text)
                elif text in memo:
                    value = memo[text]
                else:
                    value = resolve_plain(text)
                    if value.__class__ is Ambiguous and catalog:
                        value = resolve_exported(value)
                    if value.__class__ is Ambiguous:
                        doubt: Kind = "doubtful" if append or key is not None else "doubtful-key"
                        if event.tag is None:  # which is refused in its own words
                            self._trouble(doubt, event, stack, container, key, value)
                        value = text
                if decorated and (event.anchor is not None or event.tag is not None):
                    self._note_properties(event, value, stack, container, key)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                child: Any = {} if kind is MappingStartEvent else []
                if decorated and (event.anchor is not None or event.tag is not None):
                    self._note_properties(event, child, stack, container, key)
                if append:
                    append(child)
                elif key is not None:
                    container[key] = child
                else:
                    self._trouble("collection-key", event, stack, container)
                    key = _COLLECTION_KEY
                if len(stack) == MAX_DEPTH:
                    self._trouble("too-deep", event, stack, container, key)
                    raise _TooDeepError(self.events.base + event.start_mark.index)
                stack.append((container, key))
                container, key = child, None
                append = None if kind is MappingStartEvent else child.append
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                container, key = stack.pop()
                key = _KEY_UNKNOWN if key is _COLLECTION_KEY else None
                append = container.append if container.__class__ is list else None
                continue
            elif kind is AliasEvent:
                value = self._expand(event, stack, container, key)
            else:  # the end of the document
                return text == "" and self.root[0] is None
            if append:
                append(value)
            elif key is not None:
                container[key] = value
                key = None
            elif value.__class__ is str and value not in container:
                key = value
            else:
                key = self._refuse_key(event, value, stack, container)

    def _refuse_key(self, event: Event, value: Any, stack: list[_Frame], container: Any) -> Any:
        """Note a repeated key, or one that is no text; return what to go on with."""
        if value.__class__ is str:
            self._trouble("duplicate-key", event, stack, container, value, value)
            return value
        if event.__class__ is ScalarEvent or value is not None:  # an alias to nothing is reported as such
            text = getattr(event, "value", "")
            self._trouble("key-not-string", event, stack, container, text, (value, text))
        return _KEY_UNKNOWN

    def _note_properties(self, event: Event, value: Any, stack: list[_Frame], container: Any, key: Any) -> None:
        """Note a tag, remember an anchor."""
        if event.tag is not None:
            self._trouble("tag", event, stack, container, key)
        if event.anchor is not None:
            if event.anchor in self.anchors:
                self._trouble("anchor-twice", event, stack, container, key)
            self.anchors[event.anchor] = value

    def _expand(self, event: Event, stack: list[_Frame], container: Any, key: Any) -> Any:
        """A copy of what an alias stands for, so that no two places of a document share an object."""
        kind: Kind
        if event.anchor not in self.anchors:
            kind = "alias-unknown"
        else:
            target = self.anchors[event.anchor]
            if target is container or any(target is outer for outer, _ in stack):
                kind = "alias-recursive"
            else:
                self.aliases += 1
                try:
                    return self._copy(target, len(stack))
                except _TooDeepError:
                    kind = "too-deep"
                except _TooMuchError:
                    kind = "alias-budget"
        if kind != "alias-budget" or all(trouble.kind != kind for trouble in self.troubles):
            self._trouble(kind, event, stack, container, key)
        return None

    def _copy(self, value: Any, depth: int) -> Any:
        self.expansion += 1 if value.__class__ is not str else 1 + len(value) // _TEXT_UNIT
        if self.expansion > MAX_EXPANSION or self.aliases > MAX_ALIASES:
            raise _TooMuchError
        if not isinstance(value, dict | list):
            return value
        if depth >= MAX_DEPTH:
            raise _TooDeepError(0)
        if isinstance(value, list):
            return [self._copy(item, depth + 1) for item in value]
        return {key: self._copy(item, depth + 1) for key, item in value.items()}

    def _trouble(
        self, kind: Kind, event: Event, stack: list[_Frame], container: Any = None, key: Any = None, subject: Any = None
    ) -> None:
        """Note what the document is refused for; the words are found when it has been read to its end."""
        if len(self.troubles) == MAX_TROUBLES:
            return
        base = self.events.base
        start, end = base + event.start_mark.index, base + event.end_mark.index
        steps = [len(outer) - 1 if outer.__class__ is list else at for outer, at in stack[1:]]
        if stack:
            steps.append(len(container) if container.__class__ is list else key)
        path = tuple(step if isinstance(step, str | int) else "?" for step in steps)
        self.troubles.append(Trouble(kind, start, end, path, subject, container))

    def _report_troubles(self) -> bool:
        """Turn troubles into findings; whether the document is to be left out for them."""
        if not self.troubles:
            return False
        readable = all(trouble.kind in _READABLE for trouble in self.troubles)
        from servewright.read.refusals import refusal

        data = self.root[0] if self.root else None
        findings = (refusal(self.source, trouble, data) for trouble in self.troubles)
        reported = [finding for finding in findings if finding is not None]
        self.findings += reported
        self.troubles.clear()
        return bool(reported) and not readable

    def _report_syntax(self, error: yaml.YAMLError, index: int) -> None:
        from servewright.read.syntax_errors import syntax_error

        mark = getattr(error, "context_mark", None)
        context_at = None if mark is None else self.events.base + mark.index
        context, problem = getattr(error, "context", None), getattr(error, "problem", None)
        self.findings.append(
            syntax_error(self.source, context or "", problem or "it cannot be read", context_at, index)
        )
