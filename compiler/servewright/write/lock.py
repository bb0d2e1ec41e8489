"""servewright.lock: which files servewright wrote, so that it never deletes or overwrites anything else unasked.

One line per output file, ``<path> <hash>``, sorted, and nothing else: branches that touch different deployments then
merge without a conflict. The path is relative to the repository root; the hash is BLAKE2b of the file's bytes,
128 bits in hexadecimal. The lock lies outside the output folder, because engines that sync that folder would take any
YAML there for an object, and outside of trust: it is a text file that anyone can edit, so its lines are only ever
used to *recognise* files inside the output folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Span
from servewright.hashing import blake2b

FILE = "servewright.lock"

# Git's markers: seven characters, then the end of the line or a space.
_CONFLICT = r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?"
_CONTROL = r"[\x00-\x1f\x7f]"
_LINE = r"([^\x00-\x1f\x7f]+) ([0-9a-f]{32})"

Entries = dict[str, frozenset[str]]


def hash_of(content: bytes) -> str:
    """Return the hash of a file's bytes as the lock holds it: 32 hexadecimal digits."""
    return blake2b(content, digest_size=16).hexdigest()


def format_lock(entries: Mapping[str, Iterable[str]]) -> str:
    """Return the lock's text for path to hashes (one, but for a lock that was merged or is half-way written)."""
    return "".join(sorted(f"{path} {digest}\n" for path, hashes in entries.items() for digest in hashes))


def parse_lock(text: str) -> tuple[Entries, list[Finding]]:
    """Return the hashes that the lock has for each safe path, and a finding for the first conflict marker.

    A path may have several hashes: after a merge that kept both sides' lines either content is ours. Lines that are
    not ours to have written (another form, absolute paths, ``.`` and ``..``) are passed over; the next render drops
    them.
    """
    entries: Entries = {}
    if not text:
        return entries, []
    entry_in = re.compile(_LINE).fullmatch
    for number, line in enumerate(text.split("\n"), 1):
        line = line.removesuffix("\r")
        match = entry_in(line)
        if match:
            path, digest = match.groups()
            if is_safe(path):
                entries[path] = entries.get(path, frozenset()) | {digest}
        elif line and re.fullmatch(_CONFLICT, line):
            return {}, [_conflict(number, len(line))]
    return entries, []


def is_safe(path: str) -> bool:
    """Whether ``path`` is relative, stays where it starts, and fits on a line of the lock."""
    inside = f"/{path}/"
    # Windows' separator, and components that are empty, `.` or `..`.
    if "\\" in path or "//" in inside or "/./" in inside or "/../" in inside:
        return False
    return path.isprintable() or re.search(_CONTROL, path) is None


def _conflict(line: int, width: int) -> Finding:
    return Finding(
        codes.LOCK_CONFLICT,
        f"`{FILE}` has conflict markers",
        Span(FILE, line, 1, line, width + 1),
        "delete the marker lines, keep the lines of both sides, and run `servewright render`",
    )
