"""References to container images, as kubelets and registries take them: ``host:port/path/name:tag@digest``.

The grammar is that of the OCI distribution specification, which Kubernetes does not check on admission: with a
reference outside of it, the pod stays in InvalidImageName.
"""

from __future__ import annotations

import re

_LONGEST_NAME = 255
_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?"
_NAME = rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}"

# Nearly every reference is of words with one separator between them, and a digest. Those are told without patterns,
# which every start would have to compile.
_SEPARATORS = str.maketrans("._-", "///")
_HEXADECIMAL = frozenset("0123456789abcdef")

HINT = "write it like `quay.io/org/image:1.0` or `quay.io/org/image@sha256:…`"


def image_problem(text: str) -> str | None:
    """What is wrong with an image reference (without a scheme), or None.

    >>> image_problem("registry.example.com:5000/team/model:1.0"), image_problem("quay.io/team/model:")
    (None, 'this is not an image reference: there is no valid tag behind `:`')
    """
    name, at, digest = text.partition("@")
    folder, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    name = f"{folder}{slash}{last}"
    if "".join(text.split()) != text:
        wrong = "it has blanks in it"
    elif "://" in text:
        wrong = "it has no scheme"
    elif at and not _is_digest(digest):
        wrong = "there is no valid digest behind `@`"
    elif colon and not re.fullmatch(_TAG, tag):
        wrong = "there is no valid tag behind `:`"
    elif name != name.lower():
        wrong = "names are lower-case"
    elif not _is_name(name):
        wrong = "a name consists of lower-case letters, digits and single `.`, `_` or `-` between them"
    elif len(name) > _LONGEST_NAME:
        wrong = f"its name has more than {_LONGEST_NAME} characters"
    else:
        return None
    return f"this is not an image reference: {wrong}"


def _is_digest(text: str) -> bool:
    algorithm, _, value = text.partition(":")
    if algorithm == "sha256" and len(value) == 64 and _HEXADECIMAL.issuperset(value):
        return True
    return re.fullmatch(_DIGEST, text) is not None


def _is_name(lower: str) -> bool:
    words = lower.translate(_SEPARATORS).split("/")
    if "" not in words and lower.isascii() and "".join(words).isalnum():
        return True
    return re.fullmatch(_NAME, lower) is not None
