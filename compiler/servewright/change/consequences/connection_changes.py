"""A connection whose Secret changes under models that run: they do not notice until a pod starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from servewright.change.consequences.addresses import listed
from servewright.change.consequences.subject import Consequence, Fleet
from servewright.change.model import FieldPath, FileChange, Item
from servewright.diagnostics import codes
from servewright.diagnostics.short import short

RULE = codes.CONNECTION_CHANGES
_SHOWN = 5  # keys and deployments, by name; the others are counted


def check(fleet: Fleet) -> Iterator[Consequence]:
    """One consequence per connection that deployments of the head use, and whose values change or whose Secret goes."""
    for file in fleet.change.files:
        if file.folder != "connections" or not file.users:
            continue
        if any(item.identity[0] == "ExternalSecret" and item.change == "removed" for item in file.objects):
            yield _deleted(file)
        if file.change != "changed":
            continue
        keys = list(dict.fromkeys(filter(None, map(_key, _paths(file)))))
        if not keys:
            continue
        pods = "its pods keep" if len(file.users) == 1 else "their pods keep"
        yield Consequence(
            f"the Secret of the connection `{file.namespace}/{file.name}` changes ({listed(_first(keys))}) under {listed(_first(file.users))}: {pods} what they loaded, and each new pod loads with the new values",
            "restart them when this is synced, so that a wrong value is seen then and not when a node fails",
        )


def _deleted(file: FileChange) -> Consequence:
    # external-secrets makes the Secret a dependent of the ExternalSecret (`creationPolicy: Owner`, its default).
    return Consequence(
        f"the Secret of the connection `{file.namespace}/{file.name}` is deleted with its ExternalSecret, under {listed(_first(file.users))}: pods that start before another Secret of this name is there cannot load their model",
        "keep `secret.external`, or create the Secret again as soon as this is synced, before a pod starts",
    )


def _first(names: Sequence[str]) -> list[str]:
    shown = [f"`{short(name)}`" for name in names[:_SHOWN]]
    return shown + ([f"{len(names) - _SHOWN:,} more"] if len(names) > _SHOWN else [])


def _paths(file: FileChange) -> Iterator[FieldPath]:
    yield from (field.path for item in file.objects for field in item.fields)


def _key(path: FieldPath) -> str | None:
    """The key of the Secret that a field of the ExternalSecret is about; of what is on the way, its name."""
    match path:
        case ("spec", "target", "template", "data", str(key), *_):
            return key
        case ("spec", "data", Item(value=key), *_):
            return str(key)
        case ("spec", "secretStoreRef", *_):
            return "store"
    return None
