"""A scratch repository lives through a series of commits, and each gives the comment that a reviewer should read.

``steps/`` holds the files that each commit writes, and in ``deleted.txt`` the paths that it deletes. ``comments/`` holds
the exact comment of each, refreshed with ``SERVEWRIGHT_REFRESH=1``. What it claims is held against the trees that were
rendered before and after (``claims.py``).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from change.story.claims import Json, Objects, tree, untrue
from harness import Run, refreshing, servewright
from servewright.change.reports.markdown import LIMIT, MARKER

HERE = Path(__file__).parent
FIRST, *STEPS = sorted(path.name for path in (HERE / "steps").iterdir())
_GIT = {
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "A"), ("EMAIL", "a@b.c"))},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip


class Told(NamedTuple):
    """What was said of one commit, and the trees on both sides of it."""

    comment: Run
    report: Json
    code: int
    before: Objects
    after: Objects


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """All commits, in order."""
    root = tmp_path_factory.mktemp("story")
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root, FIRST)
    told: dict[str, Told] = {}
    before = tree(root / "rendered")
    for step in STEPS:
        commit(root, step)
        after = tree(root / "rendered")
        base = ("diff", "--base", "HEAD~1", "--format")
        report = servewright(*base, "json", cwd=root)
        told[step] = Told(servewright(*base, "markdown", cwd=root), json.loads(report.out), report.code, before, after)
        before = after
    return told


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, env={**os.environ, **_GIT}, capture_output=True)


def commit(root: Path, step: str) -> None:
    """Write and delete the files of a step, render, and commit both."""
    # Not with the old times: Git takes a file of the same size and times, within a second, for the one that it knows.
    shutil.copytree(HERE / "steps" / step, root, dirs_exist_ok=True, copy_function=shutil.copyfile)
    deleted = root / "deleted.txt"
    if deleted.exists():
        for path in deleted.read_text(encoding="utf-8").split():
            (root / path).unlink()
        deleted.unlink()
    servewright("render", cwd=root)  # what is broken leaves the tree as it is
    git(root, "add", "--all")
    git(root, "commit", "--quiet", f"--message={step}")


@pytest.mark.parametrize("step", STEPS)
def test_the_comment_is_what_a_reviewer_should_read(story: dict[str, Told], step: str) -> None:
    expected = HERE / "comments" / f"{step}.md"
    comment = story[step].comment.out
    if refreshing():
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(comment, encoding="utf-8")
    assert comment == expected.read_text(encoding="utf-8")
    assert comment.startswith(f"{MARKER}\n")
    assert len(comment.encode()) <= LIMIT


@pytest.mark.parametrize("step", STEPS)
def test_what_is_claimed_is_so(story: dict[str, Told], step: str) -> None:
    told = story[step]
    assert untrue(told.report, told.before, told.after) == []


@pytest.mark.parametrize("step", STEPS)
def test_the_comment_says_what_the_report_says(story: dict[str, Told], step: str) -> None:
    told = story[step]
    comment = told.comment.out
    named = set(re.findall(r"^\| (?:❌|⚠️|ℹ️|✅) \| `([^`]+)` \|", comment, re.MULTILINE))
    assert named == {f"{item['namespace']}/{item['name']}" for item in told.report["deployments"]}
    for item in told.report["deployments"]:
        for found in item["consequences"]:
            assert f"**{found['code']}** {found['slug']}: " in comment
        for changed in item["objects"]:
            for field in changed["fields"]:
                assert f"`{field['path']}`" in comment


@pytest.mark.parametrize("step", STEPS)
def test_exit_1_exactly_when_there_is_an_error(story: dict[str, Told], step: str) -> None:
    told = story[step]
    everything = [
        *told.report["diagnostics"],
        *(x for item in told.report["deployments"] for x in item["consequences"]),
    ]
    wrong = any(item["severity"] == "error" for item in everything)
    assert (told.code, told.comment.code) == (int(wrong), int(wrong))


def test_the_story_has_every_kind_of_change(story: dict[str, Told]) -> None:
    assert [item["change"] for item in story["01-add"].report["deployments"]] == ["added"]
    renaming = {item["change"]: item["renamed"] for item in story["07-rename"].report["deployments"]}
    assert renaming == {"added": "phi-4", "removed": "phi-4-mini"}
    assert [item["change"] for item in story["08-delete"].report["deployments"]] == ["removed"]
    assert story["10-comment"].report["deployments"] == []
    assert story["09-refused"].code == story["11-break"].code == 1
    said = {
        step: {x["slug"] for item in told.report["deployments"] for x in item["consequences"]}
        for step, told in story.items()
    }
    assert "demand-changes" in said["02-scale"]
    assert "model-restarts" in said["03-arguments"] & said["04-image"] & said["05-other-model"]
    assert "model-downtime" in said["05-other-model"] - said["02-scale"]
    assert "newly-exposed" in said["06-expose"]
