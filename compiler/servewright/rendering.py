"""A repository rendered in memory, for programs that use servewright as a library."""

from __future__ import annotations

from collections.abc import Mapping

from servewright.diagnostics.finish import in_order
from servewright.diagnostics.model import Diagnostic
from servewright.hints import TYPE_CHECKING
from servewright.parts.run import compile_parts
from servewright.record import NamedTuple
from servewright.repository import Repository
from servewright.write.files import Tree

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Rendering(NamedTuple):
    """What a repository is rendered to: the text of each file, by its path below the output folder.

    With any error there are no files, since none is to be written.
    """

    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]
    deployments: int
    objects: int

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)


def render_repository(repository: Repository, executor: Executor | None = None) -> Rendering:
    """Render every deployment and connection of ``repository``, and cross-check them.

    The work is done here, or by any ``executor`` of the standard's kind, whose workers need this same servewright
    (``parts.run.ScheduleError`` if they have another); the result is the same. The executor stays the caller's. What it
    loses, such as the work of a process that is killed, is made here.
    """
    schedule = None
    if executor is not None:
        from servewright.parts.chunks import by_executor

        schedule = by_executor(executor)
    tree = Tree()
    outcome = compile_parts(repository, tree.take, schedule=schedule)
    diagnostics = in_order((*outcome.diagnostics, *tree.diagnostics(outcome)))
    failed = any(diagnostic.severity == "error" for diagnostic in diagnostics)
    return Rendering({} if failed else tree.files(), diagnostics, outcome.deployments, tree.objects)
