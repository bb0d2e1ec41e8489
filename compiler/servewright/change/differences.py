"""What a change of the repository does: two repositories in, a report as data out.

Only what changed, or depends on what changed, is compiled; the outcome is that of compiling everything. For that to
hold, what is reported is defined by the files alone:

- The *surroundings* are servewright.yaml, the catalog and the connections. If any of it differs, every file counts as
  changed. Otherwise those do that only one side has, or that have another text there.
- With the same surroundings a file that did not change gives the same objects on both sides, so its deployments matter
  only where they use a ServingRuntime of a changed one, or have its name. Such files are found by their text
  (:mod:`servewright.change.outline`).
- Of the head's errors those are reported that are in changed files, in servewright.yaml or in the catalog. What shows
  only when all deployments are known, such as a quota that is exceeded, is left to ``validate``; except for a name that
  is used twice, since then nobody can say which of the two is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from servewright.change.changes import Objects, changed_connections, changed_deployments, changed_runtimes
from servewright.change.consequences import consequences_of
from servewright.change.consequences.addresses import listed
from servewright.change.folders import folders
from servewright.change.model import Change, Folders, Reported, Settings
from servewright.change.outline import Outline, dependents, outlines
from servewright.change.population import population
from servewright.change.severities import loosened
from servewright.change.side import (
    Connections,
    File,
    Key,
    NoChecks,
    Side,
    Surroundings,
    assemble,
    compile_file,
    connection_objects,
    connections_in,
    read_once,
    surroundings,
)
from servewright.change.told import reported
from servewright.check.objects import ObjectChecks
from servewright.diagnostics import codes
from servewright.diagnostics.finish import errors, finish, is_error, said_once
from servewright.diagnostics.model import Diagnostic, Document, Finding, Source, Span, Where
from servewright.diagnostics.short import short
from servewright.model.project import FILE
from servewright.read.documents import read_documents
from servewright.read.inputs import read_deployment_file
from servewright.record import NamedTuple
from servewright.repository import Repository
from servewright.resolve.context import Context

_MOST_NAMES = 10  # of deployments in a message


class Compared(NamedTuple):
    """What differs from a base to a head; ``others`` are errors of the head, and what is not known of the base."""

    change: Change
    others: tuple[Diagnostic, ...]
    around: Surroundings
    before: Surroundings


def differences(
    base: Repository, head: Repository, *, allow_deletions: bool = False, everything: bool = False
) -> Reported:
    """What differs from ``base`` to ``head``, and what that does; arguments as for :func:`compare`."""
    compared = compare(base, head, everything=everything)
    found = consequences_of(compared.change, allow_deletions=allow_deletions)
    return reported(compared.change, found, compared.others, compared.around, compared.before)


def compare(base: Repository, head: Repository, *, everything: bool = False) -> Compared:
    """What differs from ``base`` to ``head``.

    ``everything`` compiles every file of both sides, for the same outcome. Without a usable Project in the head there
    is no change, only its errors.
    """
    read = read_once()
    connections = connections_in(base, read), connections_in(head, read)
    same = _same_surroundings(base, head, *connections)
    around = surroundings(head, connections[1])
    if not same:  # else nobody asks for a place in it
        around = around._replace(settings=_settings(head))
    if around.context is None:
        return Compared(Change((), (), {}), errors(around.findings, around.project, ()), around, around)
    before = around if same else surroundings(base, connections[0])
    scope = _Scope(base, head, same, everything)
    unchanged = _compiled(scope.unchanged, around, NoChecks(around.context))
    new = _compiled(scope.after, around, ObjectChecks(around.context))
    old = _compiled(scope.before, before, NoChecks(before.context)) if before.context else {}
    head_side = assemble(_in_order(new, unchanged), around, _unreadable(head))
    compiled = assemble(_in_order(old, unchanged), before, _unreadable(base)) if before.context else None
    base_side = _base_side(base, compiled, scope)
    # With the same surroundings, connections are the same.
    objects: tuple[Objects, Objects] = ({}, {}) if same else (connection_objects(before), connection_objects(around))

    def emitting() -> tuple[set[str], set[str]]:
        return _emitting(around, objects, same)

    change = _change(base_side, head_side, objects, emitting, scope, around.context)
    if not same:
        change = change._replace(loosened=loosened(before, around))
    if before.context is None:  # then all of the tree comes, and nothing knows any of it yet
        change = change._replace(folders=Folders())
    if not same and before.project is not None and around.project is not None and around.settings is not None:
        settings = Settings(before.project, around.project, around.settings, _running(base_side, head_side))
        change = change._replace(settings=settings)
    others = (
        *_errors(new, head_side, objects[1], around, scope),
        *_base_incomplete(base_side, old, change.lost, before, around, scope, same),
    )
    return Compared(change, others, around, before)


def _unreadable(repository: Repository) -> list[str]:
    return [item.where.file for item in repository.findings if isinstance(item.where, Span)]


def _base_side(base: Repository, compiled: Side | None, scope: _Scope) -> Side:
    """The base, with the names of what could not be compiled: as far as documents can be read, they have names."""
    if compiled is None and base.project is None and not base.findings:
        return Side({}, {}, {}, frozenset(), frozenset(), ())
    # Without a usable Project it is not even known which folders the base had: any deployment may have been there.
    everywhere = frozenset((*scope.earlier, *scope.later))
    side = compiled or Side({}, {}, {}, frozenset(), everywhere, ())
    named = {key for path in side.unclear for key in scope.named_before(path)}
    return side._replace(broken=side.broken | (named - side.versions.keys()))


def _settings(repository: Repository) -> Document | None:
    documents = read_documents(repository.project)[0] if repository.project is not None else ()
    return documents[0] if documents else None


class _Scope:
    """Which files are compiled: those that changed, of each side, and of the others those that it takes."""

    def __init__(self, base: Repository, head: Repository, same_surroundings: bool, everything: bool) -> None:
        self.earlier = {source.path: source for source in base.deployments}
        self.later = {source.path: source for source in head.deployments}
        self._outlines: dict[Source, tuple[Outline, ...]] = {}
        self.before: list[Source] = list(base.deployments)
        self.after: list[Source] = list(head.deployments)
        self.unchanged: list[Source] = []
        if same_surroundings:
            self.before = [source for source in base.deployments if self.later.get(source.path) != source]
            self.after = [source for source in head.deployments if self.earlier.get(source.path) != source]
            rest = [source for source in head.deployments if self.earlier.get(source.path) == source]
            names = {
                name
                for source in (*self.before, *self.after)
                for item in self.outline_of(source)
                for name in item.names
            }
            self.unchanged = rest if everything else dependents(names, rest, self.outline_of)

    def named_before(self, path: str) -> set[Key]:
        """The deployments that a file of the base names, if it can be read."""
        source = self.earlier.get(path)
        return {key for item in self.outline_of(source) if (key := item.key)} if source is not None else set()

    def outline_of(self, source: Source) -> tuple[Outline, ...]:
        found = self._outlines.get(source)
        if found is None:
            found = self._outlines[source] = outlines(source)
        return found


def _same_surroundings(base: Repository, head: Repository, before: Connections, after: Connections) -> bool:
    return (
        base.project == head.project
        and base.catalog == head.catalog
        and base.findings == head.findings
        and before.same_as(after)
    )


def _compiled(sources: Iterable[Source], around: Surroundings, checks: ObjectChecks) -> dict[str, File]:
    return {source.path: compile_file(read_deployment_file(source), around, checks) for source in sources}


def _in_order(*files: Mapping[str, File]) -> dict[str, File]:
    return dict(sorted((item for some in files for item in some.items()), key=lambda item: item[0]))


def _emitting(around: Surroundings, objects: tuple[Objects, Objects], same: bool) -> tuple[set[str], set[str]]:
    """The namespaces that connections give objects to, before and after."""
    sides = (connection_objects(around),) * 2 if same else objects
    first, second = ({key[0] for key, items in side.items() if items} for side in sides)
    return first, second


def _running(base: Side, head: Side) -> tuple[Key, ...]:
    """The InferenceServices that run before and after."""

    def running(side: Side) -> set[Key]:
        return {
            key
            for key, version in side.versions.items()
            if not (version.decisions.runtime.llmd or version.decisions.deployment.spec.stopped)
        }

    return tuple(sorted(running(base) & running(head)))


def _change(
    base: Side,
    head: Side,
    connections: tuple[Objects, Objects],
    emitting: Callable[[], tuple[set[str], set[str]]],
    scope: _Scope,
    context: Context,
) -> Change:
    unknown = head.broken | {
        key for path in head.unclear for key in scope.named_before(path) if key not in head.versions
    }
    runtimes = changed_runtimes(base, head, unknown, context.release)
    by_name = {(file.namespace, file.name): item for file in runtimes for item in file.objects}
    deployments = changed_deployments(base, head, unknown, context.release, by_name)
    files = (*changed_connections(*connections, head, context.release), *runtimes)
    lost = tuple(sorted(base.broken - head.versions.keys() - unknown))
    emptier = {item.namespace for item in deployments if item.change == "removed"} | {key[0] for key in lost}
    counts = population(emptier, scope.earlier, scope.later, head.unclear, scope.outline_of)
    around = Folders()
    kinds = {item.change for item in deployments} | {item.change for item in files}
    if kinds - {"changed"}:
        sources = scope.earlier.values(), scope.later.values()
        around = folders(deployments, runtimes, emitting(), sources, scope.outline_of)
    return Change(deployments, files, counts, lost, around, context.project)


def _errors(
    files: Mapping[str, File], head: Side, connections: Objects, around: Surroundings, scope: _Scope
) -> tuple[Diagnostic, ...]:
    """The head's errors: in changed files, in servewright.yaml and the catalog."""
    context = around.context
    assert context is not None
    findings = list(around.findings)
    for file in files.values():
        findings += file.findings
        findings += [finding for spec in file.specs for finding in spec.findings]
    findings += _about(head.twice, scope.after)
    checks = ObjectChecks(context)
    first = {(item.namespace, item.name): item.where.document for item in reversed(around.connections)}
    for key, objects in connections.items():
        findings += checks.connection(objects, first[key])
    waiving = [waiver for file in files.values() for waiver in file.waiving]
    return errors(said_once(findings), around.project, waiving, context.release.severities)


def _about(findings: Iterable[Finding], changed: Iterable[Source]) -> list[Finding]:
    """The findings that concern a changed file."""
    paths = {source.path for source in changed}
    return [finding for finding in findings if not paths.isdisjoint(_files_of(finding))]


def _files_of(finding: Finding) -> Iterator[str]:
    for where in (finding.where, *(note.where for note in finding.notes)):
        if isinstance(where, Where):
            yield where.document.source.path


def _base_incomplete(
    base: Side,
    files: Mapping[str, File],
    lost: tuple[Key, ...],
    before: Surroundings,
    around: Surroundings,
    scope: _Scope,
    same: bool,
) -> tuple[Diagnostic, ...]:
    """An info for each file of the base that has errors, or for a base without a Project, so that it is not all known what was there.

    With those of the ``lost`` deployments that were in it, since they are not listed as removed.
    """
    assert around.context is not None
    broken = {path for path, file in files.items() if file.failed or any(spec.version is None for spec in file.specs)}
    broken |= {path for finding in _about(base.twice, scope.before) for path in _files_of(finding)}
    if not same:
        severities = before.context.release.severities if before.context else {}
        broken |= {
            file
            for finding in before.findings
            if is_error(finding, before.project, None, severities) and (file := _file_of(finding)) is not None
        }

    def gone(path: str) -> list[Key]:
        if before.context is None:
            return [*lost] if path == FILE else []
        keys = {spec.key for spec in files[path].specs} if path in files else set()
        keys |= scope.named_before(path)
        return [key for key in lost if key in keys]

    findings = [
        Finding(
            codes.BASE_INCOMPLETE,
            f"`{path}` has errors in the base, so what it was there cannot be compared: it counts as not there{_gone(gone(path))}",
            None,
            "what is shown as added may have been there already",
        )
        for path in sorted(broken)
    ]
    if before.project is None and FILE not in broken:
        findings.append(
            Finding(
                codes.BASE_INCOMPLETE,
                f"the base has no `{FILE}` in this folder, so nothing in it can be compared: it counts as empty",
                None,
                "nothing is wrong in a first pull request; if the repository was in another folder, compare with that: "
                "`--base-directory FOLDER`",
            )
        )
    return finish(findings, around.project, (), around.context.release.severities)


def _gone(keys: list[Key]) -> str:
    names = [f"`{short('/'.join(key))}`" for key in keys[:_MOST_NAMES]]
    if len(keys) > len(names):
        names.append(f"{len(keys) - len(names):,} more")
    return f", and that {listed(names)} {'is' if len(keys) == 1 else 'are'} removed is not listed" if names else ""


def _file_of(finding: Finding) -> str | None:
    where = finding.where
    return where.file if isinstance(where, Span) else where.document.source.path if where else None
