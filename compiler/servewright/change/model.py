"""A change as data: the deployments that differ between a base and a head, and how.

``changes.py`` makes it of two compiled sides, the rules in ``consequences/`` read it, the reports print it.
"""

from __future__ import annotations

from servewright.diagnostics.model import Diagnostic, Document, Rule, Where
from servewright.hints import Any, Literal
from servewright.lower.fields import Object
from servewright.model.project import Project
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

Kind = Literal["added", "removed", "changed"]


class Item(NamedTuple):
    """A step of a path: the entry of a list that Kubernetes treats as a map, by its key (``name``: ``main``)."""

    key: str
    value: str | int


FieldPath = tuple[str | int | Item, ...]


class FieldChange(NamedTuple):
    """One field of an object that differs; None on the side that does not have it (no emitted field is null).

    Mappings are taken apart down to single values. What only one side has is a whole: an entry of a list, a mapping
    with structure in it; but of a flat mapping, such as labels, each key is a field. Values that may be secret are not in
    here: they are in the objects. If only the order of a map-like list differs, ``path`` is the list, and the values are
    the keys of its entries in their order.
    """

    path: FieldPath
    before: Any
    after: Any


class ObjectChange(NamedTuple):
    """An object that differs. ``fields`` is empty unless it is on both sides."""

    identity: tuple[str, str, str]  # kind, namespace, name
    change: Kind
    fields: tuple[FieldChange, ...]
    before: Object | None
    after: Object | None


class Version(NamedTuple):
    """A deployment as one side has it.

    ``runtime`` is the ServingRuntime that it shares with others, or that another deployment brings and it uses by
    ``existing``; None if it brings its own, or uses one that is not emitted. ``settings`` is the servewright.yaml that
    it was compiled with, where that may have changed something.
    """

    decisions: Decisions
    context: Context
    document: Document
    objects: tuple[Object, ...]
    runtime: Object | None
    settings: Document | None = None


class DeploymentChange(NamedTuple):
    """A deployment that differs, in its own objects or in those that it depends on.

    ``objects`` are its own that differ. ``runtime`` is the change of the ServingRuntime that it shares or uses, as in
    :class:`Version`.
    ``renamed`` is the name that it had (of an added one) or gets (of a removed one) when the other half of a renaming
    is in the same change: Kubernetes knows no renaming, so both halves are listed. ``moved`` is the other half's
    namespace, if that is another one.
    ``incomplete`` says of an added one that the base had it, or may have had it, with errors: what it was is not known.
    """

    namespace: str
    name: str
    change: Kind
    before: Version | None
    after: Version | None
    objects: tuple[ObjectChange, ...]
    runtime: ObjectChange | None = None
    renamed: str | None = None
    incomplete: bool = False
    moved: str | None = None

    @property
    def other(self) -> tuple[str, str] | None:
        """Namespace and name of the other half of a renaming or move."""
        return None if self.renamed is None else (self.moved or self.namespace, self.renamed)


class FileChange(NamedTuple):
    """A connection or shared runtime that differs; ``folder`` is ``connections`` or ``runtimes``."""

    namespace: str
    folder: str
    name: str
    change: Kind
    objects: tuple[ObjectChange, ...]
    users: tuple[str, ...] = ()  # deployments of the head that use it, sorted


class Loosened(NamedTuple):
    """A rule that the head's servewright.yaml makes less severe, or lets deployments waive (``waivable``)."""

    rule: Rule
    before: str
    after: str
    waivable: bool
    where: Where | None


class Folders(NamedTuple):
    """Folders of the tree, as namespace and name, that come with the change or have nothing left after it.

    ``new`` and ``emptied`` are the namespaces of which that is all that there is, and was.
    """

    come: tuple[tuple[str, str], ...] = ()
    go: tuple[tuple[str, str], ...] = ()
    new: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()


class Settings(NamedTuple):
    """servewright.yaml, where it may differ. ``running`` are the InferenceServices that run before and after."""

    before: Project
    after: Project
    document: Document
    running: tuple[tuple[str, str], ...]


class Change(NamedTuple):
    """Everything that differs.

    ``population`` counts the deployments of each namespace that one is removed from: before, after. ``lost`` are those
    that the base had with errors and the head has not: they are removed, and nothing is known of them but their names.
    """

    deployments: tuple[DeploymentChange, ...]
    files: tuple[FileChange, ...]
    population: dict[str, tuple[int, int]]
    lost: tuple[tuple[str, str], ...] = ()
    folders: Folders = Folders()
    project: Project | None = None  # the head's
    settings: Settings | None = None
    loosened: tuple[Loosened, ...] = ()


class Reported(NamedTuple):
    """A change with what it does, ready to be printed.

    ``consequences`` are those of each deployment, by namespace and name; ``others`` concern no single deployment:
    deletions of a whole namespace, errors of either side.
    """

    change: Change
    consequences: dict[tuple[str, str], tuple[Diagnostic, ...]]
    others: tuple[Diagnostic, ...]
    summary: dict[str, int]
