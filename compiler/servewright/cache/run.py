"""A run that makes only what an earlier one did not, and comes to the same.

Three things may stand for a file that is as it was, in surroundings that are as they were:

- nothing at all, if that goes for every file of its namespaces, and for all their output files: the snapshot of the
  last run has what these namespaces come to;
- else its part, as it was made then, if its own output files are as they were written;
- else it is compiled.
"""

from __future__ import annotations

from servewright.cache import snapshot as snapshots
from servewright.cache.fingerprint import Inputs
from servewright.cache.intact import Output
from servewright.cache.known import known_connections, to_know
from servewright.cache.looks import Looks
from servewright.cache.parts import Parts
from servewright.cache.recorder import Recorder
from servewright.cache.shelf import Shelf
from servewright.cache.snapshot import Namespaces, Snapshot
from servewright.cache.store import Store
from servewright.compilation import Conclusion, Outcome, may_hold_connections, prepare
from servewright.parts.codec import Codec
from servewright.parts.run import Order, Schedule, compile_parts
from servewright.repository import Repository
from servewright.write.files import Tree
from servewright.write.plan import folder_of

_FEW = 500  # changed files, whose parts may wait in memory until it is known what they touch


class Remembering:
    """A run over a repository, with what is in ``store``.

    With ``texts``, what is remembered counts only if its output files are on disk as they were written. Nobody needs
    their text again, so it is left out: ``seen`` are those of single parts, by their path below the output folder, with
    their hashes; the tree has those of settled namespaces.
    Namespaces are settled as a whole only if the run is about ``everything``: who selects asks for single files.
    """

    def __init__(
        self,
        store: Store,
        root: str,
        repository: Repository,
        inputs: Inputs,
        looks: Looks,
        *,
        texts: bool,
        everything: bool,
    ) -> None:
        self._store = store
        self._root = root
        self._repository = repository
        self._inputs = inputs
        self._looks = looks
        self._texts = texts
        self._everything = everything
        self.seen: dict[str, str] = {}
        self.folder: str | None = None  # of the tree, once the Project is read

    def compile(self, tree: Tree, schedule: Schedule) -> Outcome:
        """As ``compile_parts``, into ``tree``; what is not remembered is made by ``schedule``."""
        repository, hashes = self._repository, self._inputs.deployments
        holding = may_hold_connections(repository)
        surroundings = self._inputs.surroundings(holding)
        before = snapshots.load(self._store, surroundings)
        sources = repository.sources
        known = known_connections(before.connections, sources) if before.groups else None
        prepared = prepare(repository, holding, known)
        project, context = prepared.project, prepared.context
        if project is None or context is None:
            return compile_parts(repository, tree.take, texts=self._texts, schedule=schedule)
        shelf, codec = Shelf(self._store, surroundings), Codec(sources, context)
        folder = self.folder = folder_of(project.spec.output) if self._texts else None
        output = Output(self._root, folder, self._looks)
        self.seen = output.seen
        order = Order(repository, prepared, repository.deployments, self._texts)
        parts = Parts(order, schedule, shelf, output, codec, hashes)

        changed, same = snapshots.difference(before, self._inputs.lines())
        settled: set[Namespaces] = set()
        if self._everything and len(changed) <= _FEW:
            made = parts.make([source for source in repository.deployments if source.path in changed])
            touched = {namespace for part in made for namespace in part.namespaces}
            settled = _intact(before, snapshots.settled(before, same, touched), output)
        groups = {path: group for group in before.groups.keys() - settled for path in before.paths(group)}
        said = {path: rest for group in settled for path, *rest in before.groups[group].said}

        recorder, conclusion = Recorder(before, settled, codec, context), Conclusion(prepared)
        unsettled = [item for item in repository.deployments if item.path in changed or item.path in groups]
        coming = parts.of(unsettled, groups)
        for source in repository.deployments if said else unsettled:
            path = source.path
            if path in said:
                part = codec.decode([path, (), (), *said[path], 0], (), ())
            elif path in changed or path in groups:
                part, entry = next(coming)
                recorder.add(part, entry)
            else:
                continue
            tree.take(part)
            conclusion.add(part.summaries, part.findings, part.waiving, part.deployments)
        for group in settled:
            conclusion.count(before.groups[group].deployments, before.groups[group].connections)
        for space in recorder.settled.values():
            tree.settle(space.block or "", space.objects)
        outcome = conclusion.outcome(recorder.across())
        if unsettled or settled != before.groups.keys():
            shelf.save(hashes)
            connections = before.connections if before.groups else to_know(context)
            snapshots.save(self._store, recorder.snapshot(tree, connections, folder))
        return outcome


def _intact(before: Snapshot, settled: set[Namespaces], output: Output) -> set[Namespaces]:
    """The groups of which all output files are as they were written."""
    namespaces = {namespace for group in settled for namespace in group}
    disturbed = [namespace for namespace in namespaces if not output.has_space(before.spaces[namespace])]
    return snapshots.settled(before, settled, disturbed)
