"""``metadata`` of any object, as the API server validates it after its structure: names, labels, annotations, sizes.

Facts: apimachinery 0.35, pkg/api/validation/objectmeta.go and pkg/util/validation; what may not be sent at all:
apiserver, pkg/endpoints/handlers/patch.go, and apimachinery's managedfields (structuredmerge.go). Values of the wrong
type are passed over; the schema reports them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.model.metadata_syntax import (
    annotation_key_problem,
    annotations_size_problem,
    label_key_problem,
    label_value_problem,
)
from servewright.model.names import is_dns_label, is_dns_subdomain

_SUBDOMAIN: Final = "must consist of lower-case letters, digits, inner `-` and `.`, at most 253 characters"
_LABEL: Final = "must consist of lower-case letters, digits and inner `-`, at most 63 characters"
_SEGMENT: Final = "must not be `.` or `..` or hold `/` or `%`"
_NOT_SENT: Final = {
    # An apply that creates; one that updates would have to know them.
    "managedFields": "must not be sent: the cluster keeps it",
    "resourceVersion": "must not be sent: the object of that version may be gone",
    "uid": "must not be sent: only the cluster can give one",
}


@lru_cache(maxsize=1024)  # the objects of a deployment are called alike
def name_problem(name: str) -> str | None:
    """Why ``name`` is no DNS subdomain, as names of most kinds and of all custom ones have to be."""
    return None if is_dns_subdomain(name) else _SUBDOMAIN


@lru_cache(maxsize=1024)
def segment_problem(name: str) -> str | None:
    """Why ``name`` cannot be a part of a URL path, which is all that RBAC's names have to be."""
    return _SEGMENT if name in (".", "..") or "/" in name or "%" in name else None


@lru_cache(maxsize=1024)
def label_problem(name: str) -> str | None:
    """Why ``name`` is no DNS label, as namespaces have to be."""
    return None if is_dns_label(name) else _LABEL


_NAMES: Final[dict[str, Callable[[str], str | None]]] = {
    "Role": segment_problem,
    "RoleBinding": segment_problem,
    "ClusterRole": segment_problem,
    "ClusterRoleBinding": segment_problem,
    "Namespace": label_problem,
}


def check_metadata(metadata: dict[str, Any], api_version: str, kind: str, scope: str) -> list[Violation]:
    """What the API server would refuse in ``metadata``; ``scope`` is Namespaced, Cluster, or empty for unknown."""
    builtin = "/" not in api_version or api_version.startswith("rbac.")
    found = _names(metadata, _NAMES.get(kind, name_problem) if builtin else name_problem, scope)
    labels, annotations = metadata.get("labels"), metadata.get("annotations")
    if labels is not None and not _are_known_labels(labels):
        found += check_labels(labels, ("metadata", "labels"))
    if annotations is not None and not _are_known_annotations(annotations):
        found += check_annotations(annotations, ("metadata", "annotations"))
    if not _SELDOM.isdisjoint(metadata):
        found += _seldom(metadata)
    return found


_SELDOM: Final = frozenset({"finalizers", "ownerReferences", "generation", *_NOT_SENT})


def metadata_test(api_version: str, kind: str) -> Callable[[Any], bool]:
    """What says of most metadata of namespaced objects that it is fine and small; of all else it says no.

    It is for kinds that declare a name, a namespace, and labels and annotations of texts, as all do.
    """
    builtin = "/" not in api_version or api_version.startswith("rbac.")
    problem = _NAMES.get(kind, name_problem) if builtin else name_problem

    def test(metadata: Any) -> bool:
        if metadata.__class__ is not dict:
            return False
        name, namespace = metadata.get("name"), metadata.get("namespace")
        if name.__class__ is not str or namespace.__class__ is not str or not name or not namespace:
            return False
        if problem(name) is not None or label_problem(namespace) is not None:
            return False
        fields = 2
        if (labels := metadata.get("labels")) is not None:
            if not _are_small_labels(labels):
                return False
            fields += 1
        if (annotations := metadata.get("annotations")) is not None:
            if not _are_small_annotations(annotations):
                return False
            fields += 1
        return len(metadata) == fields

    return test


def _names(metadata: dict[str, Any], problem: Callable[[str], str | None], scope: str) -> list[Violation]:
    found: list[Violation] = []
    name, namespace, prefix = metadata.get("name"), metadata.get("namespace"), metadata.get("generateName")
    if name is None or name == "":
        # An apply names its object.
        found.append(Violation(("metadata", "name"), "metadata-name", "is required"))
    elif isinstance(name, str) and (wrong := problem(name)):
        found.append(Violation(("metadata", "name"), "metadata-name", wrong))
    # The API server looks at a prefix with its last dash replaced (apimachinery, maskTrailingDash).
    if isinstance(prefix, str) and prefix and (wrong := problem(re.sub(r"(?<=.)-\Z", "a", prefix))):
        found.append(Violation(("metadata", "generateName"), "metadata-name", wrong))
    if isinstance(namespace, str) and namespace:
        if scope == "Cluster":
            words = "must not be set: the kind has no namespaces"
            found.append(Violation(("metadata", "namespace"), "metadata-name", words))
        elif wrong := label_problem(namespace):
            found.append(Violation(("metadata", "namespace"), "metadata-name", wrong))
    return found


def check_labels(labels: Any, path: Path) -> Iterator[Violation]:
    """Labels, or a node selector: the syntax of keys and values."""
    if not isinstance(labels, dict):
        return
    for key, value in labels.items():
        if not _is_sound(key) and (wrong := label_key_problem(str(key))):
            yield Violation((*path, key), "metadata-label", f"its key {wrong}")
        if isinstance(value, str) and value not in _sound_values:
            if wrong := label_value_problem(value):
                yield Violation((*path, key), "metadata-label", wrong)
            else:
                _remember(_sound_values, value)


def check_annotations(annotations: Any, path: Path) -> Iterator[Violation]:
    """Annotations: the syntax of keys, and the size of all together."""
    if not isinstance(annotations, dict):
        return
    size = 0
    for key, value in annotations.items():
        if not _is_sound(key) and (wrong := annotation_key_problem(str(key))):
            yield Violation((*path, key), "metadata-annotation", f"its key {wrong}")
        size += len(key) + len(value) if isinstance(value, str) and isinstance(key, str) else 0
    if size > _FEW:
        texts = {key: value for key, value in annotations.items() if isinstance(key, str) and isinstance(value, str)}
        if wrong := annotations_size_problem(texts):
            yield Violation(path, "metadata-annotation", wrong)


# Small metadata: all keys and values together take at most 110 kB, since keys have at most 317 characters, values of
# labels 63, and no character more than four bytes.
_SEVERAL: Final = 64  # labels or annotations
_LITTLE: Final = 16_000  # characters of annotations
# Texts without problems: a fleet has a few dozen keys, and repeats its values, too.
_sound_keys: set[Any] = set()
_sound_values: set[Any] = set()
_KNOWN_AT_MOST: Final = 4096
_FEW: Final = 60_000  # characters of annotations that need not be counted in bytes: one has at most four


def _is_sound(key: Any) -> bool:
    if key in _sound_keys:
        return True
    if not isinstance(key, str) or label_key_problem(key) is not None:
        return False
    _remember(_sound_keys, key)
    return True


def _remember(known: set[Any], sound: str) -> None:
    if len(known) >= _KNOWN_AT_MOST:
        known.clear()
    known.add(sound)


def _are_known_labels(labels: Any) -> bool:
    try:
        return _sound_keys.issuperset(labels) and _sound_values.issuperset(labels.values())
    except (AttributeError, TypeError):  # no mapping, or one of anything
        return False


def _are_known_annotations(annotations: Any) -> bool:
    try:
        size = sum(map(len, annotations)) + sum(map(len, annotations.values()))
        return _sound_keys.issuperset(annotations) and size <= _FEW
    except (AttributeError, TypeError):
        return False


def _are_small_labels(labels: Any) -> bool:
    if labels.__class__ is not dict or len(labels) > _SEVERAL:
        return False
    try:
        if _sound_keys.issuperset(labels) and _sound_values.issuperset(labels.values()):
            return True
    except TypeError:  # a value of another type
        return False
    return all(map(_is_text, (*labels, *labels.values()))) and next(check_labels(labels, ()), None) is None


def _are_small_annotations(annotations: Any) -> bool:
    if annotations.__class__ is not dict or len(annotations) > _SEVERAL:
        return False
    try:
        if len("".join(annotations.values())) > _LITTLE:
            return False
    except TypeError:  # a value of another type
        return False
    if _sound_keys.issuperset(annotations):
        return True
    return all(map(_is_text, annotations)) and next(check_annotations(annotations, ()), None) is None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _seldom(metadata: dict[str, Any]) -> Iterator[Violation]:
    for field, words in _NOT_SENT.items():
        if metadata.get(field) not in (None, ""):
            yield Violation(("metadata", field), "metadata", words)
    generation = metadata.get("generation")
    if isinstance(generation, int) and generation < 0:
        yield Violation(("metadata", "generation"), "metadata", "is less than 0")
    yield from _finalizers(metadata.get("finalizers"))
    yield from _owners(metadata.get("ownerReferences"))


def _finalizers(finalizers: Any) -> Iterator[Violation]:
    if not isinstance(finalizers, list):
        return
    for index, finalizer in enumerate(finalizers):
        if isinstance(finalizer, str) and (wrong := label_key_problem(finalizer)):
            yield Violation(("metadata", "finalizers", index), "metadata", wrong)
    if {"orphan", "foregroundDeletion"} <= {item for item in finalizers if isinstance(item, str)}:
        both = "must not hold both `orphan` and `foregroundDeletion`"
        yield Violation(("metadata", "finalizers"), "metadata", both)


def _owners(owners: Any) -> Iterator[Violation]:
    if not isinstance(owners, list):
        return
    controllers = 0
    for index, owner in enumerate(owners):
        if not isinstance(owner, dict):
            continue
        path: Path = ("metadata", "ownerReferences", index)
        for field in ("apiVersion", "kind", "name", "uid"):
            if owner.get(field) == "":
                yield Violation((*path, field), "metadata", "is empty")
        if (owner.get("apiVersion"), owner.get("kind")) == ("v1", "Event"):
            yield Violation((*path, "kind"), "metadata", "is no kind that may own anything")
        controllers += owner.get("controller") is True
        if controllers > 1 and owner.get("controller") is True:
            yield Violation((*path, "controller"), "metadata", "is true for another owner already")
