"""What a file says its deployments are called and use: enough to know which files depend on one another.

A file's text is asked first, since almost none names what is looked for. A name can be in a text without standing there
letter by letter in two ways only: YAML's escapes, which have a backslash, and the derivation of a name from the display
name, which drops characters and changes case. So texts are compared without all that a derivation drops.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from servewright.diagnostics.model import Source
from servewright.model.names import derive_name
from servewright.model.project import API_VERSION
from servewright.read.documents import read_documents
from servewright.read.inputs import MODEL_DEPLOYMENT
from servewright.record import NamedTuple

_KEPT = b"abcdefghijklmnopqrstuvwxyz0123456789"
_DROPPED = bytes(code for code in range(256) if code not in _KEPT)
_MANY = 50  # names; looking for more of them takes longer than reading the files


class Outline(NamedTuple):
    """A deployment as its document names it; ``runtimes`` are the ServingRuntimes that it may emit or use.

    ``shares``: whether it emits one that others may use too.
    """

    namespace: str
    name: str
    runtimes: tuple[str, ...]
    shares: bool = False

    @property
    def key(self) -> tuple[str, str] | None:
        """Namespace and name, if the document has both."""
        return (self.namespace, self.name) if self.namespace and self.name else None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything by which another deployment may depend on it."""
        return (self.name, *self.runtimes)


def outlines(source: Source) -> tuple[Outline, ...]:
    """The deployments of a file, but for documents that cannot be read."""
    documents, _ = read_documents(source)
    return tuple(
        outline(document.data)
        for document in documents
        if document.data.get("kind") == MODEL_DEPLOYMENT and document.data.get("apiVersion") == API_VERSION
    )


def outline(data: Mapping[str, object]) -> Outline:
    """The outline of a ModelDeployment, whatever else is wrong with it."""
    metadata, spec = (value if isinstance(value := data.get(key), dict) else {} for key in ("metadata", "spec"))
    display, runtime = spec.get("displayName"), spec.get("runtime")
    name = metadata.get("name") or (derive_name(display) if isinstance(display, str) else "")
    used = (runtime.get("name"), runtime.get("existing")) if isinstance(runtime, dict) else ()
    names = tuple(str(item) for item in used if item)
    return Outline(str(metadata.get("namespace") or ""), str(name), names, bool(used and used[0]))


def text_test(names: Collection[str]) -> Callable[[str], bool]:
    """A test of a file's text for one of these names. False is certain."""
    wanted = [_squeezed(name) for name in names]
    if not wanted:
        return lambda text: False
    if len(wanted) > _MANY or not all(wanted):
        return lambda text: True

    def may_name(text: str) -> bool:
        if "\\" in text:
            return True
        squeezed = _squeezed(text)
        return any(name in squeezed for name in wanted)

    return may_name


def dependents(
    names: Iterable[str], sources: Iterable[Source], outline_of: Callable[[Source], tuple[Outline, ...]]
) -> list[Source]:
    """The files among ``sources`` whose deployments are called or use one of ``names``, in order.

    And those that have a deployment of the same name as one in those files: which of the two counts depends on both.
    """
    pending, known = [*sources], set(names)
    found: list[Source] = []
    new = set(known)
    while new:
        test = text_test(new)
        here = [
            source
            for source in pending
            if test(source.text) and any(not new.isdisjoint(item.names) for item in outline_of(source))
        ]
        taken = {source.path for source in here}
        pending = [source for source in pending if source.path not in taken]
        found += here
        new = {item.name for source in here for item in outline_of(source)} - known
        known |= new
    return sorted(found)


def _squeezed(text: str) -> bytes:
    return text.lower().encode("ascii", "ignore").translate(None, _DROPPED)
