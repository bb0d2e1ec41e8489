"""Another program, run so that it cannot hang, flood or outlive us."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

from servewright.hints import IO
from servewright.record import NamedTuple

_CHUNK = 64 * 1024
_ENDING = (signal.SIGTERM, signal.SIGHUP)


class Ended(NamedTuple):
    """How it ended, and what it said on its standard output; on its standard error only if that was asked for."""

    code: int
    output: bytes
    errors: bytes = b""


class EndedByUsError(Exception):
    """It was ended before it was done; the text completes "it …"."""


def run(
    command: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    *,
    seconds: float,
    most_output: int,
    given: bytes = b"",
    errors: bool = False,
) -> Ended:
    """Run ``command`` in ``folder`` with ``given`` on its standard input.

    It and what it starts are killed when it is not done after ``seconds`` or says more than ``most_output`` bytes
    (EndedByUsError), and when we are interrupted. What it says on its standard error is thrown away, since it may quote
    anything, unless ``errors`` asks for the beginning of it. OSError if it cannot be started.
    """
    deadline = time.monotonic() + seconds
    with ExitStack() as files:
        # Files, so that neither side ever waits for the other to read.
        source: int | IO[bytes] = _file(files, given) if given else subprocess.DEVNULL
        complaints = _file(files, b"") if errors else None
        process = subprocess.Popen(  # noqa: S603 - that program, and no shell
            command,
            cwd=folder,
            env=environment,
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=complaints or subprocess.DEVNULL,
            start_new_session=True,  # a process group of its own, which can be killed as a whole
        )
        code, output = _finish(process, deadline, seconds, most_output)
        if complaints is None:
            return Ended(code, output)
        complaints.seek(0)
        return Ended(code, output, complaints.read(_CHUNK))


def _finish(process: subprocess.Popen[bytes], deadline: float, seconds: float, most_output: int) -> tuple[int, bytes]:
    """Its exit code and its output; it and what it started are gone afterwards, whatever happens."""
    try:
        output = _read(process, deadline, seconds, most_output)
        try:
            return process.wait(max(0.0, deadline - time.monotonic())), output
        except subprocess.TimeoutExpired:
            raise _too_slow(seconds) from None
    finally:
        with suppress(ProcessLookupError, PermissionError):  # nobody is left, which some systems call the latter
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def _file(files: ExitStack, content: bytes) -> IO[bytes]:
    import tempfile

    file = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is one
    file.write(content)
    file.seek(0)
    return file


@contextmanager
def tidy_when_ended() -> Iterator[None]:
    """Unwind, as for Ctrl-C, when a CI system or a closed terminal ends us: nothing may be left behind."""

    def end(number: int, _: FrameType | None) -> None:
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)  # the next one must not disturb the unwinding
        raise SystemExit(128 + number)

    changed = []
    if threading.current_thread() is threading.main_thread():  # Python lets no other set them
        changed = [number for number in _ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


def _read(process: subprocess.Popen[bytes], deadline: float, seconds: float, most: int) -> bytes:
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    chunks: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as waiting:
        waiting.register(descriptor, selectors.EVENT_READ)
        while size <= most:
            left = deadline - time.monotonic()
            if left <= 0:
                raise _too_slow(seconds)
            if waiting.select(left):
                chunk = os.read(descriptor, _CHUNK)
                if not chunk:
                    return b"".join(chunks)
                chunks.append(chunk)
                size += len(chunk)
    raise EndedByUsError(f"said more than {most >> 20} MiB, and was ended")


def _too_slow(seconds: float) -> EndedByUsError:
    return EndedByUsError(f"was not done after {seconds:.0f} seconds, and was ended")
