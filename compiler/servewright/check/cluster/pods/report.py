"""What all rules about pods need: how to say that something is wrong, and the names that they compare with."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final

_PORT_NAME: Final = r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?"


def bad(path: Path, words: str) -> Violation:
    """A rule of pod validation does not hold at ``path``."""
    return Violation(path, "pod", words)


def one_of(value: Any, allowed: Collection[str], path: Path) -> Iterator[Violation]:
    """``value`` must be one of ``allowed``; what is absent or empty gets a default elsewhere."""
    if value not in (None, "") and value not in allowed:
        yield bad(path, f"must be one of {', '.join(f'`{item}`' for item in allowed)}")


def port_problem(port: Any) -> str | None:
    """Why ``port`` is neither a port number nor the name of a port (ValidatePortNumOrName)."""
    if isinstance(port, str):
        return port_name_problem(port)
    if isinstance(port, int) and not isinstance(port, bool) and not 1 <= port <= 65535:
        return "must be between 1 and 65535"
    return None


def port_name_problem(name: str) -> str | None:
    """Why ``name`` cannot name a port (IsValidPortName)."""
    if re.fullmatch(_PORT_NAME, name) is None:
        return (
            "must have at most 15 lower-case letters, digits and single inner `-`, and at least one letter, "
            "to be the name of a port"
        )
    return None


def step_back(value: str) -> bool:
    """Whether a path has a `..` in it."""
    return ".." in value.split("/")


def inner_path_problem(value: str) -> str | None:
    """Why ``value`` is no path below some folder (validateLocalDescendingPath)."""
    if value.startswith("/"):
        return "must be a relative path"
    return "must not contain `..`" if step_back(value) else None
