"""The rendered tree in a folder of our own, for a program that wants files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def private_folder() -> Iterator[str]:
    """A new folder that nobody else can look into (mode 0700), removed at the end with all that is in it."""
    with TemporaryDirectory(prefix="servewright-", ignore_cleanup_errors=True) as folder:
        yield folder


def write_files(folder: str, files: Iterable[tuple[str, str]]) -> None:
    """Write ``files`` (path below ``folder``, text); OSError as it comes."""
    made = {""}

    def make(parent: str) -> None:
        if parent not in made:
            make(parent.rpartition("/")[0])
            os.mkdir(f"{folder}/{parent}", 0o700)
            made.add(parent)

    for path, text in files:
        make(path.rpartition("/")[0])
        with open(os.open(f"{folder}/{path}", _CREATE, 0o600), "wb") as file:
            file.write(text.encode())
