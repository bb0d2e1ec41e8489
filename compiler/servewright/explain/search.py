"""Which deployment a name on the command line means."""

from __future__ import annotations

from servewright.compilation import Compilation
from servewright.diagnostics.model import Diagnostic, Where
from servewright.explain.refusal import Refusal
from servewright.model.names import derive_name
from servewright.read.inputs import read_deployment_file
from servewright.read.positions import locate
from servewright.record import NamedTuple
from servewright.repository import Repository

Key = tuple[str, str]


class Found(NamedTuple):
    """A deployment: its namespace and name, and its document. It may have no decisions: then it has errors."""

    key: Key
    where: Where


def find(text: str, repository: Repository, compilation: Compilation) -> Found | Refusal:
    """The deployment that ``[NAMESPACE/]NAME`` means; a name alone must be the only one of its kind."""
    known = _deployments(repository, compilation)
    namespace, separator, name = text.rpartition("/")
    matches = [item for item in known if item.key == (namespace, name) or (not separator and item.key[1] == name)]
    if len(matches) == 1 or (matches and len({item.key for item in matches}) == 1):
        return matches[0]
    if matches:
        listing = " or ".join(f"`{place}/{name}`" for place in sorted({item.key[0] for item in matches}))
        return Refusal(f"there are deployments `{text}` in {len(matches)} namespaces", f"write {listing}")
    return Refusal(f"there is no deployment `{text}`", _instead(text, known, compilation))


def concerning(diagnostics: tuple[Diagnostic, ...], where: Where) -> tuple[Diagnostic, ...]:
    """The findings that point into a document, or at least mention a place in it."""
    extent = locate(Where(where.document))

    def inside(item: Diagnostic) -> bool:
        spans = [item.span, *(note.span for note in item.related)]
        return any(
            span is not None and span.file == extent.file and extent.line <= span.line <= extent.end_line
            for span in spans
        )

    return tuple(item for item in diagnostics if inside(item))


def _deployments(repository: Repository, compilation: Compilation) -> list[Found]:
    """Every deployment that could be read, those with errors too, in the order of files."""
    found = []
    for item in (item for source in repository.deployments for item in read_deployment_file(source).deployments):
        metadata, display = item.deployment.metadata, item.deployment.spec.display_name
        name = metadata.name or (derive_name(display) if display else "")
        if name:
            found.append(Found((metadata.namespace, name), Where(item.problems.document)))
    return found


def _instead(text: str, known: list[Found], compilation: Compilation) -> str:
    from servewright.diagnostics.suggest import did_you_mean

    names = {name for _, name in (item.key for item in known)}
    full = {"/".join(item.key) for item in known}
    bare = text.rpartition("/")[2]
    elsewhere = sorted("/".join(item.key) for item in known if item.key[1] == bare)
    near = elsewhere[0] if elsewhere else did_you_mean(text, full if "/" in text else names)
    if near is not None:
        return f"did you mean `{near}`?"
    if compilation.failed:
        return "a file with errors may hold it: run `servewright validate`"
    if not known:
        return "there are no deployments: add a ModelDeployment to the deployments folder"
    shown = sorted(full)[:12]
    more = f" and {len(full) - len(shown)} more" if len(full) > len(shown) else ""
    return f"the deployments are {', '.join(f'`{name}`' for name in shown)}{more}"
