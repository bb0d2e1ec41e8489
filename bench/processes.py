"""Processes that are measured: what one costs, in an environment of its own."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from fleet import write_fleet

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STARTS = 5  # short processes are noisy, so each round starts several

# Without .pyc files a package compiles itself at each start.
_COMPILE = """
import compileall, os, servewright, yaml
for package in (servewright, yaml):
    compileall.compile_dir(os.path.dirname(package.__file__), quiet=2)
"""


class Cost(NamedTuple):
    """Seconds of a process and of those that it started, and the most memory that one of them held (MiB)."""

    cpu: float
    wall: float
    memory: float


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each."""
    return Cost(*(statistics.median(values) for values in zip(*costs, strict=True)))


def install(folder: str, extra: str = "") -> str:
    """A virtual environment with servewright as users have it: a wheel, compiled; the path of its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = os.path.join(folder, "bin", "python")
    what = REPOSITORY + (f"[{extra}]" if extra else "")
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", what], check=True)
    return python


class Place:
    """Where things are measured: an installed servewright, and a folder with fleets that are made when first asked for.

    The environment has a home, so that there is a cache, and does not say that this is continuous integration. Nothing
    that can be run is in ``folder``, since some memory disks forbid that: it is in ``venvs``.
    """

    def __init__(
        self,
        python: str,
        folder: str,
        venvs: str,
        *,
        rounds: int,
        scale: int = 1,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.python = os.path.abspath(python)
        self.command = os.path.join(os.path.dirname(self.python), "servewright")
        self.folder = folder
        self.venvs = venvs
        self.rounds = rounds
        self.without = without
        self.scale = scale
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8"}
        self._specs: dict[str, list[str]] = {}
        subprocess.run([self.python, "-c", _COMPILE], env=self.environment, check=True)

    def count(self, deployments: int) -> int:
        """So many deployments, or fewer in a quick run."""
        return max(1, deployments // self.scale)

    def fleet(self, count: int, *, limited: bool = False) -> str:
        """The folder of a fleet of ``count`` deployments."""
        folder = os.path.join(self.folder, f"{'limited-' if limited else ''}{count}")
        if folder not in self._specs:
            # Elsewhere: a process that is measured starts with as much memory as the one that starts it has.
            with ProcessPoolExecutor(1) as maker:
                self._specs[folder] = maker.submit(write_fleet, folder, count, limited=limited).result()
        return folder

    def specs(self, fleet: str) -> list[str]:
        """The paths of a fleet's specs."""
        return self._specs[fleet]

    def run(self, *arguments: str, folder: str, environment: dict[str, str] | None = None) -> Cost:
        """The cost of one process, started in ``folder``; its failure ends the run."""
        with open(os.path.join(self.folder, "output"), "wb") as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                arguments, cwd=folder, env=self.environment | (environment or {}), stdout=output, stderr=output
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            with open(os.path.join(self.folder, "output"), encoding="utf-8", errors="replace") as output_file:
                sys.exit(f"{' '.join(arguments)} failed with {process.returncode}:\n{output_file.read()[-3000:]}")
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)

    def starts(self, *arguments: str, folder: str) -> Cost:
        """The median of several starts."""
        return median([self.run(*arguments, folder=folder) for _ in range(STARTS)])

    def servewright(self, *arguments: str, fleet: str) -> Cost:
        """The cost of a command in a fleet."""
        return self.run(self.command, *arguments, folder=fleet)

    def answer(self, code: str, *, folder: str, text: str = "") -> float:
        """The number that a program in Python prints."""
        result = subprocess.run(
            [self.python, "-c", code],
            input=text, cwd=folder, env=self.environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(result.stdout)

    def render(self, fleet: str, *options: str) -> Cost:
        """Render into a fresh tree, from scratch."""
        self.clear(fleet)
        return self.servewright("render", "--no-cache", *options, fleet=fleet)

    def clear(self, fleet: str) -> None:
        """Remove what was rendered and remembered."""
        for name in ("rendered", ".servewright"):
            shutil.rmtree(os.path.join(fleet, name), ignore_errors=True)
        lock = os.path.join(fleet, "servewright.lock")
        if os.path.exists(lock):
            os.unlink(lock)
