"""The wheel is all that an installation needs: built, installed into an empty environment, it renders the examples.

Needs the package index for the build back end and the two dependencies, like any installation.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness import tree

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SOURCES = ("compiler", "templates", "schemas", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
LARGEST = 3 * 1024 * 1024


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program with nothing of this environment's Python settings; its standard output."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "SERVEWRIGHT_"))}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=variables, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that nothing but what is listed can get into it."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", source / "dist", source, cwd=source)
    (found,) = (source / "dist").iterdir()
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment that holds the wheel and what it depends on, and nothing else."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    run(sys.executable, "-m", "venv", environment, cwd=environment.parent)
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(environment / "bin/python", *pip, wheel, cwd=environment)
    return environment / "bin"


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_a_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= LARGEST


def test_a_wheel_is_for_every_platform(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_a_wheel_holds_every_module_and_every_file_beside_them(wheel: Path) -> None:
    package = ROOT / "compiler"
    paths = (path.relative_to(package) for path in (package / "servewright").rglob("*") if path.is_file())
    caches = ("__pycache__", ".")
    ours = {path.as_posix() for path in paths if not any(part.startswith(caches) for part in path.parts)}
    assert ours <= names(wheel)
    for needed in ("py.typed", "catalog/builtin/3.4.json", "diagnostics/pages/SW204.md"):
        assert f"servewright/{needed}" in ours


@pytest.mark.parametrize("folder", ["templates", "schemas"])
def test_a_wheel_shares_what_lies_beside_the_package(wheel: Path, folder: str) -> None:
    shared = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
    wanted = {f"servewright/share/{path}" for path in shared if not path.startswith("schemas/sources/")}
    assert wanted
    assert {name for name in names(wheel) if name.startswith(f"servewright/share/{folder}/")} == wanted


def test_a_wheel_holds_nothing_else(wheel: Path) -> None:
    assert {name.split("/")[0] for name in names(wheel)} == {
        "servewright",
        f"{'-'.join(wheel.name.split('-')[:2])}.dist-info",
    }
    assert not [name for name in names(wheel) if name.endswith((".pyc", ".db")) or "/tests/" in name]


def test_an_installation_has_no_template_engine(installed: Path, tmp_path: Path) -> None:
    packages = run(installed / "python", "-m", "pip", "list", "--format", "freeze", cwd=tmp_path).lower().split()
    found = {package.partition("==")[0] for package in packages}
    assert found - {"pip", "setuptools", "wheel"} == {"servewright", "pyyaml", "cel-expr-python"}


def test_an_installation_renders_the_examples_to_the_committed_bytes(installed: Path, tmp_path: Path) -> None:
    root = tmp_path / "elsewhere"
    shutil.copytree(EXAMPLES, root, ignore=shutil.ignore_patterns("rendered", "servewright.lock"))
    run(installed / "servewright", "render", cwd=root)
    assert tree(root) == tree(EXAMPLES)


def test_an_installation_answers(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "servewright", "--help", cwd=tmp_path).startswith("usage: servewright")
    assert run(installed / "servewright", "--version", cwd=tmp_path).strip()
    assert "runtime-ambiguous" in run(installed / "servewright", "explain", "SW204", cwd=tmp_path)
    assert run(installed / "python", "-m", "servewright", "schema", "Project", cwd=tmp_path).startswith("{")


def test_an_installation_has_the_schemas_and_the_credits(installed: Path, wheel: Path, tmp_path: Path) -> None:
    program = (
        "from servewright.catalog.release import load_release\n"
        "from servewright.check.schemas import load\n"
        "schema = load(load_release('openshift-ai', '3.4'), 'serving.kserve.io/v1beta1', 'InferenceService')\n"
        "print(schema['x-servewright-scope'])\n"
    )
    assert run(installed / "python", "-c", program, cwd=tmp_path) == "Namespaced\n"
    assert [name for name in names(wheel) if name.endswith(".dist-info/licenses/NOTICE")]


def test_an_installation_is_a_library_too(installed: Path, tmp_path: Path) -> None:
    program = (
        "from servewright import Repository, compile_repository\n"
        "print([d.code for d in compile_repository(Repository.of({})).diagnostics])\n"
    )
    assert run(installed / "python", "-c", program, cwd=tmp_path) == "['SW020']\n"
