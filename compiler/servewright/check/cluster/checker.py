"""One object against one cluster: everything that the API server would refuse about it, webhooks left aside."""

from __future__ import annotations

import json
import marshal
from collections.abc import Callable

from servewright.check.cluster.builtin_kinds import DEFAULTED, check_builtin
from servewright.check.cluster.metadata import check_metadata
from servewright.check.cluster.structure import Schema, Structure
from servewright.check.cluster.violation import BLOCKING, Check, Found, Violation, below_key, order
from servewright.hints import Any, Final
from servewright.record import NamedTuple

Load = Callable[[str, str], dict[str, Any] | None]
"""From an apiVersion and a kind to the schema of the release, or None. Always the same object for the same kind."""

ETCD_LIMIT: Final = 1536 * 1024
"""Bytes that etcd takes in one request (embed.DefaultMaxRequestBytes), so an object has a little less."""


class Verdict(NamedTuple):
    """What is known of a spec: its problems, and how long it is. Whose it is is kept, so that no other gets its id."""

    structure: Structure
    spec: Any
    found: Found
    length: int


class Memo:
    """The verdicts on specs that several objects share.

    Only for specs that nobody changes while it lives: a spec is known by its identity, and is kept alive.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Verdict] = {}

    def check(self, structure: Structure, spec: Any) -> Verdict:
        """The problems of ``spec``, found once."""
        key = id(structure), id(spec)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = Verdict(structure, spec, structure.spec(spec) or [], _length(spec))
        return known


def check_object(body: dict[str, Any], schemas: Load, memo: Memo | None = None) -> list[Violation]:
    """What kube-apiserver 1.35 would refuse of a server-side apply of ``body`` with fieldValidation=Strict.

    All problems, in the order of their paths; an object with none gives an empty list. With a ``memo``, a spec that
    was checked before is not looked at again.
    """
    api_version, kind = body.get("apiVersion"), body.get("kind")
    schema = schemas(api_version, kind) if isinstance(api_version, str) and isinstance(kind, str) else None
    if schema is None:
        return [Violation(("kind",), "unknown-kind", f"is no kind that this release serves as `{api_version}`")]
    structure = _structure(schema)
    if memo is not None and structure.has_spec and "spec" in body:
        verdict = memo.check(structure, body["spec"])
        found = [*(structure.all_but_spec(body) or ()), *below_key("spec", verdict.found)]
        length = verdict.length + _length(body | {"spec": None})
    else:
        found = structure.root(body) or []
        length = _length(body)
    metadata = body.get("metadata")
    if isinstance(metadata, dict):
        found += check_metadata(metadata, str(api_version), str(kind), schema.get("x-servewright-scope", ""))
    if (builtin := check_builtin(body)) is not None:
        found = [item for item in found if (kind, item[0]) not in DEFAULTED or item[1] != "missing-field"]
        found += builtin
    asked = [item for item in found if item.__class__ is not Violation] if found else None
    if asked:
        found = [item for item in found if item.__class__ is Violation]
        if not any(item.reason in BLOCKING for item in found):
            from servewright.check.cluster import rules

            found += [violation for item in asked for violation in rules.evaluate(item)]
    if length > ETCD_LIMIT // 6 and (too_large := _too_large(body)):
        found.append(too_large)
    return sorted(dict.fromkeys(found), key=lambda item: (order(item.path), item)) if found else []


_structures: dict[int, tuple[dict[str, Any], Structure]] = {}


def _structure(schema: dict[str, Any]) -> Structure:
    known = _structures.get(id(schema))
    if known is None:
        known = _structures[id(schema)] = (schema, Structure(schema, _rules))
    return known[1]


def _rules(schema: Schema, structure: Structure) -> Check | None:
    from servewright.check.cluster import rules  # most objects are of kinds that have none

    return rules.hook(schema, structure)


def _too_large(body: dict[str, Any]) -> Violation | None:
    """Whether the object alone is more than etcd takes.

    It is stored as JSON (custom resources) with managedFields beside it, so one that is a little smaller may still be
    too large; what is said here is certain.
    """
    size = len(json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str).encode(errors="replace"))
    return Violation((), "too-large", f"takes {size} bytes, and etcd takes {ETCD_LIMIT}") if size > ETCD_LIMIT else None


def _length(value: Any) -> int:
    """A sixth, or more, of the bytes that ``value`` takes as JSON."""
    # A character takes at most six bytes in JSON, and marshal writes a length where JSON has punctuation. It is the
    # fastest way to count; version 2, because later ones write equal parts once.
    try:
        return len(marshal.dumps(value, 2))
    except ValueError:
        return len(str(value))
