"""Credentials in URLs: what a model's address must not carry, since it is in Git and on every object.

A URL carries one before its host (``https://user:password@host``) or in a parameter: signatures of object stores
(``X-Amz-Signature``, Azure's ``sig``) and tokens of all kinds (``access_token``, ``private_token``). How long or random
the value is does not matter. Parameters that say what is wanted (``?download=true``, ``?versionId=3``) are fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# How the names of credential parameters end, begin, or read as a whole; lower-case, without `-`, `_` and `.`.
_ENDS = (
    "token", "sig", "signature", "key", "secret", "password", "passwd", "passphrase", "accesskeyid", "credential",
    "credentials",
)  # fmt: skip
_BEGINNINGS = ("xamz", "xgoog")
_WHOLE = frozenset(("auth", "authorization", "bearer", "googleaccessid", "jwt", "pass", "pat", "pwd"))

# Fragments are taken for parameters too: OAuth puts tokens there. The run of the name is bounded, so this is linear.
_PARAMETER = r"[?&;#]([^\s?&;#=\"'`<>/]{1,80})=([^\s&;#\"'`<>]+)"
# Before the host; a password may have been written with the characters that end a host, but a port is digits only. That
# run is bounded too.
_USER = r"://(?:[^\s/?#@\"'`<>]+|[^\s/?#@:\"'`<>\[]*:(?!\d*(?:[/?#\s\"'`<>]|\Z))[^\s@\"'`<>]{0,256})@(?!sha\d+:)"
# The same where the scheme was forgotten; only worth hiding. A digest behind `@` makes it an image reference.
_BARE_USER = r"(?<![\w/.:@+-])[\w.+-]{1,80}:([^\s/:@\"'`<>]{1,200})@(?!sha\d+:)(?=\w)"


def has_blanks(url: str) -> bool:
    """Whether there is a blank anywhere, of whatever kind."""
    return "".join(url.split()) != url


def credential_in_url(url: str) -> str | None:
    """What ``url`` must not carry, for a message (never the value); None when it carries no credential.

    >>> credential_in_url("https://h/x?download=true"), credential_in_url("https://h/x?private_token=1")
    (None, 'a token, key or signature')
    """
    if "@" in url and re.search(_USER, url):
        return "a user name or password"
    if "=" in url and any(_names_credential(match[1]) for match in re.finditer(_PARAMETER, url)):
        return "a token, key or signature"
    return None


def credentials_in_urls(text: str) -> Iterator[tuple[int, int]]:
    """Where the URLs within ``text`` carry credentials: ``(start, end)`` of the values, the end exclusive, in any order.

    ``text`` may be anything, a message or a file; in doubt a value is found rather than missed.
    """
    if "@" in text:
        for match in re.finditer(_USER, text):
            yield match.start() + len("://"), match.end() - len("@")
        for match in re.finditer(_BARE_USER, text):
            yield match.span(1)
    if "=" in text:
        for match in re.finditer(_PARAMETER, text):
            if _names_credential(match[1]):
                start, end = match.span(2)
                yield start, start + len(text[start:end].rstrip(",}])")) or end


def _names_credential(name: str) -> bool:
    if "%" in name:
        from urllib.parse import unquote

        name = unquote(name)
    plain = re.sub(r"[-_.\[\]]", "", name).lower()
    return plain in _WHOLE or plain.endswith(_ENDS) or plain.startswith(_BEGINNINGS)
