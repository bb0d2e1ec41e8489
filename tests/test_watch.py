"""``render --watch`` renders again when an input is saved, and only then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness import Repo, model, project, servewright

OUTPUT = "rendered/demo/deployments/m.yaml"


class Watching:
    """A running ``servewright render --watch``."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    def printed(self) -> str:
        return self._log.read_text()

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not true():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.02)

    def until_printed(self, text: str) -> None:
        self.until(lambda: text in self.printed())


@contextmanager
def watching(repo: Repo, *arguments: str) -> Iterator[Watching]:
    log = repo.root.parent / "log"
    variables = {key: value for key, value in os.environ.items() if not key.startswith("SERVEWRIGHT_")}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "servewright", "render", "--watch", *arguments],
            cwd=repo.root,
            env={**variables, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
            # Whoever runs the tests in the background has them ignore it, and so would this.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        try:
            running = Watching(process, log)
            running.until_printed("--- watching for changes; Ctrl-C ends\n")
            yield running
        finally:
            process.kill()
            process.wait()


def test_a_save_is_rendered_until_ctrl_c(repo: Repo) -> None:
    repo.deploy(replicas=1)
    output = repo.root / OUTPUT
    with watching(repo) as running:
        assert "minReplicas: 1" in output.read_text()
        repo.deploy(replicas=2)
        running.until(lambda: "minReplicas: 2" in output.read_text())
        running.until_printed("--- deployments/m.yaml changed\n")
        # A broken spec, and then a broken Project, are reported, and end nothing.
        repo.write("deployments/m.yaml", model("m", replicas=0))
        running.until_printed("found 1 error")
        assert "minReplicas: 2" in output.read_text()
        repo.write("servewright.yaml", "kind: [")
        running.until_printed("--- servewright.yaml changed\nerror[")
        repo.deploy(replicas=3)
        repo.write("servewright.yaml", project())
        running.until(lambda: "minReplicas: 3" in output.read_text())
        (repo.root / "deployments/m.yaml").unlink()
        repo.deploy(name="n")
        running.until(lambda: not output.exists())
        running.until(lambda: running.printed().endswith("deleted\n"))
        before = running.printed()
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(timeout=60) == 0
        assert running.printed() == before


def test_what_changes_nothing_renders_nothing(repo: Repo) -> None:
    repo.deploy(replicas=1)
    with watching(repo) as running:
        before = running.printed()
        (repo.root / OUTPUT).write_text("# by hand\n")
        (repo.root / "deployments/.m.yaml.swp").write_text("x")
        (repo.root / "deployments/4913").write_text("")
        (repo.root / "README.md").write_text("x")
        (repo.root / "deployments/m.yaml").touch()
        repo.deploy(name="n")  # and this is seen after all of those
        running.until_printed("--- deployments/n.yaml changed\n")
        assert running.printed().startswith(f"{before}--- deployments/n.yaml changed\n")


def test_a_folder_behind_a_link_is_watched_where_it_is(repo: Repo) -> None:
    (repo.root / "deployments").rename(repo.root / "models")
    (repo.root / "deployments").symlink_to("models")
    repo.write("models/m.yaml", model("m", replicas=1))
    with watching(repo) as running:
        repo.write("models/m.yaml", model("m", replicas=2))
        running.until(lambda: "minReplicas: 2" in (repo.root / OUTPUT).read_text())


def test_a_path_that_is_gone_ends_nothing(repo: Repo) -> None:
    repo.deploy(replicas=1)
    with watching(repo, "deployments/m.yaml") as running:
        (repo.root / "deployments/m.yaml").unlink()
        running.until_printed("holds no ModelDeployment or Connection of this repository")
        repo.deploy(replicas=2)
        running.until(lambda: "minReplicas: 2" in (repo.root / OUTPUT).read_text())


@pytest.mark.parametrize("other", ["--check", "--stdout", "--shard=1/2"])
def test_it_is_not_for_what_is_done_once(repo: Repo, other: str) -> None:
    found = repo.run("render", "--watch", other)
    assert found.code == 2
    assert "not allowed with argument" in found.err


def test_without_watchfiles_the_error_says_what_to_install(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    repo.deploy()
    found = servewright("render", "--watch", cwd=repo.root)
    assert found.code == 2
    assert found.err == (
        "error: `--watch` needs watchfiles, which is not installed\n  = help: run `pip install 'servewright[watch]'`\n"
    )
    assert not (repo.root / "rendered").exists()


def test_without_a_project_there_is_nothing_to_watch(tmp_path: Path) -> None:
    assert servewright("render", "--watch", cwd=tmp_path).code == 2
