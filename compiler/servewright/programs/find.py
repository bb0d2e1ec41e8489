"""Where a program is."""

from __future__ import annotations

import os
from collections.abc import Mapping


def find_program(name: str, environment: Mapping[str, str]) -> str | None:
    """The absolute path of the first program of this name on the PATH.

    Not of a relative folder on the PATH: that would be a program that the repository under review brings along.
    """
    folders = filter(os.path.isabs, environment.get("PATH", os.defpath).split(os.pathsep))
    return next((path for path in (os.path.join(folder, name) for folder in folders) if is_program(path)), None)


def is_program(path: str) -> bool:
    """Whether there is a program at ``path``."""
    return os.path.isfile(path) and os.access(path, os.X_OK)
