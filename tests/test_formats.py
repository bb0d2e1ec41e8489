"""Formats of findings at the command line: every command, every situation, and where their paths start."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import PROFILES, Repo, documents, model, project, servewright
from servewright.diagnostics.formats import MACHINE_FORMATS

BROKEN = model().replace("profile: nvidia-gpu", "profile: nvidia-gpus")


def of_json(text: str) -> list[str]:
    return [f"{item['code']} {item['file']}" for item in json.loads(text)["diagnostics"]]


def of_sarif(text: str) -> list[str]:
    (run,) = json.loads(text)["runs"]
    places = [(item["ruleId"], item["locations"][0]["physicalLocation"]) for item in run["results"]]
    return [f"{code} {place['artifactLocation']['uri']}" for code, place in places]


def of_github(text: str) -> list[str]:
    found = []
    for line in text.splitlines():
        if line.startswith("::"):
            properties = dict(item.split("=") for item in line[2:].partition("::")[0].partition(" ")[2].split(","))
            found.append(f"{properties['title'].split()[0]} {properties.get('file')}")
    return found


def of_junit(text: str) -> list[str]:
    cases = [case for case in ET.fromstring(text.encode()).iter("testcase") if case.get("name") != "no errors"]
    return [f"{str(case.get('name')).split()[0]} {case.get('file')}" for case in cases]


def of_markdown(text: str) -> list[str]:
    heads = [line.partition("<b>")[2] for line in text.splitlines() if "<b>SW" in line]
    return [f"{head[:5]} {head.partition(' · <code>')[2].partition(':')[0] or None}" for head in heads]


READ: dict[str, Callable[[str], list[str]]] = {
    "json": of_json,
    "sarif": of_sarif,
    "github": of_github,
    "junit": of_junit,
    "markdown": of_markdown,
}
FORMATS = sorted(READ)


def test_every_format_is_tested() -> None:
    assert set(READ) == set(MACHINE_FORMATS)


@pytest.mark.parametrize("command", ["validate", "render"])
@pytest.mark.parametrize("form", FORMATS)
def test_findings_go_to_stdout_with_the_same_exit_code(repo: Repo, command: str, form: str) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    run = repo.run(command, "--format", form)
    assert (run.code, run.err) == (1, "")
    assert READ[form](run.out) == ["SW301 deployments/m.yaml"]


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_found(repo: Repo, form: str) -> None:
    repo.write("servewright.yaml", project("open-data-hub 3.6"))
    repo.deploy()
    run = repo.run("validate", "--format", form)
    assert (run.code, run.err) == (0, "")
    assert READ[form](run.out) == []
    assert run.out


@pytest.mark.parametrize("form", FORMATS)
def test_a_warning_fails_when_asked_for(repo: Repo, form: str) -> None:
    repo.deploy(expose={"route": True})
    run = repo.run("validate", "--format", form, "--fail-on", "warning")
    assert run.code == 1
    assert "SW311 deployments/m.yaml" in READ[form](run.out)


@pytest.mark.parametrize("form", FORMATS)
def test_without_a_project_there_is_still_a_document(repo: Repo, form: str) -> None:
    (repo.root / "servewright.yaml").unlink()
    run = repo.run("validate", "--format", form)
    assert (run.code, run.err) == (2, "")
    place = "servewright.yaml" if form == "sarif" else "None"  # code scanning refuses results without a place
    assert READ[form](run.out) == [f"SW020 {place}"]


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_to_compile(tmp_path: Path, form: str) -> None:
    repo = Repo(tmp_path, {"servewright.yaml": project(), "catalog/profiles.yaml": PROFILES})
    run = repo.run("validate", "--format", form)
    assert run.code == 3
    assert [found.split()[0] for found in READ[form](run.out)] == ["SW405"]


@pytest.mark.parametrize("form", FORMATS)
def test_objects_keep_stdout_and_findings_go_to_stderr(repo: Repo, form: str) -> None:
    repo.deploy(expose={"route": True})
    run = repo.run("render", "--stdout", "--format", form)
    assert "InferenceService" in {item["kind"] for item in documents(run.out)}
    assert "SW311 deployments/m.yaml" in READ[form](run.err)


@pytest.mark.parametrize("git", ["folder", "file"])
@pytest.mark.parametrize("form", FORMATS)
def test_paths_start_at_the_root_of_the_git_repository(tmp_path: Path, form: str, git: str) -> None:
    """``.git`` is a file in a worktree and in a submodule."""
    repo = Repo(tmp_path / "services" / "models")
    if git == "folder":
        (tmp_path / ".git").mkdir()
    else:
        (tmp_path / ".git").write_text("gitdir: /elsewhere\n", encoding="utf-8")
    repo.write("deployments/m.yaml", BROKEN)
    folder = "" if form == "json" else "services/models/"
    for place in (repo.root, repo.root / "deployments"):
        run = servewright("validate", "--format", form, cwd=place)
        assert READ[form](run.out) == [f"SW301 {folder}deployments/m.yaml"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_findings_are_the_same_bytes(repo: Repo, form: str) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    repo.deploy(name="second", expose={"route": True})
    assert repo.run("validate", "--format", form).out == repo.run("validate", "--format", form).out


def test_who_wants_no_other_format_does_not_pay_for_it(repo: Repo) -> None:
    repo.deploy()
    script = (
        "import sys; from servewright.__main__ import main\n"
        "sys.argv = ['servewright', 'validate']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name.startswith('servewright.diagnostics.')), "
        "'xml' in sys.modules, 'hashlib' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=repo.root, capture_output=True, text=True, check=True
    ).stdout
    assert not [form.module for form in MACHINE_FORMATS.values() if f"{form.module}'" in printed]
    assert printed.rstrip().endswith("False False")
