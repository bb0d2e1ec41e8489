"""Built-in templates whose images are not the product's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from servewright.catalog.builtin import image_parameters
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.check.summary import Summary
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding
from servewright.hints import Any
from servewright.resolve.context import Context

# More images than these are named in the help alone.
_SHOWN = 3


def builtin_runtimes(summaries: Iterable[Summary]) -> dict[str, ServingRuntime]:
    """The runtimes of built-in templates that deployments have, by template: those of a few, and each is looked at once."""
    choices = (item.runtime for item in summaries if item.runtime is not None)
    return {
        choice.template: choice.runtime
        for choice in choices
        if choice.kind == "template" and choice.template and choice.runtime is not None and choice.runtime.where is None
    }


def default_images(used: Collection[ServingRuntime], context: Context) -> list[Finding]:
    """On the product, the known images are not the product's own digests: said once per run."""
    if not context.release.has("product-images"):
        return []
    given = context.project.spec.images
    defaults = {
        image: parameter
        for parameter, image in (image_parameters(context.release.runtimes) if used else {}).items()
        if parameter not in given
    }
    missing = {defaults[image]: image for runtime in used for image in _images(runtime.body) if image in defaults}
    if not missing:
        return []
    found = [f"`{parameter}` is `{image}`" for parameter, image in sorted(missing.items())]
    shown = ", ".join(found[:_SHOWN]) + (f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
    return [
        Finding(
            codes.BUILTIN_IMAGES,
            f"models run default images of {context.release.name}'s built-in templates, not the product's own: {shown}",
            None,
            "export the cluster's Templates into the catalog, or set `spec.images` in servewright.yaml to "
            f"`{{{', '.join(f'{parameter}: …@sha256:…' for parameter in sorted(missing))}}}`",
        )
    ]


def _images(body: Mapping[str, Any]) -> Iterator[object]:
    return (item.get("image") for item in body["spec"]["containers"] if isinstance(item, dict))
