"""Which objects go into which file of the output folder.

::

    <namespace>/deployments/<name>.yaml                             every object of one deployment, in apply order
    <namespace>/connections/<name>.yaml
    <namespace>/runtimes/<name>.yaml                                ServingRuntimes that deployments share
    <namespace>/{deployments,connections,runtimes}/kustomization.yaml
    <namespace>/kustomization.yaml                                  lists those of the three that hold something

Three folders, so that Flux can wait for Secrets before the services whose admission needs them; explicit lists, so
that a stray file is never applied. Paths are relative to the output folder, with forward slashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Where
from servewright.hints import Literal
from servewright.record import NamedTuple
from servewright.write.texts import Texts

Folder = Literal["deployments", "connections", "runtimes"]
FOLDERS: tuple[Folder, ...] = ("connections", "deployments", "runtimes")
KUSTOMIZATION = "kustomization.yaml"

_IN_COMPONENT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_LONGEST_NAME = 255 - len(".yaml")  # what file systems take for one path component


class Unit(NamedTuple):
    """What becomes one file: the objects of one input document (``where``), in apply order; perhaps none."""

    namespace: str
    folder: Folder
    name: str
    objects: tuple[dict[str, object], ...]
    where: Where


class Layout:
    """Takes the text of files one by one, each once.

    ValueError for a namespace or name that is no DNS subdomain: the inputs' checks refuse those, but a path is never
    built on trust.
    """

    def __init__(self) -> None:
        self.files = Texts()
        self.findings: list[Finding] = []

    def add(
        self, namespace: str, folder: str, name: str, text: str, where: Where, other: Where | None = None
    ) -> str | None:
        """Give ``text`` a file and return its path, or report what keeps it from having one.

        ``other`` is what had the same path before. Whoever may have such asks, since to remember all takes memory.
        """
        path = path_of(namespace, folder, name)
        problem = _unusable(path, name, where, other)
        if problem:
            self.findings.append(problem)
            return None
        self.files.put(path, text)
        return path

    def whole(self) -> Mapping[str, str]:
        """The text of every file by path, in path order, with the kustomizations that list them."""
        lists = {path: kustomization(names) for path, names in kustomizations(self.files).items()}
        return self.files.sorted_with(lists)


def layout(units: Iterable[Unit]) -> tuple[dict[str, str], list[Finding]]:
    """Return the text of every output file by path, in path order, and what keeps units from having a file."""
    from servewright.write.emit import emit

    result = Layout()
    places: dict[tuple[str, str, str], Where] = {}
    for unit in units:
        if unit.objects:
            key = unit.namespace, unit.folder, unit.name
            if result.add(*key, emit(unit.objects), unit.where, places.get(key)):
                places[key] = unit.where
    return dict(result.whole()), result.findings


def path_of(namespace: str, folder: str, name: str) -> str:
    """Return the path of a unit's file below the output folder; ValueError for an unsafe component."""
    for component in (namespace, name):
        if not _is_component(component):
            raise ValueError(f"{component!r} cannot be part of a path")
    if folder not in FOLDERS:
        raise ValueError(f"{folder!r} is not an output folder")
    return f"{namespace}/{folder}/{name}.yaml"


def is_unit(path: str) -> bool:
    """Whether ``path`` has the form of a unit's file: not a kustomization, and nothing foreign."""
    parts = path.split("/")
    return len(parts) == 3 and _placed(parts) and path.endswith(".yaml") and parts[2] != KUSTOMIZATION


def is_kustomization(path: str) -> bool:
    """Whether ``path`` has the form of a kustomization that we write."""
    parts = path.split("/")
    return len(parts) in (2, 3) and _placed(parts) and parts[-1] == KUSTOMIZATION


def kustomizations(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the kustomizations that the unit files at ``paths`` need: path to sorted ``resources``."""
    listed: dict[str, set[str]] = {}
    for path in paths:
        namespace, folder, name = path.split("/")
        listed.setdefault(f"{namespace}/{folder}/{KUSTOMIZATION}", set()).add(name)
        listed.setdefault(f"{namespace}/{KUSTOMIZATION}", set()).add(folder)
    return {path: sorted(names) for path, names in listed.items()}


def kustomization(resources: Sequence[str]) -> str:
    """Return the text of a kustomization.

    ``resources`` is written even when empty: kustomize builds an empty list to nothing, but refuses a kustomization
    that has no field at all ("kustomization.yaml is empty").
    """
    from servewright.write.emit import emit

    fields: Mapping[str, object] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
    }
    return emit([fields])


def _is_component(text: str) -> bool:
    return bool(text) and text[0] not in "-." and _IN_COMPONENT.issuperset(text)


def _placed(parts: Sequence[str]) -> bool:
    inner_is_ours = len(parts) == 2 or parts[1] in FOLDERS
    return inner_is_ours and all(map(_is_component, parts))


def _unusable(path: str, name: str, where: Where, other: Where | None) -> Finding | None:
    if name == "kustomization":
        return Finding(
            codes.OUTPUT_COLLISION,
            "the name `kustomization` is taken: its file would be the folder's own `kustomization.yaml`",
            where,
            "choose another `metadata.name`",
        )
    if len(name) > _LONGEST_NAME:
        return Finding(
            codes.NAME_TOO_LONG,
            f"the name has {len(name)} characters, too long for a file name",
            where,
            f"choose a `metadata.name` of at most {_LONGEST_NAME} characters",
        )
    if other:
        return Finding(
            codes.OUTPUT_COLLISION,
            f"`{path}` would be written twice",
            where,
            "give one of the two another `metadata.name`",
            (Note("the other one is here", other),),
        )
    return None
