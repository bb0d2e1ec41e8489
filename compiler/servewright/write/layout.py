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
_TAKEN = KUSTOMIZATION.removesuffix(".yaml")
_LONGEST_NAME = 255 - len(".yaml")  # what file systems take for one path component


class Unit(NamedTuple):
    """What becomes one file: the objects of one input document (``where``), in apply order; perhaps none."""

    namespace: str
    folder: Folder
    name: str
    objects: tuple[dict[str, object], ...]
    where: Where


class Layout:
    """Takes the text of files one by one, each once."""

    def __init__(self) -> None:
        self.files = Texts()
        self.findings: list[Finding] = []

    def add(self, path: str, name: str, text: str) -> Finding | None:
        """Give the text of the unit ``name`` its file at ``path``; or return, without a place, why it cannot have one.

        ValueError for a path that ``path_of`` would not give.
        """
        if not _is_file(path):
            raise ValueError(f"{path!r} is not the path of an output file")
        if len(name) > _LONGEST_NAME or name == _TAKEN:
            return _unusable(name)
        self.files.put(path, text)
        return None

    def whole(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The text of every file by path, in path order, with the kustomizations that list them; and of these alone."""
        lists = {path: kustomization(names) for path, names in kustomizations(self.files).items()}
        return self.files.sorted_with(lists), lists


def layout(units: Iterable[Unit]) -> tuple[dict[str, str], list[Finding]]:
    """Return the text of every output file by path, in path order, and what keeps units from having a file."""
    from servewright.write.emit import emit

    result = Layout()
    places: dict[str, Where] = {}
    for namespace, folder, name, objects, where in units:
        if not objects:
            continue
        path = path_of(namespace, folder, name)
        if path in places:
            result.findings.append(_twice(path, where, places[path]))
        elif problem := result.add(path, name, emit(objects)):
            result.findings.append(problem._replace(where=where))
        else:
            places[path] = where
    return dict(result.whole()[0]), result.findings


def path_of(namespace: str, folder: str, name: str) -> str:
    """Return the path of a unit's file below the output folder.

    ValueError for a namespace or name that is no DNS subdomain: the inputs' checks refuse those, but a path is never
    built on trust.
    """
    for component in (namespace, name):
        if not _is_component(component):
            raise ValueError(f"{component!r} cannot be part of a path")
    if folder not in FOLDERS:
        raise ValueError(f"{folder!r} is not an output folder")
    return f"{namespace}/{folder}/{name}.yaml"


def is_unit(path: str) -> bool:
    """Whether ``path`` has the form of a unit's file: not a kustomization, and nothing foreign."""
    return _is_file(path) and not path.endswith("/" + KUSTOMIZATION)


def is_kustomization(path: str) -> bool:
    """Whether ``path`` has the form of a kustomization that we write."""
    parts = path.split("/")
    return len(parts) in (2, 3) and _placed(parts) and parts[-1] == KUSTOMIZATION


def kustomizations(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the kustomizations that the unit files at ``paths`` need: path to sorted ``resources``."""
    units: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        names = units.get(folder)
        if names is None:
            units[folder] = [name]
        else:
            names.append(name)
    folders: dict[str, list[str]] = {}
    for path in units:
        namespace, _, folder = path.partition("/")
        folders.setdefault(namespace, []).append(folder)
    return {f"{path}/{KUSTOMIZATION}": sorted(names) for path, names in (units | folders).items()}


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


def _is_file(path: str) -> bool:
    parts = path.split("/")
    return len(parts) == 3 and _placed(parts) and path.endswith(".yaml")


def _is_component(text: str) -> bool:
    return bool(text) and text[0] not in "-." and _IN_COMPONENT.issuperset(text)


def _placed(parts: Sequence[str]) -> bool:
    inner_is_ours = len(parts) == 2 or parts[1] in FOLDERS
    return inner_is_ours and all(map(_is_component, parts))


def _unusable(name: str) -> Finding:
    if name == _TAKEN:
        return Finding(
            codes.OUTPUT_COLLISION,
            f"the name `{_TAKEN}` is taken: its file would be the folder's own `{KUSTOMIZATION}`",
            None,
            "choose another `metadata.name`",
        )
    return Finding(
        codes.NAME_TOO_LONG,
        f"the name has {len(name)} characters, too long for a file name",
        None,
        f"choose a `metadata.name` of at most {_LONGEST_NAME} characters",
    )


def _twice(path: str, where: Where, other: Where) -> Finding:
    return Finding(
        codes.OUTPUT_COLLISION,
        f"`{path}` would be written twice",
        where,
        "give one of the two another `metadata.name`",
        (Note("the other one is here", other),),
    )
