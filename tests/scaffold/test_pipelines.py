"""What a new repository has for continuous integration is run: every script, in repositories that pass and that do not."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from harness import servewright
from scaffold.workflow import Clone, Job, Ran, State, bare_path, load

DEPLOYMENT = "deployments/demo/qwen3-4b.yaml"
RENDERED = "rendered/demo/deployments/qwen3-4b.yaml"
MARKER = "<!-- servewright-diff -->"

BARE_PATH = "/usr/local/bin:/usr/bin:/bin"  # where no servewright is

SCALED = ("strategy: Recreate", "strategy: Recreate\n  replicas: 2")
MISSPELT = ("profile: nvidia-gpu", "profile: nvidia-gpus")

INSTALL = "Install servewright"
CHECK = "Check the specs and the rendered tree"
SUMMARY = "Write the findings into the summary"
SARIF = "Collect the findings for code scanning"
ENGINE = "Check what the engine is told"
DIFF = "Say what the change does to the cluster"
REPORT = "Write that into the summary"


def repository(tmp_path: Path, ci: str, *options: str, install: str = "servewright") -> Clone:
    """A new repository with this CI, committed to `main`; what it installs is there already."""
    clone = Clone(tmp_path / "models", tmp_path / "home")
    clone.root.mkdir()
    clone.run("git", "init", "--quiet", "--initial-branch=main")
    run = servewright("init", ".", f"--ci={ci}", f"--install={install}", *options, cwd=clone.root)
    assert run.code == 0, run.err
    clone.commit()
    return clone


def copy(clone: Clone, namespace: str) -> Path:
    """The deployment once more, in another namespace: its file, which is not rendered yet."""
    text = (clone.root / DEPLOYMENT).read_text(encoding="utf-8")
    file = clone.root / f"deployments/{namespace}.yaml"
    file.write_text(text.replace("namespace: demo", f"namespace: {namespace}"), encoding="utf-8")
    return file


@contextlib.contextmanager
def pull_request(clone: Clone, *, render: bool) -> Iterator[None]:
    """Commit what is done in it on a branch, and check out the merge into main, as GitHub does for a pull request."""
    clone.run("git", "checkout", "--quiet", "-b", "change")
    yield
    if render:
        assert servewright("render", cwd=clone.root).code == 0
    clone.commit()
    clone.run("git", "checkout", "--quiet", "--detach", "main")
    clone.run("git", "merge", "--quiet", "--no-ff", "--message", "Merge", "change")


def change(clone: Clone, old: str, new: str, *, render: bool) -> None:
    """A pull request that replaces something in the deployment."""
    with pull_request(clone, render=render):
        file = clone.root / DEPLOYMENT
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")


def delete(clone: Clone) -> None:
    """A pull request that deletes the only model of a namespace, and is rendered."""
    other = copy(clone, "other")
    assert servewright("render", cwd=clone.root).code == 0
    clone.commit()
    with pull_request(clone, render=True):
        other.unlink()


class Result:
    """What a run of the workflow left behind: its steps by name, and the files that it wrote."""

    def __init__(self, ran: Mapping[str, Ran], temp: Path, summary: Path) -> None:
        self.ran = ran
        self.codes = {name: step.code for name, step in ran.items()}
        sarif = temp / "servewright.sarif"
        self.sarif: Any = json.loads(sarif.read_text(encoding="utf-8")) if sarif.exists() else None
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
    installed = "!cancelled() && steps.install.outcome == 'success'"
    upload = "(github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository)"

    def is_installed(state: State) -> bool:
        return state.outcomes["install"] == "success"

    job = Job(
        load(clone.root / ".github/workflows/servewright.yaml")["jobs"]["check"]["steps"],
        conditions={
            f"${{{{ {installed} }}}}": is_installed,
            f"${{{{ {installed} && {upload} }}}}": is_installed,
            f"${{{{ {installed} && github.event_name == 'pull_request' }}}}": (
                lambda state: is_installed(state) and pull_request
            ),
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
    assert result.summary.endswith(result.diff)
    line = (clone.root / DEPLOYMENT).read_text(encoding="utf-8").split("replicas:")[0].count("\n") + 1
    assert f"file={DEPLOYMENT},line={line}," in result.ran[DIFF].out
    assert clone.run("git", "status", "--short") == ""


def test_github_passes_what_is_pushed_to_main(tmp_path: Path) -> None:
    result = run_github(repository(tmp_path, "github"), tmp_path, event="push")
    assert {name: code for name, code in result.codes.items() if code != 0} == {DIFF: None, REPORT: None}
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
    delete(clone)
    refused = run_github(clone, tmp_path / "without")
    assert {name: code for name, code in refused.codes.items() if code != 0} == {DIFF: 1}
    assert refused.diff is not None
    assert refused.diff.startswith(f"{MARKER}\n")
    # Why, and what to do, is wherever its author may look first: the log, the summary, the comment.
    for place in (refused.ran[DIFF].out, refused.summary, refused.diff):
        assert "mass-deletion" in place
        assert "the label `allow-deletions` on the pull request" in place
    assert set(run_github(clone, tmp_path / "with", label=True).codes.values()) == {0}


def test_github_says_what_to_write_until_it_is_known_what_to_install(tmp_path: Path) -> None:
    clone = repository(tmp_path, "github")
    assert servewright("init", "../fresh", cwd=clone.root).code == 0
    shutil.copy(tmp_path / "fresh/requirements-servewright.txt", clone.root)
    clone.environment["PIP_NO_INDEX"] = "1"  # no package of this name is asked for, whoever has it
    result = run_github(clone, tmp_path)
    assert {name: code for name, code in result.codes.items() if code is not None} == {INSTALL: 1}
    assert "write into this file, in place of this line, which commit" in result.ran[INSTALL].out
    assert "from line 3 of requirements-servewright.txt" in result.ran[INSTALL].out
    assert not (tmp_path / "runner/servewright-diff").exists()


def test_github_hands_on_why_there_is_no_comparison(tmp_path: Path) -> None:
    clone = repository(tmp_path, "github")  # with no commit before this one to compare with
    result = run_github(clone, tmp_path)
    assert (result.codes[DIFF], result.codes[REPORT]) == (2, 1)
    comment = (tmp_path / "runner/servewright-diff/diff.md").read_text(encoding="utf-8")
    assert comment.startswith("<!-- servewright-diff -->")
    assert "there is no commit `HEAD^1` in this clone" in comment


@pytest.mark.parametrize("engine", ["argocd", "flux"])
def test_github_knows_when_the_engine_is_to_be_told_anew(tmp_path: Path, engine: str) -> None:
    clone = repository(tmp_path, "github", f"--engine={engine}", "--repository=https://git.example.com/acme/models.git")
    told = servewright("gitops", engine, cwd=clone.root).out
    (clone.root / f"{engine}.yaml").write_text(told, encoding="utf-8")
    clone.commit()
    with pull_request(clone, render=True):
        copy(clone, "other")
    if engine == "argocd":  # an ApplicationSet finds namespaces itself
        assert run_github(clone, tmp_path / "namespace").codes[ENGINE] == 0
        (clone.root / "argocd.yaml").write_text(told.replace("openshift-gitops", "argocd"), encoding="utf-8")
    ran = run_github(clone, tmp_path / "stale").ran[ENGINE]
    assert ran.code == 1
    assert f"::error file={engine}.yaml::" in ran.out
    (clone.root / f"{engine}.yaml").write_text(servewright("gitops", engine, cwd=clone.root).out, encoding="utf-8")
    assert run_github(clone, tmp_path / "fresh").codes[ENGINE] == 0


# --- the action ------------------------------------------------------------------------------------------------------


def run_action(source: Path, clone: Clone, tmp_path: Path, *, installed: bool = True, **inputs: str) -> dict[str, Ran]:
    """Run the composite action of the copy ``source`` in a clone; when it is ``installed`` already, but for that step."""
    action = load(source / "action.yml")
    values = {name: declared["default"] for name, declared in action["inputs"].items()} | inputs
    temp = tmp_path / "runner"
    temp.mkdir(exist_ok=True)
    job = Job(
        [step for step in action["runs"]["steps"] if not installed or step["name"] != "Install servewright"],
        conditions={"${{ inputs.command != '' }}": lambda state: not state.failed and values["command"] != ""},
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


def words_of_the_action(source: Path, tmp_path: Path, **values: str) -> list[str]:
    """What the action's script hands on to the command; nothing of it is run by the shell."""
    steps = [step for step in load(source / "action.yml")["runs"]["steps"] if step["name"] == "Run servewright"]
    assert len(steps) == 1
    fake = tmp_path / "servewright/bin/servewright"
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    fake.chmod(0o755)
    script = tmp_path / "script"
    script.write_text(steps[0]["run"], encoding="utf-8")
    names = {"command": "COMMAND", "args": "ARGUMENTS", "format": "FORMAT", "directory": "DIRECTORY"}
    given = {"command": "render", "args": "--check", "format": "github", "directory": ".", **values}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", str(script)],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "RUNNER_TEMP": str(tmp_path),
            **{names[key]: value for key, value in given.items()},
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", ["command", "args", "format", "directory"])
def test_no_input_of_the_action_is_run_by_the_shell(source: Path, tmp_path: Path, name: str) -> None:
    hostile = "x $(touch pwned) `touch pwned` ; touch pwned && * ${HOME}"
    words = words_of_the_action(source, tmp_path, **{name: hostile})
    assert {"*", "${HOME}"} <= set(" ".join(words).split())
    assert not (tmp_path / "pwned").exists()


def test_arguments_of_the_action_may_be_several_lines(source: Path, tmp_path: Path) -> None:
    words = words_of_the_action(source, tmp_path, args="--check\n--fail-on warning\n")
    assert words == ["--directory", ".", "render", "--check", "--fail-on", "warning", "--format=github"]


# --- GitLab ----------------------------------------------------------------------------------------------------------


def run_gitlab(clone: Clone, name: str = "servewright", **variables: str) -> Ran:
    """Run the script of a job as GitLab's runner does: all lines by one shell that stops at the first that fails."""
    (included,) = yaml.safe_load((clone.root / ".gitlab-ci.yml").read_text(encoding="utf-8"))["include"]
    jobs = yaml.safe_load((clone.root / included["local"].lstrip("/")).read_text(encoding="utf-8"))
    job = {**jobs[jobs[name]["extends"]], **jobs[name]}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join([*job["before_script"], *job["script"]])],
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
    assert run_gitlab(clone).code == 0
    ran = run_gitlab(clone, "servewright-diff", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert ran.code == 0, ran.out
    assert (clone.root / "servewright-diff.md").read_text(encoding="utf-8").startswith(f"{MARKER}\n")
    assert "qwen3-4b" in ran.out
    report = ElementTree.parse(clone.root / "servewright-junit.xml").getroot()
    assert not list(report.iter("failure"))
    assert clone.run("git", "status", "--short") == "", "reports are not to be committed"


def test_gitlab_shows_nothing_of_what_others_merged_meanwhile(tmp_path: Path) -> None:
    """A pipeline of the merged result is one of a commit that has what is new on the target branch, too."""
    clone = repository(tmp_path, "gitlab")
    base = clone.run("git", "rev-parse", "HEAD").strip()
    copy(clone, "other")
    assert servewright("render", cwd=clone.root).code == 0
    clone.commit()
    change(clone, *SCALED, render=True)
    target = clone.run("git", "rev-parse", "main").strip()
    variables = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": target}
    shown = run_gitlab(clone, "servewright-diff", **variables)
    assert (shown.code, "other/qwen3-4b" in shown.out) == (0, False)
    assert "demo/qwen3-4b" in shown.out


def test_gitlab_refuses_with_a_report(tmp_path: Path) -> None:
    clone = repository(tmp_path, "gitlab")
    base = clone.run("git", "rev-parse", "HEAD").strip()
    change(clone, *SCALED, render=False)
    ran = run_gitlab(clone)
    assert ran.code == 1
    assert "tree-stale" in ran.out
    report = ElementTree.parse(clone.root / "servewright-junit.xml").getroot()
    assert list(report.iter("failure"))
    # What the change does is said all the same.
    shown = run_gitlab(clone, "servewright-diff", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert (shown.code, "qwen3-4b" in shown.out) == (0, True)


def test_gitlab_says_in_its_log_that_the_project_is_broken(tmp_path: Path) -> None:
    clone = repository(tmp_path, "gitlab")
    base = clone.run("git", "rev-parse", "HEAD").strip()
    (clone.root / "servewright.yaml").write_text("kind: [\n", encoding="utf-8")
    for name in ("servewright", "servewright-diff"):
        ran = run_gitlab(clone, name, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert ran.code == 2
        assert "servewright.yaml:2:1" in ran.out


@pytest.mark.parametrize("labels", ["allow-deletions", "bug,allow-deletions,scope::x"])
def test_gitlab_asks_for_a_label_before_all_models_of_a_namespace_go(tmp_path: Path, labels: str) -> None:
    clone = repository(tmp_path, "gitlab")
    delete(clone)
    base = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": clone.run("git", "rev-parse", "HEAD^1").strip()}
    assert run_gitlab(clone).code == 0
    for others in ({}, {"CI_MERGE_REQUEST_LABELS": "do-not-allow-deletions,bug"}):
        refused = run_gitlab(clone, "servewright-diff", **base, **others)
        assert refused.code == 1
        assert "mass-deletion" in refused.out
        assert "mass-deletion" in (clone.root / "servewright-diff.md").read_text(encoding="utf-8")
    assert run_gitlab(clone, "servewright-diff", **base, CI_MERGE_REQUEST_LABELS=labels).code == 0


def test_gitlab_knows_when_the_engine_is_to_be_told_anew(tmp_path: Path) -> None:
    clone = repository(tmp_path, "gitlab", "--engine=flux", "--repository=https://git.example.com/acme/models.git")
    flux = clone.root / "flux.yaml"
    flux.write_text(servewright("gitops", "flux", cwd=clone.root).out, encoding="utf-8")
    assert run_gitlab(clone).code == 0
    copy(clone, "other")
    assert servewright("render", cwd=clone.root).code == 0
    ran = run_gitlab(clone)
    assert ran.code == 1
    assert "flux.yaml is not what is printed now" in ran.out
    assert "  servewright gitops flux > flux.yaml\n" in ran.out
    flux.write_text(servewright("gitops", "flux", cwd=clone.root).out, encoding="utf-8")
    assert run_gitlab(clone).code == 0


# --- Tekton ----------------------------------------------------------------------------------------------------------


class Task:
    """The Task, with a volume of its own in ``work``; ``run`` starts a step as the kubelet would."""

    def __init__(self, clone: Clone, work: Path) -> None:
        self._clone = clone
        self._work = work
        work.mkdir()
        self.spec = yaml.safe_load((clone.root / "ci/servewright-task.yaml").read_text(encoding="utf-8"))["spec"]

    def run(self, name: str, base: str = "", *, allow_deletions: str | None = None) -> Ran:
        (step,) = [step for step in self.spec["steps"] if step["name"] == name]
        assert "$(params" not in step["script"], "a parameter must not become a part of a script"
        listed = [*self.spec["stepTemplate"]["env"], *step.get("env", [])]
        (default,) = [item["default"] for item in self.spec["params"] if item["name"] == "allow-deletions"]
        values = {
            "/work": str(self._work),
            "$(params.base)": base,
            "$(params.allow-deletions)": default if allow_deletions is None else allow_deletions,
        }
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
    clone.environment |= {"PATH": bare_path(tmp_path / "bin"), "HOME": "/nonexistent"}
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

    clone.environment["HOME"] = str(tmp_path / "home")
    clone.run("git", "checkout", "--quiet", "main")
    clone.run("git", "branch", "--delete", "--force", "change")
    delete(clone)
    base = clone.run("git", "rev-parse", "HEAD^1").strip()
    clone.environment["HOME"] = "/nonexistent"
    assert task.run("diff", base).code == 1
    assert task.run("diff", base, allow_deletions="true").code == 0


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
