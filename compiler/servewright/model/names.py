"""Names of objects: what is allowed, and what the wizard and the controllers derive.

The "Deploy a model" wizard derives an object's name from the display name; controllers derive the names of what they
create from the name of what they reconcile. Both must be computed here exactly, or a deployment would get a different
name than the wizard gives it, and a check would look for the wrong object.
"""

from __future__ import annotations

import re

from servewright.hints import Final

LONGEST_LABEL: Final = 63
LONGEST_SUBDOMAIN: Final = 253
WIZARD_LIMIT: Final = 30
"""The wizard lets a model deployment's name have this many characters."""

# What JavaScript's \s matches. Python's \s differs: it has U+001C to U+001F and U+0085, and lacks U+FEFF.
_BLANKS: Final = dict.fromkeys(
    map(
        ord,
        "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
        "\u2028\u2029\u202f\u205f\u3000\ufeff",
    ),
    "-",
)
_NOT_IN_NAME: Final = r"[^a-z0-9-]+"
_DASHES: Final = r"-{2,}"

# Sets rather than patterns, which every start would have to compile.
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_IN_LABEL: Final = _LETTERS | frozenset("0123456789-")

_HASH_LENGTH: Final = 32
_HEAD: Final = LONGEST_LABEL - _HASH_LENGTH


def derive_name(display: str, limit: int | None = WIZARD_LIMIT) -> str:
    """The object name that the wizard derives from a display name, or "" where it would make up a random one.

    The result may still be invalid (``1234-model`` starts with a digit, and the wizard does not mend that): ask
    :func:`is_model_name`. ``limit`` cuts the name; None leaves it whole.
    """
    name = display if _is_derived(display) else _derived(display)
    if limit is not None and len(name) > limit:
        name = name[:limit].rstrip("-")
    return name


def _is_derived(display: str) -> bool:
    """Whether nothing has to be done to it, quickly: what people call a token is mostly a name already."""
    return (
        display.isascii()
        and display.islower()
        and display.replace("-", "").isalnum()
        and "--" not in display
        and not (display.startswith("-") or display.endswith("-"))
    )


def _derived(display: str) -> str:
    dashed = display.lower().translate(_BLANKS)
    return re.sub(_DASHES, "-", re.sub(_NOT_IN_NAME, "", dashed).strip("-"))


def is_model_name(name: str) -> bool:
    """Whether KServe admits ``name`` for an InferenceService (its characters; limits on the length differ by place)."""
    return name[:1] in _LETTERS and name[-1] != "-" and _IN_LABEL.issuperset(name)


def is_dns_label(name: str) -> bool:
    """Whether ``name`` is an RFC 1123 label, as namespaces need it: at most 63 of ``a-z``, ``0-9`` and inner ``-``."""
    return len(name) <= LONGEST_LABEL and _is_label(name)


def is_dns_subdomain(name: str) -> bool:
    """Whether ``name`` is an RFC 1123 subdomain, as most objects need it: labels joined by dots, at most 253."""
    return len(name) <= LONGEST_SUBDOMAIN and (_is_label(name) or all(map(_is_label, name.split("."))))


def _is_label(name: str) -> bool:
    return bool(name) and name[0] != "-" and name[-1] != "-" and _IN_LABEL.issuperset(name)


def child_name(parent: str, suffix: str) -> str:
    """The name that KServe's controllers give to a child object: ``parent + suffix``, hashed when over 63 characters.

    The hash is of the parent; only when the suffix alone leaves no room is it of both, and then both are cut.
    """
    whole = parent + suffix
    if len(whole) <= LONGEST_LABEL:
        return whole
    room = _HEAD - len(suffix)
    if room > 0:
        return parent[:room] + _md5(parent) + suffix
    name = parent[:_HEAD] + _md5(whole)
    return (name + suffix[: LONGEST_LABEL - len(name)]).rstrip("-._")


def _md5(text: str) -> str:
    import hashlib  # loads OpenSSL, and names are seldom this long

    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
