"""Built-in templates whose images are not the product's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from servewright.catalog.builtin import image_parameters
from servewright.check.summary import Summary
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding
from servewright.resolve.context import Context
from servewright.resolve.decisions import RuntimeChoice


def default_images(summaries: list[Summary], context: Context) -> list[Finding]:
    """On the product, the known images are not the product's own digests: said once per run."""
    if not context.release.has("product-images"):
        return []
    # Every deployment has the runtime of one of a few templates, so each template is looked at once.
    choices = (item.runtime for item in summaries if item.runtime is not None)
    used = {choice.template: choice.runtime for choice in choices if _is_builtin(choice)}
    given = context.project.spec.images
    defaults = {
        image: parameter
        for parameter, image in (image_parameters(context.release.runtimes) if used else {}).items()
        if parameter not in given
    }
    missing = {
        defaults[image]
        for runtime in used.values()
        if runtime is not None
        for image in _images(runtime.body)
        if image in defaults
    }
    if not missing:
        return []
    return [
        Finding(
            codes.BUILTIN_IMAGES,
            f"built-in templates of {context.release.name} are used with default images, not with the product's own digests",
            None,
            "export the cluster's Templates into the catalog, or set `spec.images` in servewright.yaml to "
            f"`{{{', '.join(f'{parameter}: …@sha256:…' for parameter in sorted(missing))}}}`",
        )
    ]


def _is_builtin(choice: RuntimeChoice) -> bool:
    return choice.kind == "template" and choice.runtime is not None and choice.runtime.where is None


def _images(body: Mapping[str, Any]) -> Iterator[object]:
    return (item.get("image") for item in body["spec"]["containers"] if isinstance(item, dict))
