"""All workflows and the action pass actionlint and zizmor, and use actions by commit alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from go_tools import actionlint
from harness import servewright
from scaffold.workflow import load, texts

ROOT = Path(__file__).parents[2]
ZIZMOR = Path(sys.executable).with_name("zizmor")


@pytest.fixture(scope="module")
def workflows(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The project's own workflows, and those that a new repository gets."""
    root = tmp_path_factory.mktemp("models")
    assert servewright("init", ".", cwd=root).code == 0
    found = [*ROOT.glob(".github/workflows/*"), *root.glob(".github/workflows/*")]
    assert len(found) >= 3
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120)


def test_actionlint_has_nothing_to_say(workflows: list[Path]) -> None:
    done = run(actionlint(), "-no-color", "-shellcheck=", "-pyflakes=", *workflows)
    assert (done.returncode, done.stdout) == (0, "")


def test_zizmor_has_nothing_to_say(workflows: list[Path]) -> None:
    done = run(ZIZMOR, "--offline", "--quiet", "--persona=pedantic", "--no-config", *workflows, ROOT / "action.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_would_say_it(tmp_path: Path) -> None:
    """What is asked for above is asked of tools that see such things."""
    workflow = tmp_path / ".github/workflows/x.yaml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "    - run: echo ${{ github.event.pull_request.title }} ${{ nothing.such }}\n",
        encoding="utf-8",
    )
    assert "nothing" in run(actionlint(), "-no-color", workflow).stdout
    assert "template-injection" in run(ZIZMOR, "--offline", "--quiet", "--no-config", workflow).stdout


def test_actions_are_pinned_by_commit_and_say_the_version(workflows: list[Path]) -> None:
    pins: dict[str, set[str]] = {}
    for file in [*workflows, ROOT / "action.yml"]:
        for line in re.findall(r"^ *(?:- )?(uses:.*)$", file.read_text(encoding="utf-8"), re.MULTILINE):
            match = re.fullmatch(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line)
            assert match, f"{file.name}: {line}"
            pins.setdefault(match[1], set()).add(f"{match[2]} {match[3]}")
    assert not {name: found for name, found in pins.items() if len(found) > 1}


def test_no_expression_is_part_of_a_script(workflows: list[Path]) -> None:
    for file in [*workflows, ROOT / "action.yml"]:
        document = load(file)
        jobs = list(document["jobs"].values()) if "jobs" in document else [document["runs"]]
        for step in (step for job in jobs for step in job["steps"]):
            assert "${{" not in step.get("run", ""), f"{file.name}: {step}"


def test_no_workflow_has_more_rights_than_it_needs(workflows: list[Path]) -> None:
    for file in workflows:
        document = load(file)
        assert document["permissions"] == {}, file
        granted = {
            f"{name}: {right}" for job in document["jobs"].values() for name, right in job["permissions"].items()
        }
        pull_request = "pull_request" in document["on"]
        assert "pull_request_target" not in document["on"]
        assert not pull_request or granted <= {"actions: read", "contents: read", "security-events: write"}
        assert not [text for text in texts(document) if "secrets." in text]
