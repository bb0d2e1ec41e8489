"""Which places of a document may hold a secret, by what is written beside and above them.

``name: HF_TOKEN`` beside a value says that the value is one, and so does a key ``AWS_SECRET_ACCESS_KEY`` above it; what
the value's own key is does not matter, since a misspelt ``valu:`` is what a message is about. In a list of arguments
``--api-key`` says it of the item behind it. What refers to a secret
(``secretKeyRef: {name, key}``, the keys of an external store) is none. Everything that is in doubt counts as a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from servewright.diagnostics.model import Path
from servewright.hints import Any, Literal
from servewright.read.credentials import is_option_value, secret_env_name
from servewright.read.positions import Node, document_nodes

# Of a place: nothing is secret, all but the fields of a reference is, or everything is.
_Context = Literal["open", "reference", "secret"]

# Fields that hold references to values of the cluster, by their keys in Kubernetes.
_REFERENCES = frozenset(
    ("secretKeyRef", "configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretRef", "configMapRef")
)
# What a reference consists of, in Kubernetes, external stores and our own Connections.
_REFERENCE_FIELDS = frozenset((
    "apiVersion", "audience", "containerName", "defaultMode", "divisor", "expirationSeconds", "fieldPath", "key", "kind",
    "mode", "mountPath", "name", "namespace", "optional", "path", "property", "readOnly", "refreshInterval", "resource",
    "secretName", "subPath", "version", "volumeName",
))  # fmt: skip
# Where a `name` is that of an object, which says nothing about what is beside it.
_NAMES_OF_OBJECTS = frozenset((
    "containers", "gateway", "imagePullSecrets", "items", "metadata", "profile", "store", "subjects", "volumeMounts",
    "volumes",
))  # fmt: skip


def secret_places(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the documents of ``text`` may hold secrets, and where they are too broken to tell, as sorted spans.

    Spans are ``(start, end)`` offsets into ``text``, the end exclusive.
    """
    roots = document_nodes(text)
    found: list[tuple[int, int]] = []
    broken: list[tuple[int, int]] = [] if roots else [(0, len(text))]
    for index, root in enumerate(roots):
        end = roots[index + 1].start if index + 1 < len(roots) else len(text)
        # A collection that was never closed goes to the end of the text.
        if root.end >= len(text) or (root.entries is None and root.value is None):
            broken.append((root.start if index else 0, end))
        found += _spans(root, text)
    return sorted(found), broken


def is_secret_place(data: Any, path: Path) -> bool:
    """Whether the scalar at ``path`` of a document may be a secret."""
    context: _Context = "open"
    key, above = "", ""
    behind_option = False
    for step in path:
        behind_option = _is_behind_option(data, step)
        if isinstance(data, dict):
            context = _of_mapping(context, key, ((name, value) for name, value in data.items()))
            key, above = str(step), key
            context = _of_entry(context, key)
        elif context == "reference":
            key = ""  # a field of a reference is no list
        try:
            data = data[step]
        except (LookupError, TypeError):  # of a document that could not be read whole
            data = None
    return behind_option or _is_secret(context, key, above)


def _is_behind_option(data: Any, step: str | int) -> bool:
    """Whether an item of a list stands behind an argument that takes a credential."""
    if not isinstance(data, list | tuple) or not isinstance(step, int) or not 0 < step < len(data):
        return False
    option = data[step - 1]
    return isinstance(option, str) and is_option_value(option, data[step])


def _spans(root: Node, text: str) -> Iterator[tuple[int, int]]:
    pending: list[tuple[Node, _Context, str, str]] = [(root, "open", "", "")]
    while pending:
        node, context, key, above = pending.pop()
        if node.entries is None:
            if node.value is not None and (_is_secret(context, key, above) or _is_assignment(node.value)):
                yield node.start, node.end
            continue
        named = [(entry.key, entry.node) for entry in node.entries if isinstance(entry.key, str)]
        if named:
            context = _of_mapping(context, key, ((name, _plain(value)) for name, value in named))
        for entry in node.entries:
            if isinstance(entry.key, int):
                # A field of a reference is no list.
                pending.append((entry.node, context, "" if context == "reference" else key, above))
            else:
                key_end = entry.node.start
                # A list or mapping as a key: its own entries are not known.
                if entry.key is None and (context != "open" or _has_secret_word(text[entry.key_start : key_end])):
                    yield entry.key_start, max(entry.key_start, key_end)
                below = entry.key or ""
                pending.append((entry.node, _of_entry(context, below), below, key))


def _plain(node: Node) -> Any:
    """A scalar's text, or the texts of a list: what somebody may have written as a name."""
    if node.entries is None:
        return node.value
    return [entry.node.value for entry in node.entries]


def _of_mapping(context: _Context, key: str, entries: Iterable[tuple[str, Any]]) -> _Context:
    """The context within the mapping at ``key``."""
    if key in _REFERENCES:
        return "reference"
    if context != "open" or key in _NAMES_OF_OBJECTS:
        return context
    return "secret" if any(_names_secret(name, value) for name, value in entries) else context


def _names_secret(key: str, value: Any) -> bool:
    """Whether an entry is the name of a variable that holds a secret; in capitals, under any key.

    The name may be what is wrong, so any word of it counts.
    """
    texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
    return any(_has_secret_word(text) for text in texts if key.lower() == "name" or text.isupper())


def _has_secret_word(text: str) -> bool:
    return any(secret_env_name(word) for word in re.findall(r"[\w.-]+", text))


def _of_entry(context: _Context, key: str) -> _Context:
    """The context of the value at ``key``, in a mapping that has ``context`` itself."""
    if context == "open":
        return "reference" if secret_env_name(key) else "open"
    if context == "secret" and key.lower() == "name":
        return "open"
    return "reference" if key == "valueFrom" else context


def _is_secret(context: _Context, key: str, above: str) -> bool:
    if context == "reference":
        return key not in _REFERENCE_FIELDS or above == "valueFrom"
    return context == "secret"


def _is_assignment(text: str) -> bool:
    """``HF_TOKEN=…``, as other tools write variables."""
    name, separator, value = text.partition("=")
    return bool(separator and value) and len(name) <= 100 and name.isidentifier() and secret_env_name(name)
