"""The library renders what the command renders, by whatever executor."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from harness import BASE, Repo, model, tree
from parts.test_schedules import Posted
from servewright import Repository, render_repository
from servewright.parts import chunks
from servewright.parts.run import ScheduleError

FILES = BASE | {f"deployments/m{number:03d}.yaml": model(f"m{number:03d}") for number in range(300)}


def test_it_is_what_the_command_writes(repo: Repo) -> None:
    repo.deploy(replicas=2)
    repo.render()
    rendering = render_repository(Repository.of({**BASE, "deployments/m.yaml": model("m", replicas=2)}))
    assert rendering.files == tree(repo.root / "rendered")
    assert (rendering.deployments, rendering.failed) == (1, False)


@pytest.mark.parametrize(
    "executor",
    [Posted(), ThreadPoolExecutor(4), ProcessPoolExecutor(2, get_context("spawn"))],
    ids=["posted", "threads", "processes"],
)
def test_any_executor_gives_the_same(executor: Executor) -> None:
    with executor:
        assert render_repository(Repository.of(FILES), executor) == render_repository(Repository.of(FILES))


def test_with_an_error_there_is_nothing_to_write() -> None:
    rendering = render_repository(Repository.of({**FILES, "deployments/m007.yaml": model("m007", replicas=0)}))
    assert rendering.failed
    assert rendering.files == {}


class Cancelling(Executor):
    """Cancels everything, as one that was shut down by somebody else."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        assert future.cancel()
        return future


def test_what_an_executor_gives_up_on_is_made_here() -> None:
    assert render_repository(Repository.of(FILES), Cancelling()) == render_repository(Repository.of(FILES))


def test_a_worker_of_another_version_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(Posted):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            with monkeypatch.context() as there:
                there.setattr(chunks, "__version__", "0.0.7")
                return super().submit(fn, *args, **kwargs)

    with pytest.raises(ScheduleError, match=r"a worker has servewright 0\.0\.7, and this is "):
        render_repository(Repository.of(FILES), Other())
