"""Another image for a container of the model's pods."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.subject import Consequence, Subject, service_of
from servewright.change.model import FieldPath, Item, Version
from servewright.compilation import SERVICES
from servewright.diagnostics import codes
from servewright.diagnostics.short import short
from servewright.explain.server import CONTAINER
from servewright.hints import Any
from servewright.lower.fields import Object

RULE = codes.RUNTIME_IMAGE
# An image, and the field of an object that gives it.
_Image = tuple[str, Object, FieldPath]


def check(subject: Subject) -> Iterator[Consequence]:
    """One consequence per container that both sides have, and whose image is known on one of them."""
    if subject.both is None:
        return
    before, after = map(_images, subject.both)
    if subject.both[0].decisions.runtime.llmd != subject.both[1].decisions.runtime.llmd:
        return
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if (old and old[0]) == (new and new[0]) or (not subject.both[1].decisions.runtime.llmd and not (old and new)):
            continue
        text = " to ".join(f"`{short(side[0], 160)}`" if side else "that of llm-d's preset" for side in (old, new))
        yield Consequence(
            f"the image of `{name}` in {subject.name} goes from {text}",
            field=None if new is None or _given_up(old, new) else new[1:],
            spec=("spec", "container"),
        )


def _given_up(old: _Image | None, new: _Image) -> bool:
    """Whether the spec had an image of its own, and leaves it to the runtime now: that is where it changed."""
    kinds = [side[1].body["kind"] for side in (old, new) if side is not None]
    return kinds[0] in SERVICES and kinds[-1] not in SERVICES


def _images(version: Version) -> dict[str, _Image]:
    """The images that the objects give, by the container's name; a service's own goes before its runtime's."""
    found: dict[str, _Image] = {}
    service = service_of(version)
    if version.decisions.runtime.llmd:
        configs = [item for item in version.objects if item.body["kind"] == "LLMInferenceServiceConfig"]
        for item in (*configs, service):
            found.update(_listed(item, ("spec", "template", "containers")))
        return found
    own = (item for item in version.objects if item.body["kind"] == "ServingRuntime")
    runtime = next(own, version.runtime)
    if runtime is not None:
        found.update(_listed(runtime, ("spec", "containers")))
    image = service.body["spec"]["predictor"]["model"].get("image")
    if image is not None:
        found[CONTAINER] = image, service, ("spec", "predictor", "model", "image")
    return found


def _listed(item: Object, path: tuple[str, ...]) -> Iterator[tuple[str, _Image]]:
    containers: Any = item.body
    for step in path:
        containers = containers.get(step) if isinstance(containers, dict) else None
    for container in containers if isinstance(containers, list) else ():
        if isinstance(container, dict) and isinstance(container.get("image"), str):
            name = str(container.get("name"))
            yield name, (container["image"], item, (*path, Item("name", name), "image"))
