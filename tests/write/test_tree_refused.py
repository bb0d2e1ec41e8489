"""Links, paths and locks that lead elsewhere: nothing is read, written or deleted through them."""

from __future__ import annotations

from pathlib import Path

import pytest

from servewright.write.tree import check_tree, plan_tree
from write.rendered_trees import UNIT_A, A, B, D, files_of, refused, render, rules, tree


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
@pytest.mark.parametrize("link", ["rendered", "rendered/demo", "rendered/demo/deployments"])
def test_a_link_on_the_way_is_refused(tmp_path: Path, link: str, inside: bool) -> None:
    root, target = tmp_path / "repo", tmp_path / ("repo/elsewhere" if inside else "elsewhere")
    target.mkdir(parents=True)
    (root / link).parent.mkdir(parents=True, exist_ok=True)
    (root / link).symlink_to(target)
    (root / "servewright.lock").write_text(f"manifests/x.yaml {'0' * 32}\n")
    refused(root, files_of(A), ("path-escapes", link))
    refused(root, files_of(A), ("path-escapes", link), selection=[UNIT_A])
    assert not list(target.iterdir())


def test_a_link_in_a_files_place_is_refused(tmp_path: Path) -> None:
    files = files_of(A, B)
    render(tmp_path, files)
    (tmp_path / "outside").write_text(files[UNIT_A])
    (tmp_path / "rendered" / UNIT_A).unlink()
    (tmp_path / "rendered" / UNIT_A).symlink_to(tmp_path / "outside")
    refused(tmp_path, files_of(A, B, image="2"), ("path-escapes", f"rendered/{UNIT_A}"))
    refused(tmp_path, files_of(B), ("hand-edited-removed", f"rendered/{UNIT_A}"))


def test_nothing_is_deleted_through_a_link(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, D))
    (tmp_path / "rendered/web").rename(tmp_path / "elsewhere")
    (tmp_path / "rendered/web").symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path / "elsewhere")
    refused(tmp_path, files_of(A), ("path-escapes", "rendered/web"), allow_deletions=True)
    assert tree(tmp_path / "elsewhere") == before


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / "servewright.lock").symlink_to(tmp_path / "other")
    refused(tmp_path, files_of(A), ("path-escapes", "servewright.lock"))
    (tmp_path / "servewright.lock").unlink()
    (tmp_path / "servewright.lock").mkdir()
    refused(tmp_path, files_of(A), ("foreign-file", "servewright.lock"))


@pytest.mark.parametrize("output", ["", ".", "..", "/tmp/out", "../out", "a/../../out", "a/..", "a//b", "a\nb", "a\\b"])
def test_an_output_folder_outside_the_repository_is_refused(tmp_path: Path, output: str) -> None:
    plan = plan_tree(str(tmp_path), output, files_of(A))
    assert rules(plan.findings) == [("path-escapes", "")]
    assert plan.refused


def test_a_file_outside_the_output_folder_is_a_programming_error(tmp_path: Path) -> None:
    for path in ("../x.yaml", "/x.yaml", "a/../../x.yaml"):
        with pytest.raises(ValueError, match="outside"):
            plan_tree(str(tmp_path), "rendered", {path: ""})


def test_conflict_markers_in_the_lock_stop_everything(tmp_path: Path) -> None:
    text = render(tmp_path, files_of(A)).lock_text
    (tmp_path / "servewright.lock").write_text(f"<<<<<<< HEAD\n{text}=======\n>>>>>>> theirs\n")
    refused(tmp_path, files_of(A, B), ("lock-conflict", "servewright.lock"))
    assert rules(check_tree(str(tmp_path), "rendered", files_of(A))) == [("lock-conflict", "servewright.lock")]
