"""What a second process gains, and a second worker; every byte is compared."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from processes import Place, install
from report import Data, Figure, Goal, figures

COUNT = 10_000
_PATIENCE = 60  # seconds for a scheduler and its workers to be ready


def measure_jobs(place: Place) -> Data:
    """One process and two."""
    fleet = place.fleet(place.count(COUNT))
    rounds: Data = defaultdict(list)
    for _ in range(place.rounds):
        one = place.render(fleet, "--jobs", "1")
        tree = _digest(fleet)
        two = place.render(fleet, "--jobs", "2")
        _same(tree, _digest(fleet), "--jobs 2")
        rounds["wall"].append(one.wall / two.wall)
        rounds["cpu"].append(two.cpu / one.cpu)
    return rounds


def measure_dask(place: Place) -> Data:
    """One process, and two workers of a Dask cluster on this machine."""
    python = install(os.path.join(place.venvs, "dask"), "dask")
    place = Place(python, place.folder, place.venvs, rounds=place.rounds, scale=place.scale)
    fleet = place.fleet(place.count(COUNT))
    rounds: Data = defaultdict(list)
    with _cluster(place) as address:
        for _ in range(place.rounds):
            one = place.render(fleet, "--jobs", "1")
            tree = _digest(fleet)
            two = place.render(fleet, "--executor", address)
            _same(tree, _digest(fleet), "Dask")
            rounds["wall"].append(one.wall / two.wall)
    return rounds


@contextmanager
def _cluster(place: Place) -> Iterator[str]:
    """A scheduler and two workers; the address that --executor takes."""
    dask = os.path.join(os.path.dirname(place.python), "dask")
    if not os.path.exists(dask):
        sys.exit("servewright[dask] brings no Dask\nmeasure without it: --without dask")
    file = os.path.join(place.folder, "scheduler.json")
    scheduler = [dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file]
    worker = [dask, "worker", "--scheduler-file", file, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard"]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in (scheduler, worker, worker):
            started.append(
                subprocess.Popen(
                    command,
                    cwd=place.folder,
                    env=place.environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            if command is scheduler:
                address = _wait_for(file)
        _wait_for_workers(place, address)
        yield address.replace("tcp://", "dask://")
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait()


def _wait_for(file: str) -> str:
    """The scheduler's address, once it has said so."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            with open(file, encoding="utf-8") as text:
                return str(json.load(text)["address"])
        except (FileNotFoundError, ValueError):
            time.sleep(0.2)
    sys.exit("the Dask scheduler did not start")


def _wait_for_workers(place: Place, address: str) -> None:
    code = f"from distributed import Client; Client({address!r}).wait_for_workers(2, timeout={_PATIENCE}); print(1)"
    place.answer(code, folder=place.folder)


def _digest(fleet: str) -> str:
    """All that was rendered, paths and bytes."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(os.path.join(fleet, "rendered")):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                digest.update(f"\0{os.path.relpath(path, fleet)}\0".encode() + file.read())
    with open(os.path.join(fleet, "servewright.lock"), "rb") as file:
        digest.update(file.read())
    return digest.hexdigest()


def _same(one: str, other: str, what: str) -> None:
    if one != other:
        sys.exit(f"{what} gives other bytes than one process")


def tables_jobs(data: Data) -> str:
    """The table of processes."""
    return figures(
        [
            Figure("one process: wall / two processes", data["wall"], Goal(1.6, at_least=True)),
            Figure("two processes: CPU / one process", data["cpu"]),
        ]
    )


def tables_dask(data: Data) -> str:
    """The table of workers."""
    return figures([Figure("one process: wall / Dask with two workers", data["wall"], Goal(1.3, at_least=True))])
