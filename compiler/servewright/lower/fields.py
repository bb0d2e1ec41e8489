"""Objects are tables: each row is a field, its value, and where it comes from.

So provenance is carried as data through lowering, at the price of a tuple: ``explain NAME FIELD`` reads it, nobody
else does.
"""

from __future__ import annotations

from collections.abc import Iterable

from servewright.diagnostics.model import Path
from servewright.hints import Any
from servewright.record import NamedTuple

Value = Any
Body = dict[str, Any]


class Origin(NamedTuple):
    """Where a field comes from: ``kind`` says what decided, ``why`` in words; ``path`` the field of the spec, if any."""

    kind: str
    why: str
    path: Path = ()


Row = tuple[Path, Value, Origin]


class Object(NamedTuple):
    """A Kubernetes object with the origin of its fields."""

    body: Body
    rows: tuple[Row, ...] = ()

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


def build(api_version: str, kind: str, rows: Iterable[Row]) -> Object:
    """The object that the rows describe; a row whose value is None is left out."""
    body: dict[Any, Any] = {"apiVersion": api_version, "kind": kind}
    kept = []
    for row in rows:
        path, value, _ = row
        if value is None:
            continue
        kept.append(row)
        place = body
        for key in path[:-1]:
            inner = place.get(key)
            if inner is None:
                inner = place[key] = {}
            place = inner
        place[path[-1]] = value
    return Object(body, tuple(kept))


def annotation(key: str) -> Path:
    """The path of a metadata annotation."""
    return ("metadata", "annotations", key)


def label(key: str) -> Path:
    """The path of a metadata label."""
    return ("metadata", "labels", key)


NAME: Path = ("metadata", "name")
NAMESPACE: Path = ("metadata", "namespace")
