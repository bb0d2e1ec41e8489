"""Adds files to a folder that may hold others: nothing that is there is ever changed, nothing outside is ever touched."""

from __future__ import annotations

import os
from collections.abc import Mapping

from servewright.record import NamedTuple
from servewright.write import disk


class Additions(NamedTuple):
    """What adding files to ``root`` means: those that are new, those that are there with another text.

    ``obstacles`` says of each path what stands in the way of a file; with any, nothing is to be written.
    """

    root: str
    new: Mapping[str, str]
    kept: tuple[str, ...]
    obstacles: Mapping[str, str]
    folders: tuple[str, ...]


def plan_additions(root: str, files: Mapping[str, str]) -> Additions:
    """Compare ``files`` (path to text) with what is below the folder ``root``, which need not be there."""
    folders = disk.Folders(root)
    new: dict[str, str] = {}
    kept: list[str] = []
    obstacles: dict[str, str] = {}
    for path, text in files.items():
        there = folders.read(path)
        if isinstance(there, disk.Obstacle):
            obstacles[path] = there.what
        elif there is None:
            new[path] = text
        elif there != text.encode():
            kept.append(path)
    obstacles |= {folder: obstacle.what for folder, obstacle in folders.obstacles.items()}
    return Additions(root, new, tuple(kept), obstacles, folders.missing())


def add(additions: Additions) -> None:
    """Write the new files. OSError as it comes; every file is whole then, or not there."""
    if additions.obstacles:
        raise ValueError("files in the way must not be written over")
    os.makedirs(additions.root, exist_ok=True)
    disk.make_folders(additions.root, additions.folders)
    for path, text in additions.new.items():
        disk.create(f"{additions.root}/{path}", text.encode())
