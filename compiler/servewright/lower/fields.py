"""Objects are tables: each row is a field, its value, and where it comes from.

So provenance is carried as data through lowering, at the price of a tuple: ``explain NAME FIELD`` reads it, nobody
else does. Rows of one parent stand together, so that it is found once.
"""

from collections.abc import Sequence
from typing import Any

from servewright.diagnostics.model import Path
from servewright.record import NamedTuple

Value = Any
Body = dict[str, Any]


class Origin(NamedTuple):
    """Where a field comes from: ``kind`` says what decided, ``why`` in words; ``path`` the field of the spec, if any."""

    kind: str
    why: str
    path: Path = ()


Row = tuple[str, Value, Origin]  # of a field that is left out when its value is None
Section = tuple[Path, Sequence[Row]]  # a parent and rows of fields in it


class Object(NamedTuple):
    """A Kubernetes object with the rows that describe it."""

    body: Body
    sections: tuple[Section, ...] = ()

    @property
    def origins(self) -> list[tuple[Path, Origin]]:
        """The path and origin of every field that a row wrote, in that order."""
        return [
            ((*parent, key), origin)
            for parent, rows in self.sections
            for key, value, origin in rows
            if value is not None
        ]

    @property
    def identity(self) -> tuple[str, str, str]:
        """Kind, namespace and name."""
        metadata = self.body["metadata"]
        return self.body["kind"], metadata.get("namespace", ""), metadata["name"]


def from_spec(path: str, why: str = "") -> Origin:
    """The field at the dotted ``path`` of the deployment spec decided."""
    return Origin("spec", why or f"`{path}` of the spec", tuple(path.split(".")))


def platform(why: str) -> Origin:
    """The platform's dashboard writes it."""
    return Origin("wizard", why)


def drift_free(why: str) -> Origin:
    """The cluster would add or change it; emitted so that Git and cluster agree."""
    return Origin("drift-free", why)


PROFILE = Origin("profile", "the hardware profile", ("spec", "hardware", "profile"))
RESOURCES = Origin(
    "profile",
    "the hardware profile's defaults and the spec's resources, as admission merges them",
    ("spec", "hardware"),
)
CONNECTION = Origin("connection", "what admission would inject for the connection", ("spec", "model", "source"))
TEMPLATE = Origin("template", "copied from the runtime template", ("spec", "runtime"))
IDENTITY = Origin("identity", "the object's identity", ("metadata", "name"))


def build(api_version: str, kind: str, *sections: Section) -> Object:
    """The object that the sections describe."""
    body: dict[Any, Any] = {"apiVersion": api_version, "kind": kind}
    for parent, rows in sections:
        given = {key: value for key, value, _ in rows if value is not None}
        if given:
            place = body
            for key in parent:
                inner = place.get(key)
                if inner is None:
                    inner = place[key] = {}
                place = inner
            place.update(given)
    return Object(body, sections)


TOP: Path = ()
METADATA: Path = ("metadata",)
LABELS: Path = ("metadata", "labels")
ANNOTATIONS: Path = ("metadata", "annotations")


def identity(name: str, namespace: str, origin: Origin = IDENTITY) -> Section:
    """Name, which may have an ``origin`` of its own, and namespace."""
    return METADATA, (("name", name, origin), ("namespace", namespace, IDENTITY))
