"""servewright.lock: which files servewright wrote, so that it never deletes or overwrites anything else unasked.

One line per output file, ``<path> <hash>``, sorted, and nothing else: branches that touch different deployments then
merge without a conflict. The path is relative to the repository root; the hash is BLAKE2b of the file's bytes,
128 bits in hexadecimal. The lock lies outside the output folder, because engines that sync that folder would take any
YAML there for an object, and outside of trust: it is a text file that anyone can edit, so its lines are only ever
used to *recognise* files inside the output folder.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Span
from servewright.hashing import blake2b

FILE = "servewright.lock"
_DIGITS = 32

# Git's markers: seven characters, then the end of the line or a space.
_CONFLICT = r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?"
_CONTROL = r"[\x00-\x1f\x7f]"
_LINE = r"([^\x00-\x1f\x7f]+) ([0-9a-f]{32})"
_IN_DIGEST = frozenset("0123456789abcdef")

Entries = dict[str, frozenset[str]]


def hash_of(content: bytes) -> str:
    """Return the hash of a file's bytes as the lock holds it: 32 hexadecimal digits."""
    return blake2b(content, digest_size=_DIGITS // 2).hexdigest()


def lines_of(entries: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the lines for path to hashes (one, but for a lock that was merged or is half-way written), as they come."""
    return [line_of(path, digest) for path, hashes in entries.items() for digest in hashes]


def line_of(path: str, digest: str) -> str:
    """Return the line for a file."""
    return f"{path} {digest}\n"


def text_of(lines: Iterable[str]) -> str:
    """Return the lock's text: each line once, in order."""
    return "".join(dict.fromkeys(sorted(lines)))


def parse_lock(text: str) -> tuple[Entries, list[Finding]]:
    """Return the hashes that the lock has for each safe path, and a finding for the first conflict marker.

    A path may have several hashes: after a merge that kept both sides' lines either content is ours. Lines that are
    not ours to have written (another form, absolute paths, ``.`` and ``..``) are passed over; the next render drops
    them.
    """
    known = _as_written(text)
    if known is not None:
        return known, []
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


def _as_written(text: str) -> Entries | None:
    """The entries, if the lock is as it was written; looking at all lines at once takes a third of the time."""
    *lines, rest = text.split("\n")
    fields = [line.rpartition(" ") for line in lines]
    entries = {path: frozenset((digest,)) for path, _, digest in fields}
    digests = [digest for _, _, digest in fields]
    is_whole = not rest and len(entries) == len(lines) and {*map(len, digests)} <= {_DIGITS}
    return entries if is_whole and _IN_DIGEST.issuperset("".join(digests)) and are_safe(entries) else None


def block(entries: Iterable[tuple[str, str]]) -> str:
    """The lines of all files of a namespace, one hash for each: they are together in a lock, whatever else is in it."""
    return "".join(sorted(line_of(path, digest) for path, digest in entries))


def blocks(text: str, output: str) -> Iterator[str]:
    """The blocks of a lock as it was written, one for each namespace below the folder ``output``."""
    start = len(output) + 1
    lines: list[str] = []
    namespace = ""
    for line in text.splitlines(keepends=True):
        found = line[start : line.find("/", start)]
        if found != namespace and lines:
            yield "".join(lines)
            lines.clear()
        namespace = found
        lines.append(line)
    if lines:
        yield "".join(lines)


def entries_of(block: str) -> Iterator[tuple[str, str]]:
    """Path and hash of each line of a block."""
    return ((line[: -_DIGITS - 1], line[-_DIGITS:]) for line in block.split("\n")[:-1])


def without(text: str, blocks: Iterable[str]) -> str | None:
    """A lock without these blocks, or None if it has not all of them as they are."""
    rest, at = [], 0
    for block in sorted(blocks):
        start = text.find(block, at)  # it is there at once, if the lock has nothing else
        if start < 0 or (start and text[start - 1] != "\n"):
            return None
        rest.append(text[at:start])
        at = start + len(block)
    rest.append(text[at:])
    return "".join(rest)


def is_safe(path: str) -> bool:
    """Whether ``path`` is relative, stays where it starts, and fits on a line of the lock."""
    inside = f"/{path}/"
    # Windows' separator, and components that are empty, `.` or `..`.
    if "\\" in path or "//" in inside or "/./" in inside or "/../" in inside:
        return False
    return path.isprintable() or re.search(_CONTROL, path) is None


def are_safe(paths: Collection[str]) -> bool:
    """Whether all ``paths`` are safe."""
    return not paths or is_safe("/ /".join(paths))  # a space between two slashes is a component like another


def _conflict(line: int, width: int) -> Finding:
    return Finding(
        codes.LOCK_CONFLICT,
        f"`{FILE}` has conflict markers",
        Span(FILE, line, 1, line, width + 1),
        "delete the marker lines, keep the lines of both sides, and run `servewright render`",
    )
