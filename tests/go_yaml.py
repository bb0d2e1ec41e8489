"""Reads YAML as Kubernetes does: through Go's ``sigs.k8s.io/yaml``, by a small program built from ``tests/go``."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Sequence

from go_tools import yaml2json


class GoReadError(Exception):
    """What Go's reader says about a document that it refuses."""


def go_read(texts: Sequence[str]) -> list[object | Exception]:
    """Each text's value as Go's reader sees it (JSON types), or a :class:`GoReadError`.

    Each text is one document, without a NUL character. The first use on a machine builds the program.
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


@functools.cache
def _program() -> str:
    return str(yaml2json())
