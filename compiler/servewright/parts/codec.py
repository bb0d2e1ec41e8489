"""Parts as plain lists that JSON can hold, and back; and as bytes, for processes and the cache, with a third of the time.

Texts are apart, since they are long and JSON would spell each of their line ends; so are their digests. What belongs to
the repository is named, not copied: an input file by its path, a runtime of the catalog by its place in it, a rule by
its code. What comes back is interned: reading makes a new string of each name and kind, and they are kept for every
deployment.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from sys import intern

from servewright.catalog.serving_runtime import ServingRuntime
from servewright.check.demand import Demand, Workload
from servewright.check.summary import Summary
from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Finding, Note, Source, Span, Where
from servewright.hints import Any
from servewright.model.deployment import Format
from servewright.parts.part import Part, Written
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import RuntimeChoice

Plain = list[Any]

_FORMAT = 4  # of marshal: the last that all supported Pythons read; it keeps interned strings interned


class Packed(NamedTuple):
    """Parts on their way to another process: each as bytes, and the texts of all their files, with their digests."""

    plain: list[bytes]
    texts: list[str]
    digests: list[str]


class Codec:
    """Encodes and decodes the parts of one repository.

    ``sources`` are its files by path. Both sides build their catalog of the same files, so it has the same order.
    """

    def __init__(self, sources: Mapping[str, Source], context: Context | None) -> None:
        self._sources = sources
        self._runtimes = list(_runtimes(context)) if context is not None else []
        self._numbers = {id(runtime): number for number, runtime in enumerate(self._runtimes)}
        self._outline: dict[str, object] = {}

    def pack(self, parts: Iterable[Part]) -> Packed:
        """Parts, to be sent."""
        packed = Packed([], [], [])
        plain, texts, digests = packed
        for part in parts:
            plain.append(self.spell(part))
            for item in part.written:
                texts.append(item.text)
                digests.append(item.digest)
        return packed

    def unpack(self, packed: Packed) -> Iterator[Part]:
        """The parts that were sent."""
        start = 0
        for spelled in packed.plain:
            plain = marshal.loads(spelled)  # noqa: S302 - of our own
            end = start + len(plain[1])
            yield self.decode(plain, packed.texts[start:end], packed.digests[start:end], spelled)
            start = end

    def spell(self, part: Part) -> bytes:
        """The part without the texts of its files."""
        plain = self.encode(part)
        try:
            return marshal.dumps(plain, _FORMAT)
        except ValueError:  # a number that knows how it was written; to JSON it is one like any other
            return marshal.dumps(json.loads(json.dumps(plain)), _FORMAT)

    def read(self, spelled: bytes, digests: Iterable[str]) -> Part:
        """The part that was spelled so, without the texts of its files; ``digests`` are theirs, if they had any."""
        plain = marshal.loads(spelled)  # noqa: S302 - of our own
        left = iter(digests)
        found = [next(left, "") if item[4] else "" for item in plain[1]]
        return self.decode(plain, [""] * len(found), found, spelled)

    def encode(self, part: Part) -> Plain:
        """The part without the texts of its files."""
        return [
            part.source.path,
            [(*item[:5], item.runtime) for item in part.written],
            [self._summary(summary) for summary in part.summaries],
            [plain_finding(finding) for finding in part.findings],
            [[document.index, document.at, waivers] for document, waivers in part.waiving],
            part.deployments,
        ]

    def decode(self, plain: Plain, texts: Sequence[str], digests: Sequence[str], spelled: bytes | None = None) -> Part:
        """The part, with its texts and their digests in their order."""
        path, written, summaries, findings, waiving, deployments = plain
        source = self._sources[path]
        return Part(
            source,
            tuple(
                Written(intern(namespace), intern(folder), intern(name), document, objects, text, digest, runtime)
                for (namespace, folder, name, document, objects, runtime), text, digest in zip(
                    written, texts, digests, strict=True
                )
            ),
            tuple(self._read_summary(summary, source) for summary in summaries),
            tuple(self.read_finding(finding) for finding in findings),
            tuple((Document(source, index, {}, tuple(at)), waivers) for index, at, waivers in waiving),
            deployments,
            spelled,
        )

    def number(self, runtime: ServingRuntime) -> int:
        """The place of a runtime in the catalog."""
        return self._numbers[id(runtime)]

    def runtime(self, number: int) -> ServingRuntime:
        """The runtime at a place in the catalog."""
        return self._runtimes[number]

    def _summary(self, summary: Summary) -> Plain:
        runtime, where, demand = summary.runtime, summary.where, summary.demand
        return [
            summary.namespace,
            summary.name,
            summary.identities,
            None if runtime is None else self._runtime(runtime),
            [where.document.index, where.document.at, where.document.data, where.path, where.on],
            summary.claims,
            summary.account_by_admission,
            summary.served,
            None if demand is None else [[tuple(item) for item in demand.workloads], *demand[1:]],
            summary.kind,
        ]

    def _runtime(self, choice: RuntimeChoice) -> Plain:
        number = None if choice.runtime is None else self.number(choice.runtime)
        return [
            choice.kind,
            choice.template,
            choice.scope,
            choice.name,
            number,
            choice.api_protocol,
            choice.automatic,
            choice.shared,
            *choice.format,
        ]

    def _read_summary(self, plain: Plain, source: Source) -> Summary:
        namespace, name, identities, runtime, where, claims, account, served, demand, kind = plain
        index, at, data, path, on = where
        if data == self._outline:  # most have that of the one before, and each would be kept
            data = self._outline
        self._outline = data
        return Summary(
            intern(namespace),
            intern(name),
            tuple([(intern(kind), intern(namespace), intern(name)) for kind, namespace, name in identities]),
            None if runtime is None else self._read_runtime(runtime),
            Where(Document(source, index, data, tuple(at)), tuple(path), on),
            tuple(claims),
            account,
            None if served is None else (served[0], None if served[1] is None else tuple(served[1])),
            None if demand is None else _read_demand(demand),
            intern(kind),
        )

    def _read_runtime(self, plain: Plain) -> RuntimeChoice:
        kind, template, scope, name, number, protocol, automatic, shared, format_name, format_version = plain
        runtime = None if number is None else self.runtime(number)
        form = Format(format_name and intern(format_name), format_version and intern(format_version))
        kind, template, scope = intern(kind), template and intern(template), scope and intern(scope)
        return RuntimeChoice(kind, template, scope, name and intern(name), runtime, protocol, automatic, shared, form)

    def read_finding(self, plain: Plain) -> Finding:
        """The finding that ``plain_finding`` made a list of."""
        code, message, where, help_text, notes, about_object, field, about, again = plain
        return Finding(
            codes.BY_CODE[code],
            message,
            self._read_where(where),
            help_text,
            tuple(Note(text, self._read_where(place)) for text, place in notes),
            about_object,
            field,
            tuple(about),
            again,
        )

    def _read_where(self, plain: Plain | None) -> Where | Span | None:
        if plain is None:
            return None
        if len(plain) == len(Span._fields):
            return Span(*plain)
        path, index, at, inner, on = plain[1:]
        return Where(Document(self._sources[path], index, {}, tuple(at)), tuple(inner), on)


def plain_finding(finding: Finding) -> Plain:
    """A finding as a plain list."""
    return [
        finding.rule.code,
        finding.message,
        _where(finding.where),
        finding.help,
        [[note.message, _where(note.where)] for note in finding.notes],
        finding.object,
        finding.field,
        finding.about,
        finding.again,
    ]


def _where(where: Where | Span | None) -> Plain | None:
    if where is None or isinstance(where, Span):
        return None if where is None else list(where)
    document = where.document
    # One longer than a Span. What is reported later needs a place's text only.
    return ["", document.source.path, document.index, document.at, where.path, where.on]


def _read_demand(plain: Plain) -> Demand:
    workloads, *rest = plain
    return Demand(tuple(Workload(*workload) for workload in workloads), *rest)


def _runtimes(context: Context) -> Iterator[ServingRuntime]:
    """Every runtime that a deployment can have, in the order of the catalog."""
    catalog = context.catalog
    yield from (template.runtime for template in catalog.templates.values() if template.runtime is not None)
    yield from catalog.runtimes.values()
    yield from catalog.cluster_runtimes.values()
