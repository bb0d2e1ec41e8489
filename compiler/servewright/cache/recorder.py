"""Takes down what a run comes to, for the snapshot that the next one starts from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from servewright.cache.shelf import Entry
from servewright.cache.snapshot import Group, KnownConnections, Namespaces, Snapshot, Space
from servewright.check.across import check_namespaces
from servewright.check.builtin_images import builtin_runtimes, default_images
from servewright.check.summary import Summary
from servewright.diagnostics.finish import severity_of
from servewright.diagnostics.model import Finding, Where
from servewright.parts.codec import Codec, Plain, plain_finding
from servewright.parts.part import Part
from servewright.read.inputs import CONNECTION
from servewright.resolve.context import Context
from servewright.write import lock
from servewright.write.files import Tree


class Recorder:
    """Of the ``settled`` groups everything is in the snapshot of the run ``before``; of all others, parts are added."""

    def __init__(self, before: Snapshot, settled: Collection[Namespaces], codec: Codec, context: Context) -> None:
        self._context = context
        self._before = before
        self._same = settled
        self.settled = {name: before.spaces[name] for group in settled for name in group}
        self._codec = codec
        self._groups: dict[Namespaces, _Files] = defaultdict(_Files)
        self._summaries: list[Summary] = []
        self._connections: list[Summary] = []
        self._findings: dict[str, list[Plain]] = defaultdict(list)
        self._unclear = False

    def add(self, part: Part, entry: Entry) -> None:
        """The next part, and what is kept of it."""
        files = self._groups[part.namespaces]
        files.lines.append(f"{part.source.path} {entry.input}")
        files.deployments += part.deployments
        for summary in part.summaries:
            if summary.kind == CONNECTION:
                files.connections += 1
                self._connections.append(summary)
            else:
                self._summaries.append(summary)
        if part.findings or part.waiving:
            heard = part._replace(findings=tuple(filter(self._is_heard, part.findings)))
            path, _, _, findings, waiving, _ = self._codec.encode(heard)
            if findings or waiving:
                files.said.append((path, findings, waiving))

    def across(self) -> list[Finding]:
        """Everything that only shows when all deployments are known, as ``check_across`` finds it."""
        every = [*self._connections, *self._summaries]
        found = check_namespaces(every, self._context)
        self._attribute(found, every)
        used = {id(runtime): runtime for runtime in builtin_runtimes(every).values()}
        for space in self.settled.values():
            found += map(self._codec.read_finding, space.findings)
            used.update((id(runtime), runtime) for runtime in map(self._codec.runtime, space.runtimes))
        return found + default_images(used.values(), self._context)

    def _is_heard(self, finding: Finding) -> bool:
        """Whether the Project does not switch the rule off."""
        return severity_of(finding.rule, self._context.project, self._context.release.severities) != "off"

    def _attribute(self, findings: list[Finding], summaries: list[Summary]) -> None:
        """Keep each finding with the namespace of the document that it is about."""
        namespaces = {_document(summary.where): summary.namespace for summary in summaries} if findings else {}
        for finding in findings:
            namespace = namespaces.get(_document(finding.where)) if isinstance(finding.where, Where) else None
            if namespace is None:
                self._unclear = True
            else:
                self._findings[namespace].append(plain_finding(finding))

    def snapshot(self, tree: Tree, connections: KnownConnections, output: str | None) -> Snapshot:
        """What the run came to; ``output`` is the folder of the tree, None if its texts were not made."""
        texts = output is not None
        groups = {group: self._before.groups[group] for group in self._same}
        groups.update((namespaces, files.group()) for namespaces, files in self._groups.items())
        by_namespace: dict[str, list[Summary]] = defaultdict(list)
        for summary in (*self._connections, *self._summaries):
            by_namespace[summary.namespace].append(summary)
        spaces = dict(self.settled)
        lines: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for path, digest in tree.digests().items() if texts else ():
            lines[path.partition("/")[0]].append((f"{output}/{path}", digest))
        for namespace, summaries in by_namespace.items():
            # What cannot be told apart, or has no place in the tree, is looked at again in the next run.
            if not self._unclear and namespace not in tree.unplaced:
                spaces[namespace] = Space(
                    lock.block(lines[namespace]) if texts else None,
                    tree.objects_of(namespace),
                    self._findings[namespace],
                    [self._codec.number(runtime) for runtime in builtin_runtimes(summaries).values()],
                )
        return Snapshot(self._before.surroundings, groups, spaces, connections)


class _Files:
    """A group that grows."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.deployments = 0
        self.connections = 0
        self.said: list[tuple[str, Plain, Plain]] = []

    def group(self) -> Group:
        """All of them."""
        return Group("\n".join(self.lines), self.deployments, self.connections, self.said)


def _document(where: Where) -> tuple[str, int]:
    return where.document.source.path, where.document.index
