"""Where others say something else than we do, and why. What is not explained here is a bug of ours.

Every oracle is held to our verdict on every mutant. It may miss what it has no words for (:data:`UNSEEN`), or refuse
what the API server takes (:data:`STRICTER`). The API server itself may do neither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from differential.mutate import Mutant
from differential.oracles import by_jsonschema_rs

_NO_WORDS: Final = {
    "duplicate-key": "JSON Schema cannot say that a list is a map",
    "duplicate-item": "JSON Schema cannot say which fields of items make a set",
    "metadata": "the schemas say nothing about the syntax of metadata",
    "metadata-name": "the schemas say nothing about the syntax of names",
    "metadata-label": "the schemas say nothing about the syntax of labels",
    "metadata-annotation": "the schemas say nothing about the syntax of annotations",
    "cel": "it does not evaluate CEL",
    "missing-key": "it does not know which fields of items are keys",
    "value": "a rule of a built-in kind, which no schema states",
    "format": "formats are remarks for it",
    "too-large": "it has no limit on size",
}
UNSEEN: Final[dict[str, dict[str, str]]] = {
    "jsonschema": _NO_WORDS,
    "jsonschema-rs": _NO_WORDS,
    "kubeconform": _NO_WORDS,
    "API server": {},
}


class Stricter(NamedTuple):
    """Something that an oracle refuses although the API server takes it."""

    why: str
    applies: Callable[[Mutant], bool]


def _is_about_nulls(mutant: Mutant) -> bool:
    """Whether the schema takes the object as soon as nulls are left out."""
    body = _without_nulls(mutant.body)
    return body != mutant.body and not any(by_jsonschema_rs([mutant._replace(body=body)]))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


def _lacks_group(mutant: Mutant) -> bool:
    role = mutant.body.get("roleRef")
    return mutant.body["kind"] == "RoleBinding" and isinstance(role, dict) and not role.get("apiGroup")


_NULL = Stricter(
    "null: in metadata and in Kubernetes' own kinds it is the same as nothing, and where there is a default it becomes that",
    _is_about_nulls,
)
_GROUP = Stricter(
    "`roleRef.apiGroup` has a default, though the schema calls it required",
    _lacks_group,
)
STRICTER: Final[dict[str, tuple[Stricter, ...]]] = {
    "jsonschema": (_NULL, _GROUP),
    "jsonschema-rs": (_NULL, _GROUP),
    "kubeconform": (_NULL, _GROUP),
    "API server": (),
}

# Kinds for which the API server's code says some of what a schema could: which kinds a `roleRef` may have, and so on.
_BUILT_IN: Final = frozenset({"ServiceAccount", "Secret", "Role", "RoleBinding"})
_IN_CODE: Final = frozenset({"enum", "missing-field"})


def explained(oracle: str, mutant: Mutant, reasons: frozenset[str], *, refused: bool) -> bool:
    """Whether it is known why ``oracle`` disagrees with us about ``mutant``."""
    if refused:
        return any(item.applies(mutant) for item in STRICTER[oracle])
    unseen = UNSEEN[oracle].keys()
    return reasons <= (unseen | _IN_CODE if unseen and mutant.body["kind"] in _BUILT_IN else unseen)
