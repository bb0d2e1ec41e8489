"""Folders of the repository, as the Project names them."""

from __future__ import annotations

from servewright.model.shape import Text


def folder_problem(folder: str) -> str | None:
    """What is wrong with a folder's path, or None."""
    parts = folder.replace("\\", "/").split("/")
    if folder.startswith("/") or ".." in parts or "\\" in folder:
        return "a folder must be a path inside the repository, with forward slashes and without `..`"
    if any(part in ("", ".") for part in parts):
        return "a folder must be written plainly, without `.` or empty parts"
    if any(part.startswith((".", "~", "-")) or part.endswith((" ", ".")) for part in parts):
        return "a folder's name must not start with `.`, `~` or `-`, nor end with a blank or `.`"
    return None


FOLDER = Text(noun="a folder", problem=folder_problem, hint="write it like `teams/catalog`")
