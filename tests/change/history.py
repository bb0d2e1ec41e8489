"""A repository in Git: the verbs of :class:`harness.Repo`, commits, and ``servewright diff`` as JSON."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness import Repo, Run, servewright

# Nobody's configuration, and the same author and time for everybody.
GIT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


def git(folder: Path, *arguments: str, given: str | None = None) -> str:
    """Run Git; its failure fails the test."""
    run = subprocess.run(["git", *arguments], cwd=folder, env=GIT, capture_output=True, text=True, input=given)
    assert run.returncode == 0, run.stderr
    return run.stdout


class History(Repo):
    """A repository whose folder is the root of a Git work tree, or below it."""

    def __init__(
        self, root: Path, files: Mapping[str, str] | None = None, *, top: Path | None = None, hash_name: str = "sha1"
    ) -> None:
        super().__init__(root, files)
        self.top = top or root
        git(self.top, "init", "-q", "-b", "main", f"--object-format={hash_name}")

    def git(self, *arguments: str) -> str:
        return git(self.top, *arguments)

    def commit(self, message: str = "change") -> str:
        """Commit everything; the commit's hash."""
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def ask(self, *arguments: str, **environment: str) -> Run:
        """``servewright diff``."""
        keep = {name: value for name, value in GIT.items() if name.startswith("GIT_CONFIG") or name == "HOME"}
        return servewright("diff", "--format", "json", *arguments, cwd=self.root, env={**keep, **environment})

    def diff(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """The report; the exit code must be ``code``."""
        run = self.ask(*arguments)
        assert run.code == code, run.out + run.err
        report: dict[str, Any] = json.loads(run.out)
        return report


def changes(report: dict[str, Any]) -> list[str]:
    """The deployments of a report, each as ``changed demo/m``."""
    return [f"{item['change']} {item['namespace']}/{item['name']}" for item in report["deployments"]]


def fields(report: dict[str, Any], name: str) -> dict[str, tuple[Any, Any]]:
    """The fields of a deployment that differ, by path: what they were and what they are."""
    (found,) = [item for item in report["deployments"] if item["name"] == name]
    return {field["path"]: (field["from"], field["to"]) for item in found["objects"] for field in item["fields"]}
