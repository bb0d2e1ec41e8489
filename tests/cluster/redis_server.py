"""Redis, which Argo CD keeps its cache in: the distribution's own package, unpacked beside the other programs.

Nothing is installed: a service would start with it, and only root could. The package, and those that it depends on and
that this machine does not have, are fetched by APT with lists of its own, as those of the machine may be old or empty.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from go_tools import CACHE, ToolchainError, lock

_PACKAGE: Final = "redis-server"
_ADVICE: Final = "Argo CD needs redis-server: install it so that it is on PATH"

# Its libraries are those of the machine, and those that came with it.
_START: Final = """\
#!/bin/sh
root=${0%/*}/root
for folder in "$root"/lib/*-linux-gnu* "$root"/usr/lib/*-linux-gnu*; do
  LD_LIBRARY_PATH=$LD_LIBRARY_PATH${LD_LIBRARY_PATH:+:}$folder
done
export LD_LIBRARY_PATH
exec "$root/usr/bin/redis-server" "$@"
"""


def redis_server(announce: Callable[[str], None]) -> Path:
    """The program redis-server; ``announce`` is told its name before it is fetched."""
    on_path = shutil.which(_PACKAGE)
    if on_path:
        return Path(on_path)
    release = platform.freedesktop_os_release()
    folder = CACHE / f"redis-{release['ID']}-{release.get('VERSION_ID', '')}-{platform.machine()}"
    program = folder / _PACKAGE
    with lock(folder):
        if not program.exists():
            announce(_PACKAGE)
            _fetch(folder)
            new = program.with_suffix(".new")
            new.write_text(_START, encoding="utf-8")
            new.chmod(0o755)
            new.replace(program)
    return program


def _fetch(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    work, root = folder / "apt", folder / "root"
    (work / "lists" / "partial").mkdir(parents=True)
    root.mkdir()
    apt = [
        "apt-get",
        "--quiet",
        "--option=Debug::NoLocking=true",
        # As root it would fetch as another user, who cannot write here.
        "--option=APT::Sandbox::User=",
        f"--option=Dir::State::lists={work / 'lists'}",
        f"--option=Dir::Cache={work}",
    ]
    _run(work, *apt, "update")
    planned = _run(work, *apt, "install", "--simulate", "--no-install-recommends", _PACKAGE)
    _run(work, *apt, "download", *re.findall(r"^Inst (\S+)", planned, re.MULTILINE))
    for package in work.glob("*.deb"):
        _run(work, "dpkg-deb", "--extract", str(package), str(root))
    shutil.rmtree(work)


def _run(folder: Path, *command: str) -> str:
    try:
        done = subprocess.run(command, cwd=folder, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True)
    except OSError as error:
        raise ToolchainError(f"{_ADVICE}.\nThis machine has no APT to fetch it with: {error}") from None
    if done.returncode:
        raise ToolchainError(f"{_ADVICE}.\n`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")
    return done.stdout
