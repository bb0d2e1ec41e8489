"""What a command remembers of a repository: what it said, and the parts that it made."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.cache.fingerprint import Inputs
from servewright.cache.looks import Looks
from servewright.cache.replay import Replay, Said
from servewright.cache.store import Store
from servewright.diagnostics.model import Diagnostic
from servewright.hints import TYPE_CHECKING
from servewright.repository import Repository

if TYPE_CHECKING:
    from servewright.compilation import Outcome
    from servewright.parts.run import Schedule
    from servewright.write.files import Tree


class Memory:
    """The memory of ``command``. ``tree`` says whether it writes the output folder.

    A run about ``everything`` sees namespaces as a whole; one that is ``whole`` as well can be replayed. ``seen`` are the
    output files that were read and are as they should be, with their hashes.
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
        self._about = store, root, repository, inputs, looks
        self._everything = everything
        self._tree = tree
        self._folder: str | None = None
        self._replay = Replay(*self._about, command, tree=tree) if whole else None
        self.seen: Mapping[str, str] = {}

    def said(self) -> Said | None:
        """What the command would say, if nothing at all has changed since it last ran."""
        return self._replay.said() if self._replay is not None else None

    def compile(self, tree: Tree, schedule: Schedule) -> Outcome:
        """As ``compile_parts``, into ``tree``: what is not remembered is made by ``schedule``."""
        from servewright.cache.run import Remembering  # the compiler is a good part of a run that has nothing to do

        remembering = Remembering(*self._about, texts=self._tree, everything=self._everything)
        outcome = remembering.compile(tree, schedule)
        self.seen, self._folder = remembering.seen, remembering.folder
        return outcome

    def keep(self, diagnostics: tuple[Diagnostic, ...], summary: Mapping[str, int]) -> None:
        """Remember what was said."""
        if self._replay is not None:
            self._replay.keep(Said(diagnostics, summary), self._folder)
