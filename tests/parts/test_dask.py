"""A Dask cluster, real and on loopback, makes what this process makes, whatever becomes of its workers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from distributed import Client

import servewright as package
from harness import BASE, Repo, model, servewright
from parts.test_schedules import run
from servewright import Repository, render_repository
from servewright.parts import dask
from servewright.parts.dask import by_dask
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule
from test_properties import REPOSITORIES

MANY = BASE | {f"deployments/m{number:02d}.yaml": model(f"m{number:02d}", replicas=number + 1) for number in range(40)}


class Scheduler:
    """A scheduler that has no servewright, and workers of it for as long as a test needs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text())["address"]).removeprefix("tcp://")

    @contextmanager
    def workers(self, count: int, **environment: str) -> Iterator[list[subprocess.Popen[bytes]]]:
        folder = self.folder / f"workers-{time.monotonic_ns()}"
        options = ("--host=127.0.0.1", "--no-nanny", "--nthreads=1", "--no-dashboard", f"--local-directory={folder}")
        options = (*options, f"--scheduler-file={self.file}")
        with processes(*[("worker", *options)] * count, **environment) as found:
            yield found


@contextmanager
def processes(*commands: tuple[str, ...], **environment: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """``dask COMMAND`` for each, killed in the end."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *command],
                    env={**os.environ, **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        yield running
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheduler]:
    started = Scheduler(tmp_path_factory.mktemp("dask"))
    (started.folder / "without").mkdir()
    (started.folder / "without/servewright.py").write_text("")
    without = str(started.folder / "without")
    command = ("scheduler", "--host=127.0.0.1", "--port=0", "--no-dashboard", f"--scheduler-file={started.file}")
    with processes(command, PYTHONPATH=without) as [process]:
        until(lambda: started.file.exists() and started.file.read_text().endswith("}"), process)
        yield started


def until(there: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not there():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def after_the_first(schedule: Schedule, act: Callable[[], None]) -> Schedule:
    """The schedule, with something that happens when the first part is there."""

    def acting(order: Order) -> Iterator[Part]:
        for number, part in enumerate(schedule(order)):
            if number == 0:
                act()
            yield part

    return acting


def wait_for(address: str, workers: int) -> None:
    with Client(f"tcp://{address}", set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)


def test_a_cluster_makes_what_this_process_makes(
    scheduler: Scheduler, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, text in MANY.items():
        repo.write(path, text)
    repo.write("deployments/m07.yaml", MANY["deployments/m07.yaml"].replace("nvidia-gpu", "no-such-profile"))
    said: list[str] = []
    with scheduler.workers(2):
        wait_for(scheduler.address, 2)
        executor = f"--executor=dask://{scheduler.address}"
        monkeypatch.setattr(dask, "worth", lambda files: 2)  # and the first files are made here while it is found
        assert run(MANY, by_dask(scheduler.address, said.append, size=3)) == run(MANY, None)
        monkeypatch.undo()
        for files in (MANY, REPOSITORIES["examples"]):
            assert run(files, by_dask(scheduler.address, said.append, size=3)) == run(files, None)
        with Client(f"tcp://{scheduler.address}", set_as_default=False) as client:
            repository = Repository.of(MANY)
            assert render_repository(repository, client.get_executor()) == render_repository(repository)
        refused = repo.run("render", executor)
        assert (refused.code, refused) == (1, repo.run("render"))
        repo.write("deployments/m07.yaml", MANY["deployments/m07.yaml"])
        rendered = repo.run("render", executor)
        assert rendered.code == 0
        assert "written, 0 unchanged" in rendered.err
        assert repo.run("validate", SERVEWRIGHT_EXECUTOR=f"dask://{scheduler.address}") == repo.run("validate")
    assert said == []
    assert repo.run("render", "--check").code == 0


def test_a_worker_that_is_killed_loses_nothing(scheduler: Scheduler) -> None:
    said: list[str] = []
    with scheduler.workers(2) as workers:
        wait_for(scheduler.address, 2)
        cluster = by_dask(scheduler.address, said.append, size=1)
        assert run(MANY, after_the_first(cluster, workers[0].kill)) == run(MANY, None)
        assert workers[0].wait() == -9
    assert said == []  # the other worker made the rest


def test_without_any_worker_left_the_rest_is_made_here(scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "PATIENCE", 1)
    said: list[str] = []
    with scheduler.workers(2) as workers:
        wait_for(scheduler.address, 2)

        def kill() -> None:
            for worker in workers:
                worker.kill()

        cluster = by_dask(scheduler.address, said.append, size=1)
        assert run(MANY, after_the_first(cluster, kill)) == run(MANY, None)
    assert len(said) == 1
    assert said[0].endswith("what is left is compiled here")


def test_without_workers_all_is_made_here(scheduler: Scheduler, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "PATIENCE", 0.1)
    repo.deploy()
    found = repo.run("validate", f"--executor=dask://{scheduler.address}")
    first, rest = found.err.split("\n", 1)
    assert first == "note: the Dask cluster is given up (it has no workers): what is left is compiled here"
    assert found._replace(err=rest) == repo.run("validate")


def test_a_scheduler_that_dies_loses_nothing(tmp_path: Path) -> None:
    own = Scheduler(tmp_path)
    command = ("scheduler", "--host=127.0.0.1", "--port=0", "--no-dashboard", f"--scheduler-file={own.file}")
    said: list[str] = []
    with processes(command) as [process]:
        until(lambda: own.file.exists() and own.file.read_text().endswith("}"), process)
        with own.workers(1):
            wait_for(own.address, 1)
            cluster = by_dask(own.address, said.append, size=1)
            assert run(MANY, after_the_first(cluster, process.kill)) == run(MANY, None)
    assert len(said) == 1


@pytest.mark.parametrize("whole", [True, False], ids=["another", "one without this module"])
def test_a_worker_of_another_version_makes_nothing(
    scheduler: Scheduler, repo: Repo, tmp_path: Path, whole: bool
) -> None:
    source, other = Path(package.__file__).parent, tmp_path / "other/servewright"
    other.mkdir(parents=True)
    for path in source.iterdir() if whole else ():
        (other / path.name).symlink_to(path)
    (other / "__init__.py").unlink(missing_ok=True)
    text = (source / "__init__.py").read_text()
    (other / "__init__.py").write_text(text.replace(f'"{package.__version__}"', '"0.0.7"'))
    repo.deploy()
    with scheduler.workers(1, PYTHONPATH=str(other.parent)):
        wait_for(scheduler.address, 1)
        found = repo.run("render", f"--executor=dask://{scheduler.address}")
    assert found.code == 2
    assert found.err.splitlines()[0] == f"error: a worker has servewright 0.0.7, and this is {package.__version__}"
    assert not (repo.root / "rendered").exists()


def test_a_worker_without_servewright_is_told_of(scheduler: Scheduler, repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "servewright.py").write_text("")
    repo.deploy()
    with scheduler.workers(1, PYTHONPATH=str(tmp_path)):
        wait_for(scheduler.address, 1)
        found = repo.run("validate", f"--executor=dask://{scheduler.address}")
    assert found.code == 2
    assert found.err.startswith("error: a worker of the Dask cluster has no servewright\n")


@contextmanager
def listening(answer: bytes) -> Iterator[str]:
    """The address of something else that listens, and says this to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connections.append(connection)
                    connection.sendall(answer)

        connections: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for connection in connections:
                connection.close()


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_is_no_scheduler_is_refused(repo: Repo, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(dask, "CONNECT", 0.5)
    repo.deploy()
    with listening(answer) as address:
        found = repo.run("render", f"--executor=dask://{address}")
    assert found.code == 2
    assert found.err == (
        f"error: what answers at {address} is no Dask scheduler\n"
        "  = help: start one with `dask scheduler`, or correct the address\n"
    )


def test_where_no_scheduler_is_the_error_says_so(repo: Repo) -> None:
    repo.deploy()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    found = repo.run("render", f"--executor=dask://{address}")
    assert found.code == 2
    assert found.err.startswith(f"error: there is no Dask scheduler at {address}: connection refused\n")
    assert repo.run("render", "--executor=dask://nowhere.invalid:8786").code == 2


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:8786", "dask://127.0.0.1", "dask://:8786", "dask://a:0", "dask://a:65536", "dask://u@a:1", "x"],
)
def test_what_is_no_address_is_refused(repo: Repo, address: str) -> None:
    found = repo.run("render", f"--executor={address}")
    assert found.code == 2
    assert f"`{address}` is no address of a Dask scheduler: write dask://HOST:PORT" in found.err


def test_tls_is_refused(repo: Repo) -> None:
    found = repo.run("render", "--executor=tls://127.0.0.1:8786")
    assert found.code == 2
    assert "TLS to a Dask scheduler is not supported" in found.err


def test_a_cluster_or_processes_but_not_both(repo: Repo) -> None:
    found = repo.run("render", "--executor=dask://127.0.0.1:8786", "--jobs=2")
    assert found.code == 2
    assert "not allowed with argument" in found.err
    assert repo.run("validate", "--jobs=1", SERVEWRIGHT_EXECUTOR="dask://127.0.0.1:1").code == 0  # what is typed counts


def test_without_dask_the_error_says_what_to_install(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    repo.deploy()
    found = servewright("render", "--executor=dask://127.0.0.1:8786", cwd=repo.root)
    assert found.code == 2
    assert found.err == (
        "error: `--executor` needs Dask distributed, which is not installed\n"
        "  = help: run `pip install 'servewright[dask]'`\n"
    )
