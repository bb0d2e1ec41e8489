"""What stands behind a field's origin: the profile, template, connection or config by name, and where it is written."""

from __future__ import annotations

from servewright.catalog.builtin import image_parameters
from servewright.compilation import Compilation
from servewright.diagnostics.field_path import exists, show
from servewright.diagnostics.model import Path, Where
from servewright.explain.server import runtime_of
from servewright.hints import Any
from servewright.lower.fields import CONNECTION, PROFILE, Origin
from servewright.record import NamedTuple
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions


class Source(NamedTuple):
    """``why`` in words; ``where`` None when there is nothing in the repository to show."""

    why: str
    where: Where | None = None


def source_of(origin: Origin, asked: Path, value: Any, decisions: Decisions, compilation: Compilation) -> Source:
    """The source of the field at ``asked``, whose value is ``value``."""
    context = compilation.context
    assert context is not None
    match origin.kind:
        case "profile" if decisions.hardware.profile is not None:
            profile = decisions.hardware.profile
            named = f"the hardware profile `{profile.name}`"
            return Source(named if origin.why == PROFILE.why else origin.why, profile.where)
        case "template":
            return _template(asked, value, decisions, compilation, context)
        case "connection" if decisions.source.connection is not None:
            name = decisions.source.connection
            key = (decisions.naming.namespace, name)
            found = context.connections.get(key) or context.catalog.secrets.get(key)
            named = f"what admission would inject for the connection `{name}`"
            return Source(named if origin.why == CONNECTION.why else origin.why, found.where if found else None)
        case "config":
            return Source(origin.why, decisions.llmd.copies[0].source.where if decisions.llmd.copies else None)
    return Source(origin.why)


def default_of(path: Path, decisions: Decisions) -> str:
    """What decided where the spec leaves ``path`` out."""
    reasons = {
        "metadata.name": decisions.naming.reasons,
        "spec.runtime": decisions.runtime.reasons,
        "spec.strategy": decisions.strategy.reasons,
    }.get(show(path), ())
    return reasons[0] if reasons else "its default counts"


def _template(asked: Path, value: Any, decisions: Decisions, compilation: Compilation, context: Context) -> Source:
    choice, runtime = decisions.runtime, runtime_of(decisions, compilation)
    named = f"copied from the {choice.scope} template `{choice.template}`"
    if runtime is not None and runtime.where is not None:
        inner: Path = ("objects", 0, *asked)
        document = runtime.where.document
        return Source(named, Where(document, inner if exists(document.data, inner) else ()))
    named += f", built in for {context.release.name}"
    if asked and asked[-1] == "image":
        named += _parameter(value, context)
    return Source(named)


def _parameter(image: Any, context: Context) -> str:
    """Which image parameter of a built-in template an image was filled in for."""
    for parameter, given in sorted(context.project.spec.images.items()):
        if given == image:
            return f"; the image is `spec.images.{parameter}` of servewright.yaml"
    for parameter, default in sorted(image_parameters(context.release.runtimes).items()):
        if default == image:
            return f"; the image is the default of the image parameter `{parameter}`"
    return ""
