"""A bar for who waits at a terminal, gone in the end; not a byte of it for anybody else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness import Repo

# The command with a slower compiler, half a second for every file; and with a bar that waits longer than that.
SLOW = """
import time
from servewright.parts import run
compile_file = run.compile_file
def slowly(source, prepared):
    time.sleep(0.5)
    return compile_file(source, prepared)
run.compile_file = slowly
"""
PATIENT = """
from servewright.cli import progress
progress._QUIET = 600
"""
START = """
import sys
from servewright.__main__ import entry
sys.argv = ["servewright", *sys.argv[1:]]
entry()
"""


def command(root: Path, *arguments: str, terminal: bool, slow: bool = True, **environment: str) -> tuple[str, str]:
    """What ``servewright ARGUMENTS`` prints: to a terminal or pipe that is stderr, and to stdout."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("SERVEWRIGHT_") and key != "CI"}
    variables |= {"TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path)} | environment
    reader, writer = os.openpty() if terminal else os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", (SLOW if slow else PATIENT) + START, *arguments],
        cwd=root,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=writer,
    ) as process:
        os.close(writer)
        printed = b""
        while True:
            try:
                piece = os.read(reader, 65536)
            except OSError:  # how Linux says that the other end of a terminal is closed
                break
            if not piece:
                break
            printed += piece
        os.close(reader)
        assert process.stdout is not None
        out = process.stdout.read().decode()
        assert process.wait(timeout=60) == 0, printed
    return printed.decode().replace("\r\n", "\n"), out


def screen(printed: str) -> list[str]:
    """The lines that are left on a terminal that knows a carriage return and how to erase the rest of a line."""
    lines = []
    for line in printed.split("\n"):
        cells: list[str] = []
        at = 0
        for token in re.findall(r"\x1b\[K|\x1b\[[0-9;]*m|\r|.", line):
            if token == "\r":
                at = 0
            elif token == "\x1b[K":
                del cells[at:]
            elif len(token) == 1:
                cells[at : at + 1] = token
                at += 1
        lines.append("".join(cells))
    return lines


@pytest.fixture
def repo(repo: Repo) -> Repo:
    for number in range(3):
        repo.deploy(name=f"m{number}")
    return repo


BAR = re.compile(r"\r\x1b\[K[━╌]{24} [1-4] of 4 files, [0-9]+/s")
WRITTEN = r"; [0-9]+ files: .*"  # it was written the first time
TIME = re.compile(r"[0-9] deleted \([0-9]+\.[0-9]{2} s\)$")


def test_who_waits_at_a_terminal_sees_a_bar_that_leaves_no_trace(repo: Repo) -> None:
    plain, _ = command(repo.root, "render", terminal=False)
    shown, _ = command(repo.root, "render", terminal=True, NO_COLOR="1")
    bars = BAR.findall(shown)
    assert 1 <= len(bars) <= 4
    assert "━" in bars[-1]
    left = screen(shown)
    assert TIME.search(left[-2])
    # Else the screen is what a pipe gets, which has neither bar nor time.
    assert [re.sub(WRITTEN, "", line) for line in left] == [re.sub(WRITTEN, "", line) for line in plain.split("\n")]
    assert not re.search(r"[\r\x1b━╌]|/s|[0-9] s\)", plain)


@pytest.mark.parametrize("why", [{"CI": "true"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_that_keeps_a_log_gets_neither_bar_nor_time(repo: Repo, why: dict[str, str]) -> None:
    shown, _ = command(repo.root, "validate", terminal=True, NO_COLOR="1", **why)
    assert not re.search(r"[\r\x1b━╌]|/s|[0-9] s\)", shown)


def test_a_run_that_is_soon_over_shows_no_bar(repo: Repo) -> None:
    shown, _ = command(repo.root, "validate", terminal=True, slow=False, NO_COLOR="1")
    assert not re.search(r"[\r\x1b━╌]|/s", shown)
    assert re.search(r" \([0-9]+\.[0-9]{2} s\)\n$", shown)


def test_what_goes_to_stdout_is_the_same(repo: Repo) -> None:
    shown, out = command(repo.root, "render", "--stdout", terminal=True)
    assert BAR.search(shown)
    assert out == command(repo.root, "render", "--stdout", terminal=False, slow=False)[1]
