"""Programs that stand in for kubeconform and misbehave."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SUMMARY = {"valid": 0, "invalid": 0, "errors": 0, "skipped": 0}


def program(folder: Path, body: str) -> str:
    """The path of an executable Python script."""
    path = folder / "kubeconform"
    path.write_text(f"#!{sys.executable} -S\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def answering(folder: Path, *, code: int = 0, resources: list[dict[str, Any]] | None = None, **counts: int) -> str:
    """A program that gives this answer, whatever it is asked."""
    answer = json.dumps({"resources": resources or [], "summary": {**SUMMARY, **counts}})
    return program(folder, f"import sys\nsys.stdout.write({answer!r})\nsys.exit({code})")


def wait_for(what: Callable[[], bool]) -> None:
    """Until it is so; the test fails after a minute."""
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether a process is there and is not one that only waits to be collected by its parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")
