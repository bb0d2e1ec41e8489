"""What a new repository has for continuous integration is run: every script, in repositories that pass and that do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from harness import servewright
from scaffold.workflow import Clone, Job, Ran, load

DEPLOYMENT = "deployments/demo/qwen3-4b.yaml"
RENDERED = "rendered/demo/deployments/qwen3-4b.yaml"
MARKER = "<!-- servewright-diff -->"

BARE_PATH = "/usr/local/bin:/usr/bin:/bin"  # where no servewright is

SCALED = ("strategy: Recreate", "strategy: Recreate\n  replicas: 2")
MISSPELT = ("profile: nvidia-gpu", "profile: nvidia-gpus")

CHECK = "Check the specs and the rendered tree"
SUMMARY = "Write the findings into the summary"
SARIF = "Collect the findings for code scanning"
DIFF = "Say what the change does to the cluster"


def repository(tmp_path: Path, ci: str, install: str | None = None) -> Clone:
    """A new repository with this CI, committed to `main`."""
    clone = Clone(tmp_path / "models", tmp_path / "home")
    clone.root.mkdir()
    clone.run("git", "init", "--quiet", "--initial-branch=main")
    arguments = [f"--ci={ci}", *([f"--install={install}"] if install else [])]
    assert servewright("init", ".", *arguments, cwd=clone.root).code == 0
    clone.commit()
    return clone


def change(clone: Clone, old: str, new: str, *, render: bool) -> None:
    """A branch with one commit, and its merge into main checked out, as GitHub does it for a pull request."""
    clone.run("git", "checkout", "--quiet", "-b", "change")
    file = clone.root / DEPLOYMENT
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    if render:
        assert servewright("render", cwd=clone.root).code == 0
    clone.commit()
    clone.run("git", "checkout", "--quiet", "--detach", "main")
    clone.run("git", "merge", "--quiet", "--no-ff", "--message", "Merge", "change")


class Result:
    """What a run of the workflow left behind: its steps by name, and the files that it wrote."""

    def __init__(self, ran: Mapping[str, Ran], temp: Path, summary: Path) -> None:
        self.ran = ran
        self.codes = {name: step.code for name, step in ran.items()}
        self.sarif: Any = json.loads((temp / "servewright.sarif").read_text(encoding="utf-8"))
        diff = temp / "servewright-diff/diff.md"
        self.diff = diff.read_text(encoding="utf-8") if diff.exists() else None
        self.summary = summary.read_text(encoding="utf-8")


def run_github(clone: Clone, tmp_path: Path, event: str = "pull_request", *, label: bool = False) -> Result:
    """Run the job of servewright.yaml; ``label`` says whether the pull request has the one that allows deletions."""
    temp = tmp_path / "runner"
    temp.mkdir(parents=True)
    summary = tmp_path / "summary.md"
    summary.touch()
    pull_request = event == "pull_request"
    upload = (
        "${{ !cancelled() && (github.event_name == 'push' || "
        "github.event.pull_request.head.repo.full_name == github.repository) }}"
    )
    job = Job(
        load(clone.root / ".github/workflows/servewright.yaml")["jobs"]["check"]["steps"],
        conditions={
            "${{ !cancelled() }}": lambda failed: True,
            "${{ !cancelled() && github.event_name == 'pull_request' }}": lambda failed: pull_request,
            upload: lambda failed: True,
        },
        expressions={
            "${{ contains(github.event.pull_request.labels.*.name, 'allow-deletions') }}": str(label).lower(),
        },
    )
    variables = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_BASE_REF": "main" if pull_request else "",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(clone.root),
        "RUNNER_TEMP": str(temp),
    }
    return Result(job.run(clone.root, {**clone.environment, **variables}), temp, summary)


def test_github_passes_a_change_that_was_rendered_and_says_what_it_does(tmp_path: Path) -> None:
    clone = repository(tmp_path, "github")
    change(clone, *SCALED, render=True)
    result = run_github(clone, tmp_path)
    assert set(result.codes.values()) == {0}, result.ran
    assert "::error" not in result.ran[CHECK].out
    assert result.sarif["version"] == "2.1.0"
    assert result.summary
    assert result.diff is not None
    assert result.diff.startswith(f"{MARKER}\n")
    assert "qwen3-4b" in result.diff
    assert clone.run("git", "status", "--short") == ""


def test_github_passes_what_is_pushed_to_main(tmp_path: Path) -> None:
    result = run_github(repository(tmp_path, "github"), tmp_path, event="push")
    assert {name: code for name, code in result.codes.items() if code != 0} == {DIFF: None}
    assert result.diff is None


def test_github_refuses_a_change_that_was_not_rendered(tmp_path: Path) -> None:
    clone = repository(tmp_path, "github")
    change(clone, *SCALED, render=False)
    result = run_github(clone, tmp_path)
    assert {name: code for name, code in result.codes.items() if code != 0} == {CHECK: 1}
    assert f"::error file={RENDERED}" in result.ran[CHECK].out
    assert "SW401" in result.summary
    assert "SW401" in json.dumps(result.sarif)
    assert result.diff is not None
    assert "qwen3-4b" in result.diff


def test_github_shows_an_error_on_its_line(tmp_path: Path) -> None:
    clone = repository(tmp_path, "github")
    change(clone, *MISSPELT, render=False)
    result = run_github(clone, tmp_path)
    assert result.codes[CHECK] == 1
    assert (result.codes[SUMMARY], result.codes[SARIF]) == (0, 0)
    line = (clone.root / DEPLOYMENT).read_text(encoding="utf-8").split("profile:")[0].count("\n") + 1
    annotation = next(text for text in result.ran[CHECK].out.splitlines() if text.startswith("::error"))
    assert f"file={DEPLOYMENT},line={line}," in annotation
    places = [
        item["locations"][0]["physicalLocation"]
        for item in result.sarif["runs"][0]["results"]
        if item["level"] == "error"
    ]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        (DEPLOYMENT, line)
    ]
    assert "nvidia-gpus" in result.summary
    assert result.diff is not None
    assert result.diff.startswith(f"{MARKER}\n")


def test_github_fails_for_anything_else_than_findings(tmp_path: Path) -> None:
    """Exit codes other than 1 are not taken for findings by the steps that let those pass."""
    clone = repository(tmp_path, "github")
    (clone.root / "servewright.yaml").write_text("kind: [\n", encoding="utf-8")
    clone.commit()
    clone.run("git", "commit", "--allow-empty", "--quiet", "--message", "x")
    result = run_github(clone, tmp_path)
    assert [code != 0 for code in (result.codes[CHECK], result.codes[SUMMARY], result.codes[SARIF])] == [True] * 3


def test_github_asks_for_a_label_before_all_models_of_a_namespace_go(tmp_path: Path) -> None:
    clone = repository(tmp_path, "github")
    text = (clone.root / DEPLOYMENT).read_text(encoding="utf-8")
    (clone.root / "deployments/other.yaml").write_text(
        text.replace("namespace: demo", "namespace: other"), encoding="utf-8"
    )
    assert servewright("render", cwd=clone.root).code == 0
    clone.commit()
    clone.run("git", "checkout", "--quiet", "-b", "change")
    (clone.root / "deployments/other.yaml").unlink()
    assert servewright("render", cwd=clone.root).code == 0
    clone.commit()
    clone.run("git", "checkout", "--quiet", "--detach", "main")
    clone.run("git", "merge", "--quiet", "--no-ff", "--message", "Merge", "change")
    refused = run_github(clone, tmp_path / "without")
    assert {name: code for name, code in refused.codes.items() if code != 0} == {DIFF: 1}
    assert refused.diff is not None
    assert refused.diff.startswith(f"{MARKER}\n")
    assert set(run_github(clone, tmp_path / "with", label=True).codes.values()) == {0}


# --- the action ------------------------------------------------------------------------------------------------------


def run_action(source: Path, clone: Clone, tmp_path: Path, *, installed: bool = True, **inputs: str) -> dict[str, Ran]:
    """Run the composite action of the copy ``source`` in a clone; when it is ``installed`` already, but for that step."""
    action = load(source / "action.yml")
    values = {name: declared["default"] for name, declared in action["inputs"].items()} | inputs
    temp = tmp_path / "runner"
    temp.mkdir(exist_ok=True)
    job = Job(
        [step for step in action["runs"]["steps"] if not installed or step["name"] != "Install servewright"],
        conditions={"${{ inputs.command != '' }}": lambda failed: not failed and values["command"] != ""},
        expressions={
            **{f"${{{{ inputs.{name} }}}}": value for name, value in values.items()},
            "${{ steps.python.outputs.python-path }}": sys.executable,
            "${{ github.action_path }}": str(source),
        },
    )
    return job.run(
        clone.root, {**clone.environment, "RUNNER_TEMP": str(temp), "GITHUB_PATH": str(tmp_path / "github-path")}
    )


def test_the_action_installs_its_own_commit_and_runs_what_it_is_told(source: Path, tmp_path: Path) -> None:
    clone = repository(tmp_path, "none")
    clone.environment["PATH"] = BARE_PATH
    run = "Run servewright"

    ran = run_action(source, clone, tmp_path, installed=False)
    assert [step.code for step in ran.values()] == [0, 0], ran
    folder = (tmp_path / "github-path").read_text(encoding="utf-8").strip()
    assert os.listdir(folder) == ["servewright"]

    change(clone, *SCALED, render=False)
    stale = run_action(source, clone, tmp_path)[run]
    assert stale.code == 1
    assert f"::error file={RENDERED}" in stale.out
    told = run_action(source, clone, tmp_path, command="render", args="", format="text")[run]
    assert (told.code, clone.run("git", "status", "--short").split()) == (0, ["M", RENDERED, "M", "servewright.lock"])
    elsewhere = run_action(source, clone, tmp_path, command="catalog list", args="", format="json", directory="catalog")
    assert json.loads(elsewhere[run].out)
    assert run_action(source, clone, tmp_path, command="")[run].code is None


@pytest.mark.parametrize("name", ["command", "args", "format", "directory"])
def test_no_input_of_the_action_is_run_by_the_shell(source: Path, tmp_path: Path, name: str) -> None:
    steps = [step for step in load(source / "action.yml")["runs"]["steps"] if step["name"] == "Run servewright"]
    assert len(steps) == 1
    fake = tmp_path / "servewright/bin/servewright"
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    fake.chmod(0o755)
    values = {"command": "render", "args": "--check", "format": "github", "directory": "."}
    values[name] = "x $(touch pwned) `touch pwned` ; touch pwned && * ${HOME}"
    script = tmp_path / "script"
    script.write_text(steps[0]["run"], encoding="utf-8")
    names = {"command": "COMMAND", "args": "ARGUMENTS", "format": "FORMAT", "directory": "DIRECTORY"}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", str(script)],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "RUNNER_TEMP": str(tmp_path),
            **{names[key]: value for key, value in values.items()},
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "*" in " ".join(done.stdout.split())
    assert "${HOME}" in done.stdout
    assert not (tmp_path / "pwned").exists()


# --- GitLab ----------------------------------------------------------------------------------------------------------


def run_gitlab(clone: Clone, **variables: str) -> Ran:
    """Run the script of the job as GitLab's runner does: all lines by one shell that stops at the first that fails."""
    job = yaml.safe_load((clone.root / ".gitlab-ci.yml").read_text(encoding="utf-8"))["servewright"]
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=clone.root,
        env={**clone.environment, "CI": "true", "GITLAB_CI": "true", **job["variables"], **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return Ran(done.returncode, done.stdout)


def test_gitlab_passes_and_shows_what_a_merge_request_does(tmp_path: Path) -> None:
    clone = repository(tmp_path, "gitlab")
    base = clone.run("git", "rev-parse", "HEAD").strip()
    assert run_gitlab(clone).code == 0
    change(clone, *SCALED, render=True)
    ran = run_gitlab(clone, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert ran.code == 0, ran.out
    assert (clone.root / "servewright-diff.md").read_text(encoding="utf-8").startswith(f"{MARKER}\n")
    assert "qwen3-4b" in ran.out
    report = ElementTree.parse(clone.root / "servewright-junit.xml").getroot()
    assert not list(report.iter("failure"))


def test_gitlab_refuses_with_a_report(tmp_path: Path) -> None:
    clone = repository(tmp_path, "gitlab")
    change(clone, *SCALED, render=False)
    ran = run_gitlab(clone)
    assert ran.code == 1
    assert "tree-stale" in ran.out
    report = ElementTree.parse(clone.root / "servewright-junit.xml").getroot()
    assert list(report.iter("failure"))


# --- Tekton ----------------------------------------------------------------------------------------------------------


class Task:
    """The Task, with a volume of its own in ``work``; ``run`` starts a step as the kubelet would."""

    def __init__(self, clone: Clone, work: Path) -> None:
        self._clone = clone
        self._work = work
        work.mkdir()
        self.spec = yaml.safe_load((clone.root / "ci/servewright-task.yaml").read_text(encoding="utf-8"))["spec"]

    def run(self, name: str, base: str = "") -> Ran:
        (step,) = [step for step in self.spec["steps"] if step["name"] == name]
        assert "$(params" not in step["script"], "a parameter must not become a part of a script"
        listed = [*self.spec["stepTemplate"]["env"], *step.get("env", [])]
        values = {"/work": str(self._work), "$(params.base)": base}
        script = self._work / f"script-{name}"
        script.write_text(step["script"], encoding="utf-8")
        script.chmod(0o755)
        done = subprocess.run(
            [str(script)],
            cwd=self._clone.root,
            env={**self._clone.environment, **{item["name"]: values[item["value"]] for item in listed}},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        return Ran(done.returncode, done.stdout)


def test_tekton_checks_and_shows_what_a_change_does(source: Path, tmp_path: Path) -> None:
    clone = repository(tmp_path, "tekton", install=f"servewright @ {source.as_uri()}")
    base = clone.run("git", "rev-parse", "HEAD").strip()
    # A home and a clone that cannot be written to, and no servewright anywhere.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3").symlink_to(Path(sys.executable).resolve())
    clone.environment |= {"PATH": f"{tmp_path / 'bin'}:{BARE_PATH}", "HOME": "/nonexistent"}
    task = Task(clone, tmp_path / "work")
    installed = task.run("install")
    assert installed.code == 0, installed.out
    assert task.run("check").code == 0
    assert task.run("diff") == Ran(0, "")

    clone.environment["HOME"] = str(tmp_path / "home")
    change(clone, *SCALED, render=False)
    clone.environment["HOME"] = "/nonexistent"
    stale = task.run("check")
    assert stale.code == 1
    assert "tree-stale" in stale.out
    shown = task.run("diff", base)
    assert shown.code == 0, shown.out
    assert "qwen3-4b" in shown.out
    assert not (clone.root / "pwned").exists()
    assert task.run("diff", "$(touch pwned)").code != 0
    assert not (clone.root / "pwned").exists()


def test_tekton_runs_as_any_user_without_privileges(tmp_path: Path) -> None:
    task = Task(repository(tmp_path, "tekton"), tmp_path / "work")
    context = task.spec["stepTemplate"]["securityContext"]
    assert context["runAsNonRoot"]
    assert context["readOnlyRootFilesystem"]
    assert not context["allowPrivilegeEscalation"]
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert "runAsUser" not in context
    assert task.spec["workspaces"][0]["readOnly"]
    assert not [step for step in task.spec["steps"] if "securityContext" in step]
