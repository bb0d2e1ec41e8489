"""A deployment that comes: where it answers and to whom, and what must be there for it."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import addresses, authentication, listed
from servewright.change.consequences.subject import Consequence, Subject, runs, service_of
from servewright.change.model import Version
from servewright.diagnostics import codes
from servewright.explain.calling import MAAS, NOBODY, TOKEN
from servewright.hints import Any

RULE = codes.DEPLOYMENT_ADDED
_SHOWN = 5  # Secrets, by name; the others are counted
_CALLERS = {
    (True, NOBODY): "to whoever reaches that, without a token",
    (True, TOKEN): "inside and outside of the cluster, with a token",
    (True, MAAS): "inside and outside of the cluster, with a token of Models-as-a-Service",
    (False, NOBODY): "to every pod of the cluster, without a token",
    (False, TOKEN): "inside the cluster, with a token",
}


def check(subject: Subject) -> Iterator[Consequence]:
    """Of one that is renamed or moved, only if others may call it than before."""
    edit = subject.edit
    after = edit.after
    if edit.before is not None or after is None:
        return
    was = subject.other.before if subject.other is not None else None
    if was is not None and _callers(was) == _callers(after):
        return
    new = "is added" if edit.incomplete else "is new" if was is None else "goes on under another name"
    stopped = "" if runs(after) else " once it is started"
    message = f"{subject.name} {new}, and answers{stopped} at {listed(list(addresses(after).values()))}, {_CALLERS[_callers(after)]}"
    needed = sorted(_secrets(after))
    parts = [f"its namespace `{edit.namespace}` is new"] if subject.new_namespace else []
    if needed:
        names = [f"`{name}`" for name in needed[:_SHOWN]]
        names += [f"{len(needed) - _SHOWN} more"] if len(needed) > _SHOWN else []
        some = "the Secret" if len(needed) == 1 else "the Secrets"
        parts.append(
            f"{some} {listed(names)} must be there, since nothing here brings {'it' if len(needed) == 1 else 'them'}"
        )
    yield Consequence("; ".join([message, *parts]), spec=("metadata", "name"))


def _callers(version: Version) -> tuple[bool, str]:
    return version.decisions.access.exposed, authentication(version)


def _secrets(version: Version) -> set[str]:
    """The Secrets that the pods or their admission need, that are not emitted, and not in the catalog."""
    context, namespace = version.context, version.decisions.naming.namespace
    found = set(_named(service_of(version).body["spec"]))
    if version.decisions.source.connection is not None:
        found.add(version.decisions.source.connection)
    here = {name for space, name in context.catalog.secrets if space == namespace}
    here |= {token.secret for token in version.decisions.access.tokens}
    external = {
        name for (space, name), item in context.connections.items() if space == namespace and item.spec.secret.external
    }
    return found - here - external


def _named(value: Any) -> Iterator[str]:
    """The names of Secrets in a pod's fields, but for those that may be missing."""
    if isinstance(value, list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in _REFERENCES and isinstance(item, dict) and item.get("optional") is not True:
                name = item.get(_REFERENCES[key])
                if isinstance(name, str):
                    yield name
            elif key == "imagePullSecrets" and isinstance(item, list):
                yield from (entry["name"] for entry in item if isinstance(entry, dict) and "name" in entry)
            else:
                yield from _named(item)


_REFERENCES = {"secretKeyRef": "name", "secretRef": "name", "secret": "secretName"}
