"""What a command remembers of a repository: what it said, and the parts that it made."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.cache.fingerprint import Inputs
from servewright.cache.looks import Looks
from servewright.cache.replay import Replay, Said
from servewright.cache.run import Remembering
from servewright.cache.store import Store
from servewright.compilation import Outcome
from servewright.diagnostics.model import Diagnostic
from servewright.parts.run import Schedule
from servewright.repository import Repository
from servewright.write.files import Tree


class Memory:
    """The memory of ``command``. ``tree`` says whether it writes the output folder.

    A run about ``everything`` sees namespaces as a whole; one that is ``whole`` as well can be replayed.
    """

    def __init__(
        self,
        store: Store,
        root: str,
        repository: Repository,
        inputs: Inputs,
        command: str,
        *,
        everything: bool,
        whole: bool,
        tree: bool,
    ) -> None:
        looks = Looks(store, root)
        self._remembering = Remembering(store, root, repository, inputs, looks, texts=tree, everything=everything)
        self._replay = Replay(store, root, repository, inputs, looks, command, tree=tree) if whole else None

    def said(self) -> Said | None:
        """What the command would say, if nothing at all has changed since it last ran."""
        return self._replay.said() if self._replay is not None else None

    def compile(self, tree: Tree, schedule: Schedule) -> Outcome:
        """As ``compile_parts``, into ``tree``: what is not remembered is made by ``schedule``."""
        return self._remembering.compile(tree, schedule)

    @property
    def seen(self) -> Mapping[str, str]:
        """The output files that were read and are as they should be, with their hashes."""
        return self._remembering.seen

    def keep(self, diagnostics: tuple[Diagnostic, ...], summary: Mapping[str, int]) -> None:
        """Remember what was said."""
        if self._replay is not None:
            self._replay.keep(Said(diagnostics, summary), self._remembering.folder)
