"""What the last run said, when everything is as that run left it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from servewright.cache.fingerprint import Inputs
from servewright.cache.looks import Looks
from servewright.cache.store import Store
from servewright.diagnostics.model import Diagnostic, Related, Span
from servewright.hints import Any
from servewright.record import NamedTuple
from servewright.repository import Repository
from servewright.write import disk, lock


class Said(NamedTuple):
    """The findings of a run, and its counts."""

    diagnostics: tuple[Diagnostic, ...]
    summary: Mapping[str, int]


class Replay:
    """The record of a command's last run over a repository; ``tree`` says whether the output folder counts."""

    def __init__(
        self, store: Store, root: str, repository: Repository, inputs: Inputs, looks: Looks, command: str, *, tree: bool
    ) -> None:
        self._store = store
        self._root = root
        self._name = f"run-{command}"
        self._looks = looks
        self._tree = tree
        # A file that could not be read may be readable now.
        self._run = None if repository.findings else inputs.run()

    def said(self) -> Said | None:
        """What was said, if the inputs are the same and the output is as the lock lists it."""
        content = self._store.read(self._name) if self._run is not None else None
        if content is None:
            return None
        run, lock_hash, output, diagnostics, summary = json.loads(content)
        if run != self._run or (self._tree and not self._is_as_left(lock_hash, output)):
            return None
        return Said(tuple(map(_diagnostic, diagnostics)), summary)

    def keep(self, said: Said, output: str | None) -> None:
        """Record what was said; for a tree, once it is written below the folder ``output``."""
        if self._run is None:
            return
        lock_hash = ""
        if self._tree and output is not None and isinstance(locked := disk.read(f"{self._root}/{lock.FILE}"), bytes):
            lock_hash = lock.hash_of(locked)
            self._looks.keep(locked.decode(), output)
        content = json.dumps([self._run, lock_hash, output, said.diagnostics, said.summary], separators=(",", ":"))
        self._store.write(self._name, content.encode("utf-8", "surrogatepass"))

    def _is_as_left(self, lock_hash: str, output: str) -> bool:
        content = disk.read(f"{self._root}/{lock.FILE}")
        if not isinstance(content, bytes) or lock.hash_of(content) != lock_hash:
            return False
        text = content.decode()  # it is the lock that we wrote
        if not all(map(self._looks.are_right, lock.blocks(text, output))):
            return False
        self._looks.keep(text, output)
        return True


def _diagnostic(plain: Sequence[Any]) -> Diagnostic:
    code, slug, severity, message, help_text, span, related, about_object, field, about = plain
    return Diagnostic(
        code,
        slug,
        severity,
        message,
        help_text,
        _span(span),
        tuple(Related(text, _span(place)) for text, place in related),
        about_object,
        field,
        tuple(about),
    )


def _span(plain: Sequence[Any] | None) -> Span | None:
    return None if plain is None else Span(*plain)
