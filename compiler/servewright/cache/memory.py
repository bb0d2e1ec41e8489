"""What a command remembers of a repository: what it said, and the parts that it made."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.cache.parts import Remembering
from servewright.cache.replay import Replay, Said
from servewright.cache.store import Store
from servewright.diagnostics.model import Diagnostic
from servewright.parts.run import Schedule
from servewright.repository import Repository


class Memory:
    """The memory of ``command``. ``whole`` runs can be replayed; ``tree`` says whether they write the output folder."""

    def __init__(
        self, store: Store, root: str, repository: Repository, command: str, *, whole: bool, tree: bool
    ) -> None:
        self._store = store
        self._root = root
        self._replay = Replay(store, root, repository, command, tree=tree) if whole else None
        self._remembering: Remembering | None = None

    def said(self) -> Said | None:
        """What the command would say, if nothing at all has changed since it last ran."""
        return self._replay.said() if self._replay is not None else None

    def schedule(self, inner: Schedule) -> Schedule:
        """The schedule that makes by ``inner`` what is not remembered."""
        self._remembering = Remembering(self._store, self._root, inner)
        return self._remembering

    @property
    def seen(self) -> Mapping[str, str]:
        """The output files that were read and are as they should be, with their hashes."""
        return self._remembering.seen if self._remembering is not None else {}

    def keep(self, diagnostics: tuple[Diagnostic, ...], summary: Mapping[str, int]) -> None:
        """Remember what was said."""
        if self._replay is not None:
            self._replay.keep(Said(diagnostics, summary))
