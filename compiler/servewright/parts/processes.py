"""Several processes of this machine: how many are worth it, and how they come to be."""

from __future__ import annotations

import os
import sys

from servewright.parts.run import Schedule

# macOS has fork, but its own libraries may not survive it (CPython's documentation of multiprocessing).
COPIES = hasattr(os, "fork") and sys.platform != "darwin"
# Files that keep a process busy for a few times as long as it takes to start it.
_WORTH_A_PROCESS = 100 if COPIES else 1000


def by_processes(jobs: int) -> Schedule:
    """The schedule of ``jobs`` processes, which end with it."""
    if COPIES:
        from servewright.parts.copies import by_copies

        return by_copies(jobs)
    from servewright.parts.pool import by_pool  # which loads what Python has for processes: 11 ms

    return by_pool(jobs)


def worth(files: int) -> int:
    """How many processes so many files are worth, of those that this machine has room for."""
    wanted = files // _WORTH_A_PROCESS
    return min(wanted, available()) if wanted > 1 else 1


def available() -> int:
    """How many processors this process may use: those of the machine, of its mask, and of its control group."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        count = os.cpu_count() or 1
    return max(1, min(count, _quota("/sys/fs/cgroup/cpu.max") or count))


def _quota(path: str) -> int | None:
    """Processors that the control group (version 2) grants, rounded up; None without a limit."""
    try:
        with open(path, encoding="ascii") as file:
            quota, period = file.read().split()
        return None if quota == "max" else -(-int(quota) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None
