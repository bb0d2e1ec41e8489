"""One object against one cluster: everything that the API server would refuse about it, webhooks left aside."""

from __future__ import annotations

import json
import marshal
from collections.abc import Callable

from servewright.check.cluster.builtin_kinds import DEFAULTED, builtin_test, check_builtin
from servewright.check.cluster.metadata import check_metadata, metadata_test
from servewright.check.cluster.soundness import Soundness, Test, always, never
from servewright.check.cluster.structure import Schema, Structure
from servewright.check.cluster.violation import BLOCKING, Check, Found, Violation, below_key, order
from servewright.hints import Any, Final
from servewright.record import NamedTuple

Load = Callable[[str, str], dict[str, Any] | None]
"""From an apiVersion and a kind to the schema of the release, or None. Always the same object for the same kind."""

ETCD_LIMIT: Final = 1536 * 1024
"""Bytes that etcd takes in one request (embed.DefaultMaxRequestBytes), so an object has a little less."""
_HALF: Final = ETCD_LIMIT // 12  # a sixth of half of it, which sound metadata never reach
_SMALL: Final = frozenset({"apiVersion", "kind", "metadata"})  # not measured, if they are sound


class Verdict(NamedTuple):
    """What is known of a spec: its problems, and how long it is. Whose it is is kept, so that no other gets its id."""

    kind: Kind
    spec: Any
    found: Found
    length: int


class Memo:
    """The verdicts on specs that several objects share.

    Only for specs that nobody changes while it lives: a spec is known by its identity, and is kept alive.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Verdict] = {}

    def check(self, kind: Kind, spec: Any) -> Verdict:
        """The problems of ``spec``, found once."""
        key = id(kind), id(spec)
        known = self._known.get(key)
        if known is None:
            found = [] if kind.takes_spec(spec) else kind.structure.spec(spec) or []
            known = self._known[key] = Verdict(kind, spec, found, _length(spec))
        return known


class Kind:
    """What there is to look at in objects of one kind, in two ways: is there anything at all, and what is it."""

    def __init__(self, schema: dict[str, Any], api_version: str, kind: str) -> None:
        self.structure = structure = Structure(schema, _rules)
        self._scope = schema.get("x-servewright-scope", "")
        soundness = Soundness(structure, _hold)
        is_common = self._scope == "Namespaced" and soundness.has_common_metadata()
        known: dict[str, Test] = {
            "apiVersion": str,  # by them the schema was found
            "kind": str,
            "metadata": metadata_test(api_version, kind) if is_common else never,
        }
        self._is_sound = soundness.root(known)
        if structure.has_spec:
            self.takes_spec = soundness.test_of(schema["properties"]["spec"], structure.mode)
            self._is_sound_but_for_spec = soundness.root(known | {"spec": always})
        self._is_plain = builtin_test(api_version, kind)

    def takes(self, body: dict[str, Any], memo: Memo | None) -> bool:
        """Whether ``body`` surely has no problems."""
        own = self._is_plain
        if memo is None or not self.structure.has_spec or "spec" not in body:
            if not self._is_sound(body) or (own is not None and not own(body)):
                return False
            return len(body) == len(_SMALL) or _length([body[key] for key in body if key not in _SMALL]) <= _HALF
        verdict = memo.check(self, body["spec"])
        if verdict.found or verdict.length > _HALF or own is not None or len(body) > len(_SMALL) + 1:
            return False
        return bool(self._is_sound_but_for_spec(body))

    def problems(self, body: dict[str, Any], memo: Memo | None) -> list[Violation]:
        """What the problems of ``body`` are, if there are any."""
        kind, structure = body["kind"], self.structure
        if memo is not None and structure.has_spec and "spec" in body:
            verdict = memo.check(self, body["spec"])
            found = [*(structure.all_but_spec(body) or ()), *below_key("spec", verdict.found)]
            length = verdict.length + _length(body | {"spec": None})
        else:
            found = structure.root(body) or []
            length = _length(body)
        metadata = body.get("metadata")
        if isinstance(metadata, dict):
            found += check_metadata(metadata, body["apiVersion"], kind, self._scope)
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


class Checker:
    """What kube-apiserver 1.35 would refuse of a server-side apply with fieldValidation=Strict, by ``schemas``."""

    def __init__(self, schemas: Load) -> None:
        self._schemas = schemas
        self._kinds: dict[tuple[Any, Any], Kind] = {}

    def check(self, body: dict[str, Any], memo: Memo | None = None) -> list[Violation]:
        """All problems of ``body``, in the order of their paths; an object with none gives an empty list.

        With a ``memo``, a spec that was checked before is not looked at again.
        """
        api_version, kind = body.get("apiVersion"), body.get("kind")
        if not isinstance(api_version, str) or not isinstance(kind, str):
            return [_unknown(api_version)]
        known = self._kinds.get((api_version, kind))
        if known is None:
            schema = self._schemas(api_version, kind)
            if schema is None:
                return [_unknown(api_version)]
            known = self._kinds[api_version, kind] = kind_of(schema, api_version, kind)
        return [] if known.takes(body, memo) else known.problems(body, memo)


def check_object(body: dict[str, Any], schemas: Load, memo: Memo | None = None) -> list[Violation]:
    """What a :class:`Checker` says of one object."""
    return Checker(schemas).check(body, memo)


_kinds: dict[tuple[int, str, str], Kind] = {}


def kind_of(schema: dict[str, Any], api_version: str, kind: str) -> Kind:
    """The kind that has this schema, made once per process. It keeps the schema, so that no other gets its identity."""
    key = id(schema), api_version, kind
    if key not in _kinds:
        _kinds[key] = Kind(schema, api_version, kind)
    return _kinds[key]


def _unknown(api_version: object) -> Violation:
    return Violation(("kind",), "unknown-kind", f"is no kind that this release serves as `{api_version}`")


def _rules(schema: Schema, structure: Structure) -> Check | None:
    from servewright.check.cluster import rules  # most objects are of kinds that have none

    return rules.hook(schema, structure)


def _hold(asked: Found) -> bool:
    from servewright.check.cluster import rules

    return rules.hold(asked)


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
