"""Reads YAML as Kubernetes does: through Go's ``sigs.k8s.io/yaml``, by a small program built from ``tests/go``.

``GO`` says whether a Go toolchain is there. Without one, tests leave this reader out of their parameters and
:func:`note_missing_go` says so in pytest's summary; nothing is skipped in silence.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Sequence
from pathlib import Path

GO = shutil.which("go")
_SOURCE = Path(__file__).parent / "go" / "yaml2json"


class GoReadError(Exception):
    """What Go's reader says about a document that it refuses."""


def note_missing_go() -> None:
    """Show in pytest's summary that Go's reader takes no part in this run."""
    if GO is None:
        warnings.warn("go is not on PATH: agreement with Go's YAML reader is not tested in this run", stacklevel=2)


def go_read(texts: Sequence[str]) -> list[object | Exception]:
    """Each text's value as Go's reader sees it (JSON types), or a :class:`GoReadError`.

    Each text is one document, without a NUL character. Needs ``go`` on PATH, and the network for the first build.
    """
    if not texts:
        return []
    if any("\0" in text for text in texts):
        raise ValueError("documents are separated by NUL: a document cannot hold one")
    run = subprocess.run(
        [_program()], input="\0".join(texts).encode("utf-8"), stdout=subprocess.PIPE, check=True, timeout=120
    )
    lines = run.stdout.decode("utf-8").split("\n")[:-1]
    if len(lines) != len(texts):
        raise AssertionError(f"yaml2json answered {len(lines)} lines to {len(texts)} documents")
    return [_value(line) for line in lines]


def _value(line: str) -> object | Exception:
    if line.startswith("ERROR "):
        return GoReadError(line.removeprefix("ERROR "))
    value: object = json.loads(line)
    return value


@functools.lru_cache(maxsize=1)
def _program() -> str:
    """The built program's path; built once per source text, outside the repository."""
    if GO is None:
        raise RuntimeError("go is not on PATH")
    digest = hashlib.sha256(b"".join((_SOURCE / name).read_bytes() for name in ("main.go", "go.mod", "go.sum")))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "servewright-tests"
    program = cache / f"yaml2json-{digest.hexdigest()[:16]}"
    if not program.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Test processes run side by side: one builds, the others wait for it.
        with (cache / "yaml2json.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not program.exists():
                built = program.with_suffix(".new")
                subprocess.run([GO, "build", "-o", str(built), "."], cwd=_SOURCE, check=True, timeout=600)
                built.replace(program)
    return str(program)
