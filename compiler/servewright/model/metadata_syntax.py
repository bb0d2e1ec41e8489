"""Labels and annotations: the syntax and sizes that the API server enforces, and the keys that are not users' to set.

The rules are those of ``k8s.io/apimachinery`` (label keys, label values, annotations). A problem is a phrase that
completes a sentence about the key or value ("has …", "is …"); it never repeats the text, which may be long or secret.
"""

from __future__ import annotations

from collections.abc import Mapping

from servewright.hints import Final
from servewright.model.names import LONGEST_LABEL, LONGEST_SUBDOMAIN, is_dns_subdomain

ANNOTATIONS_LIMIT: Final = 256 * 1024
"""Bytes of all annotation keys and values of one object together."""

OWNED_DOMAINS: Final = (
    "kserve.io",
    "opendatahub.io",
    "openshift.io",
    "kueue.x-k8s.io",
    "argoproj.io",
    "fluxcd.io",
    # kustomize acts on these: it drops, renames or refuses objects by them. Argo CD and Helm take theirs for hooks.
    "config.kubernetes.io",
    "config.k8s.io",
    "helm.sh",
)
"""Platforms and engines that own every key below their domain."""

_OWNED_KEYS: Final = {"app.kubernetes.io/instance": "app.kubernetes.io"}

# Sets rather than patterns, which every start would have to compile.
_IN_NAME: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def label_key_problem(key: str) -> str | None:
    """Why the API server would refuse ``key`` as a label key; None when it is fine."""
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return "has more than one `/`"
    if slash:
        if not prefix:
            return "has nothing before the `/`"
        if len(prefix) > LONGEST_SUBDOMAIN:
            return f"has more than {LONGEST_SUBDOMAIN} characters before the `/`"
        if not is_dns_subdomain(prefix):
            return "has a prefix that is not a DNS name: lower-case letters, digits, inner `-` and `.`"
    if not name:
        return "has nothing after the `/`" if slash else "is empty"
    return _name_problem(name)


def label_value_problem(value: str) -> str | None:
    """Why the API server would refuse ``value`` as a label's value; None when it is fine (an empty one is)."""
    return _name_problem(value) if value else None


def annotation_key_problem(key: str) -> str | None:
    """Why the API server would refuse ``key`` as an annotation key; None when it is fine.

    As for labels, but capitals are allowed in the prefix.
    """
    # Only ASCII is lowered: the Kelvin sign is not a k that anybody means.
    return label_key_problem(key.lower() if key.isascii() else key)


def annotations_size_problem(annotations: Mapping[str, str]) -> str | None:
    """Why the API server would refuse these annotations together; None when they are small enough."""
    if 4 * sum(map(len, (*annotations, *annotations.values()))) <= ANNOTATIONS_LIMIT:
        return None  # as nearly all are; no character takes more bytes
    size = sum(_bytes(key) + _bytes(value) for key, value in annotations.items())
    if size <= ANNOTATIONS_LIMIT:
        return None
    return f"take {size} bytes together, and Kubernetes allows {ANNOTATIONS_LIMIT}"


def reserved_owner(key: str) -> str | None:
    """The domain that owns a label or annotation key which users must not set; None for keys that are theirs.

    Domains are compared without regard to capitals, as DNS does.
    """
    if "/" not in key:
        return None
    prefix = key.lower().partition("/")[0]
    for domain in OWNED_DOMAINS:
        if prefix == domain or prefix.endswith("." + domain):
            return domain
    return _OWNED_KEYS.get(key.lower())


def is_config_key(key: str) -> bool:
    """Whether ``key`` has the characters and the length of an entry's name in a Secret or ConfigMap."""
    return 0 < len(key) <= LONGEST_SUBDOMAIN and _IN_NAME.issuperset(key)


def _name_problem(name: str) -> str | None:
    if not name or name.strip("-_.") != name or not _IN_NAME.issuperset(name):
        return "may hold only letters, digits, `-`, `_` and `.`, and starts and ends with a letter or digit"
    if len(name) > LONGEST_LABEL:
        return f"is longer than {LONGEST_LABEL} characters"
    return None


def _bytes(text: str) -> int:
    # A lone surrogate cannot be sent at all; it is counted so that this check never raises.
    return len(text.encode(errors="surrogatepass"))
