"""Whatever stops a render: files are old or new, never half, and the next render finishes."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from servewright.write import disk
from servewright.write.layout import kustomization
from servewright.write.tree import apply_tree, plan_tree
from write.rendered_trees import A, B, C, D, files_of, render, tree


class Killed(BaseException):
    """Stands for a signal: not an Exception that anything may swallow."""


Interrupt = Callable[[int], None]


@pytest.fixture
def interrupt_at(monkeypatch: pytest.MonkeyPatch) -> Interrupt:
    """Let the n-th change to the disk fail, counted over writes, renames and deletions."""

    def arm(step: int) -> None:
        left = [step]

        def counted(name: str) -> None:
            real = getattr(os, name)

            def call(*args: object, **kwargs: object) -> object:
                left[0] -= 1
                if left[0] == 0:
                    raise Killed
                return real(*args, **kwargs)

            monkeypatch.setattr(os, name, call)

        for name in ("write", "replace", "rename", "unlink", "mkdir", "rmdir"):
            counted(name)

    return arm


@pytest.mark.parametrize("step", range(1, 60))
def test_an_interrupted_render_leaves_whole_files_and_the_next_one_finishes(
    tmp_path: Path, interrupt_at: Interrupt, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    before, after = files_of(A, B, C, D), files_of(A, B, "new/runtimes/r", "demo/deployments/e", image="2")
    render(tmp_path, before)
    whole = {*before.values(), *after.values(), kustomization(())}
    plan = plan_tree(str(tmp_path), "rendered", after, allow_deletions=True)
    interrupt_at(step)
    with suppress(Killed):
        apply_tree(plan)
    monkeypatch.undo()
    assert all(text in whole for text in tree(tmp_path / "rendered").values()), "half a file, or a temporary one"
    for path in tmp_path.rglob("kustomization.yaml"):
        for name in yaml.safe_load(path.read_text())["resources"]:
            assert (path.parent / name).exists(), f"{path} lists {name}, which is not there"

    specs_changed_meanwhile = files_of(A, B, "new/runtimes/r", "demo/deployments/e", image="3")
    again = render(tmp_path, specs_changed_meanwhile, allow_deletions=True)
    assert not again.findings, "what the killed run left was taken for somebody else's"
    assert tree(tmp_path / "rendered") == specs_changed_meanwhile
    assert not render(tmp_path, specs_changed_meanwhile).to_write


@pytest.mark.parametrize("step", range(1, 30))
def test_an_interrupted_first_render_leaves_nothing_or_all(
    tmp_path: Path, interrupt_at: Interrupt, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    files = files_of(A, B, C, D)
    plan = plan_tree(str(tmp_path), "clusters/rendered", files)
    interrupt_at(step)
    with suppress(Killed):
        apply_tree(plan)
    monkeypatch.undo()
    assert tree(tmp_path / "clusters/rendered") in ({}, files)
    assert {path.name for path in tmp_path.iterdir()} <= {"clusters", "servewright.lock"}
    apply_tree(again := plan_tree(str(tmp_path), "clusters/rendered", files))
    assert not again.findings
    assert tree(tmp_path / "clusters/rendered") == files


def test_first_renders_at_the_same_time_do_not_harm_each_other(tmp_path: Path) -> None:
    plans = [plan_tree(str(tmp_path), "rendered", files_of(A, B, C, image=image)) for image in ("1", "2")]
    for plan in plans:
        apply_tree(plan)
    assert tree(tmp_path / "rendered") == files_of(A, B, C, image="2")
    assert {path.name for path in tmp_path.iterdir()} == {"rendered", "servewright.lock"}


@pytest.mark.parametrize("there", ["link", "file"])
def test_a_first_render_replaces_nothing_that_came_to_be_there(tmp_path: Path, there: str) -> None:
    root, outside = tmp_path / "repository", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    plan = plan_tree(str(root), "rendered", files_of(A))
    if there == "link":
        (root / "rendered").symlink_to(outside)
    else:
        (root / "rendered").write_text("somebody's")
    with pytest.raises(OSError, match="Not a directory"):
        apply_tree(plan)
    assert not list(outside.iterdir())
    assert (root / "rendered").is_symlink() or (root / "rendered").read_text() == "somebody's"
    assert {path.name for path in root.iterdir()} == {"rendered", "servewright.lock"}


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render(tmp_path, files_of(A))
    before = tree(tmp_path / "rendered")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    plan = plan_tree(str(tmp_path), "rendered", files_of(A, image="2"))
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        apply_tree(plan)
    assert tree(tmp_path / "rendered") == before


def test_a_short_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:7])))
    disk.replace(str(tmp_path / "x"), b"more than seven bytes")
    assert (tmp_path / "x").read_bytes() == b"more than seven bytes"
