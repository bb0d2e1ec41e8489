"""Processes that are started, waited for, and always stopped."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

_GRACE: Final = 10.0  # seconds for a clean end, before SIGKILL
_LOG_TAIL: Final = 20  # lines
_LOG_WIDTH: Final = 500


class ProcessError(RuntimeError):
    """A process ended, or did not become ready; the message ends with the last of its log."""


class Process(NamedTuple):
    """One running program."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    def tail(self) -> str:
        """The last lines that it printed."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {self.name}: {line[:_LOG_WIDTH]}" for line in lines[-_LOG_TAIL:])


class Processes:
    """Starts programs, with one log file each in ``folder``; leaving the context stops them, last one first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._running:
            self.stop(self._running[-1])

    def start(self, name: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Process:
        """Start a program with an environment of nothing but ``env``."""
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [str(part) for part in command],
                env=dict(env or {}),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the tests: they end the programs, in order.
                start_new_session=True,
            )
        process = Process(name, popen, log)
        self._running.append(process)
        return process

    def stop(self, process: Process, grace: float = _GRACE) -> None:
        """Stop one program and wait for its end; it is killed unless it ends within ``grace`` seconds."""
        process.popen.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.popen.wait(grace)
        process.popen.kill()
        process.popen.wait()
        self._running.remove(process)

    def wait(self, what: str, ready: Callable[[], bool], *, timeout: float = 60.0) -> None:
        """Return as soon as ``ready``; a :class:`ProcessError` if a program ends before, or after ``timeout`` seconds."""
        limit = time.monotonic() + timeout
        while not ready():
            for process in self._running:
                if process.popen.poll() is not None:
                    raise ProcessError(f"{process.name} ended ({process.popen.returncode})\n{process.tail()}")
            if time.monotonic() > limit:
                tails = "\n".join(process.tail() for process in self._running)
                raise ProcessError(f"not so after {timeout:.0f} s: {what}\n{tails}")
            time.sleep(0.1)


def listens(port: int) -> bool:
    """Whether something accepts connections on that port of loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
