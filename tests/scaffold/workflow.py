"""Runs the steps of a workflow as the runner of GitHub Actions would, but for those that are actions of others."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_ROOT = Path(__file__).parents[2]
_SOURCES = (
    ".pre-commit-hooks.yaml",
    "action.yml",
    "compiler",
    "LICENSE",
    "NOTICE",
    "pyproject.toml",
    "README.md",
    "schemas",
    "templates",
)

# How the runner starts what a step runs: without a shell given, with bash, and with Python.
_SHELLS: dict[str | None, tuple[str, ...]] = {
    None: ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
    "python": (sys.executable,),
}


# What says where packages come from, and how that place is trusted.
_PACKAGE_INDEX = re.compile(r"PIP_\w+|SSL_CERT_\w+|\w+_CA_BUNDLE|(?i:\w+_proxy)")


class Ran(NamedTuple):
    """What became of a step: ``code`` is None for one that was left out by its condition."""

    code: int | None
    out: str


def copy_project(folder: Path) -> Path:
    """Copy what the project is installed from to a new folder, and return that."""
    folder.mkdir()
    for name in _SOURCES:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "sources"))
        else:
            shutil.copy(_ROOT / name, folder / name)
    return folder


def bare_path(folder: Path) -> str:
    """A PATH with this Python and what a system has, and with no servewright; ``folder`` is made for it."""
    folder.mkdir()
    (folder / "python3").symlink_to(Path(sys.executable).resolve())
    return f"{folder}:/usr/local/bin:/usr/bin:/bin"


class State(NamedTuple):
    """How a job stands: whether a step failed, and what became of those that have an id."""

    failed: bool
    outcomes: Mapping[str, str]


class Job(NamedTuple):
    """A job, or a composite action: its steps, and what their conditions and expressions mean here."""

    steps: list[dict[str, Any]]
    conditions: Mapping[str, Callable[[State], bool]]
    expressions: Mapping[str, str]

    def run(self, cwd: Path, environment: Mapping[str, str]) -> dict[str, Ran]:
        """Run the steps in order, each in its shell; what became of them, by name. A new condition fails the test."""
        ran: dict[str, Ran] = {}
        outcomes: dict[str, str] = {}
        failed = False
        for number, step in enumerate(self.steps):
            wanted = self.conditions[step["if"]](State(failed, outcomes)) if "if" in step else not failed
            if "run" not in step:
                continue
            if not wanted:
                ran[step["name"]] = Ran(None, "")
                outcomes[step.get("id", "")] = "skipped"
                continue
            script = Path(environment["RUNNER_TEMP"]) / f"step-{number}"
            script.write_text(step["run"], encoding="utf-8")
            own = {key: self._value(value) for key, value in step.get("env", {}).items()}
            done = subprocess.run(
                [*_SHELLS[step.get("shell")], str(script)],
                cwd=cwd,
                env={**environment, **own},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            )
            ran[step["name"]] = Ran(done.returncode, done.stdout)
            outcomes[step.get("id", "")] = "failure" if done.returncode else "success"
            failed = failed or done.returncode != 0
        return ran

    def _value(self, value: str) -> str:
        return self.expressions[value] if "${{" in value else value


def load(path: Path) -> dict[str, Any]:
    """A workflow or an action. ``on:`` is a key like others, whatever YAML 1.1 says."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # type: ignore[no-any-return]


def texts(node: Any) -> Iterator[str]:
    """Every string in a document."""
    if isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    else:
        yield node


def clean_environment(home: Path) -> dict[str, str]:
    """An environment like that of a new machine: this Python and its servewright, an empty home, Git with a name."""
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        **{key: value for key, value in os.environ.items() if _PACKAGE_INDEX.fullmatch(key)},
    }


class Clone:
    """A Git repository in a folder, with an environment that is not this user's."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self.environment = clean_environment(home)

    def run(self, *command: str, code: int = 0) -> str:
        """Run a program in it, which must end with ``code``; what it printed."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def commit(self, message: str = "Change") -> None:
        """Commit everything that is in the folder."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)
