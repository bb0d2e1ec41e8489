"""Objects, and where each field of them comes from.

A lowering module has a function that builds an object, and a table that says of every field it may give where the
value comes from. So provenance is data, and costs nothing but when ``explain NAME FIELD`` or a finding asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from servewright.diagnostics.model import Path
from servewright.hints import Any
from servewright.record import NamedTuple

Body = dict[str, Any]


class Origin(NamedTuple):
    """Where a field comes from: ``kind`` says what decided, ``why`` in words; ``path`` the field of the spec, if any."""

    kind: str
    why: str
    path: Path = ()


Row = tuple[Path, Origin]


class Pattern(NamedTuple):
    """How objects are made that are alike but for some texts; each of these is a value in the body, as it is.

    ``make`` has them as its arguments; ``annotation`` is what was added.
    """

    make: Callable[..., Body]
    annotation: tuple[str, str] | None = None

    def body(self, texts: Iterable[str]) -> Body:
        """The body of an object with these texts."""
        body = self.make(*texts)
        if self.annotation is not None:
            annotate(body, *self.annotation)
        return body


class Object(NamedTuple):
    """A Kubernetes object.

    ``rows`` have the origin of every field that an object of its making may have; of two for one path the last counts.
    With a ``pattern``, the body is what that makes of ``texts``.
    """

    body: Body
    rows: tuple[Row, ...] = ()
    pattern: Pattern | None = None
    texts: tuple[str, ...] = ()

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


def given(fields: Body) -> Body:
    """``fields`` without those whose value is None."""
    return {name: value for name, value in fields.items() if value is not None}


def annotate(body: Body, key: str, value: str) -> None:
    """Add an annotation to an object whose metadata is its own."""
    metadata = body["metadata"]
    annotations = metadata.get("annotations")
    if annotations is None:
        metadata["annotations"] = {key: value}
    elif annotations.get(key) != value:
        metadata["annotations"] = {**annotations, key: value}  # they may be those of other objects too


def annotation(key: str) -> Path:
    """The path of a metadata annotation."""
    return ("metadata", "annotations", key)


def label(key: str) -> Path:
    """The path of a metadata label."""
    return ("metadata", "labels", key)


NAME: Path = ("metadata", "name")
NAMESPACE: Path = ("metadata", "namespace")
