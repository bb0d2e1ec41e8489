"""What a render writes and deletes, and above all what it never does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servewright.write import lock
from servewright.write.tree import apply_tree, plan_tree
from write.rendered_trees import UNIT_A, A, B, C, D, check, files_of, identity, refused, render, resources, rules, tree


def test_a_first_render_writes_the_files_and_the_lock_and_nothing_else(tmp_path: Path) -> None:
    files = files_of(A, B, C, D)
    plan = render(tmp_path, files)
    assert not plan.findings
    written = {f"rendered/{path}": text for path, text in files.items()}
    assert tree(tmp_path) == {**written, "servewright.lock": plan.lock_text}
    assert plan.lock_text.splitlines() == sorted(
        f"{path} {lock.hash_of(text.encode())}" for path, text in written.items()
    )
    assert {path.name for path in tmp_path.iterdir()} == {"rendered", "servewright.lock"}


def test_a_second_render_touches_nothing(tmp_path: Path) -> None:
    files = files_of(A, B, C)
    render(tmp_path, files)
    before = identity(tmp_path)
    plan = render(tmp_path, files)
    assert identity(tmp_path) == before
    assert not plan.to_write
    assert not plan.to_delete
    assert len(plan.unchanged) == len(files)


@pytest.mark.parametrize("size", [(1 << 16) - 100, 1 << 16, 1 << 18])
def test_a_large_file_is_compared_as_a_whole(tmp_path: Path, size: int) -> None:
    files = files_of(A, image="x" * size)
    render(tmp_path, files)
    assert not render(tmp_path, files).to_write
    path = tmp_path / "rendered" / UNIT_A
    path.write_text(path.read_text()[:-2] + "y\n")
    assert rules(render(tmp_path, files).findings) == [("hand-edited", f"rendered/{UNIT_A}")]
    assert path.read_text() == files[UNIT_A]


def test_an_emptied_file_is_written_again(tmp_path: Path) -> None:
    files = files_of(A)
    render(tmp_path, files)
    (tmp_path / "rendered" / UNIT_A).write_text("")
    assert rules(render(tmp_path, files).findings) == [("hand-edited", f"rendered/{UNIT_A}")]
    assert (tmp_path / "rendered" / UNIT_A).read_text() == files[UNIT_A]


def test_a_file_that_was_seen_needs_no_text(tmp_path: Path) -> None:
    files = files_of(A, B)
    plan = render(tmp_path, files)
    before = tree(tmp_path)
    seen = {UNIT_A: lock.hash_of(files[UNIT_A].encode())}
    again = render(tmp_path, {**files, UNIT_A: ""}, seen=seen)
    assert (again.to_write, again.lock_text) == ((), plan.lock_text)
    assert tree(tmp_path) == before


def test_a_file_that_was_seen_and_then_made_anew_is_what_was_made(tmp_path: Path) -> None:
    files = files_of(A, B)
    render(tmp_path, files)
    seen = {UNIT_A: lock.hash_of(files[UNIT_A].encode())}
    changed = {**files, UNIT_A: files_of(A, image="2")[UNIT_A]}
    plan = render(tmp_path, changed, seen=seen)
    assert tree(tmp_path) == {**{f"rendered/{path}": text for path, text in changed.items()}, lock.FILE: plan.lock_text}


def test_a_change_rewrites_only_what_changed(tmp_path: Path) -> None:
    files = files_of(A, B)
    render(tmp_path, files)
    before = identity(tmp_path)
    changed = "demo/deployments/a.yaml"
    plan = render(tmp_path, {**files, changed: files_of(A, image="2")[changed]})
    assert not plan.findings
    after = identity(tmp_path)
    touched = {str(Path(path).relative_to(tmp_path)) for path in after if after[path] != before[path]}
    assert touched == {f"rendered/{changed}", "servewright.lock"}


def test_the_output_folder_may_lie_deeper(tmp_path: Path) -> None:
    plan = plan_tree(str(tmp_path), "./clusters/prod/", files_of(A))
    apply_tree(plan)
    assert (tmp_path / "clusters/prod/demo/deployments/a.yaml").is_file()
    assert all(line.startswith("clusters/prod/demo/") for line in plan.lock_text.splitlines())


def test_files_are_readable_by_all_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        render(tmp_path, files_of(A, B, C))
    finally:
        os.umask(old)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in written} == {0o644}
    assert len(written) == 7


def test_the_longest_name_that_a_file_can_have_is_written(tmp_path: Path) -> None:
    render(tmp_path, files_of(f"demo/connections/{'n' * 250}"))


def test_zero_files_are_refused(tmp_path: Path) -> None:
    refused(tmp_path, {}, ("no-objects", ""), allow_deletions=True)  # there is nothing to empty either
    render(tmp_path, files_of(A))
    plan = refused(tmp_path, {}, ("no-objects", ""))
    assert "`servewright render --allow-deletions`" in (plan.findings[0].help or "")
    assert check(tmp_path, {}) == [("no-objects", "")]


def test_the_lock_alone_is_mended(tmp_path: Path) -> None:
    files = files_of(A)
    text = render(tmp_path, files).lock_text
    before = identity(tmp_path / "rendered")
    for broken in (f"{text}nonsense\n", text + text, text.replace("\n", "\r\n"), f"../x {'0' * 32}\n{text}"):
        (tmp_path / "servewright.lock").write_bytes(broken.encode())
        assert not render(tmp_path, files).findings
        assert (tmp_path / "servewright.lock").read_text() == text
    assert identity(tmp_path / "rendered") == before


def test_a_removed_deployments_file_is_deleted(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    plan = render(tmp_path, files_of(A))
    assert plan.to_delete == ("rendered/demo/deployments/b.yaml",)
    assert not plan.findings
    assert resources(tmp_path, "demo/deployments/kustomization.yaml") == ["a.yaml"]
    assert "b.yaml" not in plan.lock_text
    assert not (tmp_path / "rendered/demo/deployments/b.yaml").exists()


def test_foreign_files_are_never_deleted_or_overwritten(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    foreign = {"rendered/README.md": "hi", "rendered/demo/deployments/mine.yaml": "kind: X\n", "rendered/other/x": ""}
    for path, text in foreign.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    for files in (files_of(A, B, image="2"), files_of(A), files_of(D)):
        render(tmp_path, files, allow_deletions=True)
        assert {path: text for path, text in tree(tmp_path).items() if path in foreign} == foreign


def test_folders_that_a_deletion_emptied_are_removed(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, D))
    render(tmp_path, files_of(A), allow_deletions=True)
    assert not (tmp_path / "rendered/web").exists()
    render(tmp_path, files_of(A, C))
    (tmp_path / "rendered/demo/connections/mine.txt").write_text("stays")
    render(tmp_path, files_of(A), allow_deletions=True)
    assert [path.name for path in (tmp_path / "rendered/demo/connections").iterdir()] == ["mine.txt"]


def test_a_file_that_is_gone_already_is_no_problem(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    (tmp_path / "rendered/demo/deployments/b.yaml").unlink()
    plan = render(tmp_path, files_of(A))
    assert not plan.to_delete
    assert "b.yaml" not in plan.lock_text


@pytest.mark.parametrize(
    "line", ["deployments/spec.yaml", "rendered/../deployments/spec.yaml", "/{}", "rendered2/x.yaml"]
)
def test_a_hostile_lock_cannot_delete_outside_the_output(tmp_path: Path, line: str) -> None:
    render(tmp_path, files_of(A))
    for path in ("deployments/spec.yaml", "rendered2/x.yaml"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text("precious")
    hostile = line.format(tmp_path / "deployments/spec.yaml")
    with (tmp_path / "servewright.lock").open("a") as file:
        file.write(f"{hostile} {lock.hash_of(b'precious')}\n")
    plan = render(tmp_path, files_of(A, B))
    assert not plan.to_delete
    assert (tmp_path / "deployments/spec.yaml").read_text() == "precious"
    assert (tmp_path / "rendered2/x.yaml").read_text() == "precious"
    assert hostile not in plan.lock_text


def test_a_hostile_lock_cannot_make_files_that_are_not_ours(tmp_path: Path) -> None:
    render(tmp_path, files_of(A))
    with (tmp_path / "servewright.lock").open("a") as file:
        for path in ("rendered/kustomization.yaml", "rendered/demo/.git/kustomization.yaml", "rendered/x/y/z.yaml"):
            file.write(f"{path} {'0' * 32}\n")
    before = tree(tmp_path / "rendered")
    render(tmp_path, files_of(A))
    assert tree(tmp_path / "rendered") == before


def test_a_hand_edited_file_of_a_living_deployment_is_overwritten_with_a_warning(tmp_path: Path) -> None:
    files = files_of(A, B)
    render(tmp_path, files)
    (tmp_path / "rendered/demo/deployments/a.yaml").write_text("edited")
    plan = render(tmp_path, files)
    assert rules(plan.findings) == [("hand-edited", "rendered/demo/deployments/a.yaml")]
    assert (tmp_path / "rendered/demo/deployments/a.yaml").read_text() == files["demo/deployments/a.yaml"]


def test_a_hand_edit_that_says_what_would_be_written_is_fine(tmp_path: Path) -> None:
    render(tmp_path, files_of(A))
    after = files_of(A, image="2")
    (tmp_path / "rendered/demo/deployments/a.yaml").write_text(after["demo/deployments/a.yaml"])
    assert not render(tmp_path, after).findings


def test_a_hand_edited_file_of_a_removed_deployment_is_kept_with_an_error(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    edited = tmp_path / "rendered/demo/deployments/b.yaml"
    edited.write_text("edited")
    refused(tmp_path, files_of(A, image="2"), ("hand-edited-removed", "rendered/demo/deployments/b.yaml"))
    edited.unlink()
    assert not render(tmp_path, files_of(A)).findings


def test_without_a_lock_what_differs_counts_as_edited_and_nothing_is_deleted(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    (tmp_path / "servewright.lock").unlink()
    plan = render(tmp_path, files_of(A, image="2"))
    assert rules(plan.findings) == [
        ("hand-edited", "rendered/demo/deployments/a.yaml"),
        ("hand-edited", "rendered/demo/deployments/kustomization.yaml"),
    ]
    assert (tmp_path / "rendered/demo/deployments/b.yaml").exists()
    assert not render(tmp_path, files_of(A, image="2")).findings


def test_without_a_lock_a_tree_that_is_right_is_adopted(tmp_path: Path) -> None:
    files = files_of(A, B)
    text = render(tmp_path, files).lock_text
    before = identity(tmp_path / "rendered")
    (tmp_path / "servewright.lock").unlink()
    assert not render(tmp_path, files).findings
    assert (tmp_path / "servewright.lock").read_text() == text
    assert identity(tmp_path / "rendered") == before


def test_a_foreign_file_in_the_way_is_an_error_unless_it_is_the_same(tmp_path: Path) -> None:
    render(tmp_path, files_of(A))
    files, path = files_of(A, B), "demo/deployments/b.yaml"
    (tmp_path / "rendered" / path).write_text("somebody's")
    refused(tmp_path, files, ("foreign-file", f"rendered/{path}"))
    (tmp_path / "rendered" / path).write_text(files[path])
    assert f"rendered/{path}" in render(tmp_path, files).lock_text


def test_a_folder_or_a_device_in_the_way_is_an_error(tmp_path: Path) -> None:
    render(tmp_path, files_of(A))
    (tmp_path / "rendered/demo/deployments/b.yaml").mkdir()
    os.mkfifo(tmp_path / "rendered/demo/connections")
    os.mkfifo(tmp_path / "rendered/demo/deployments/e.yaml")
    refused(
        tmp_path,
        files_of(A, B, C, "demo/deployments/e"),
        ("foreign-file", "rendered/demo/deployments/b.yaml"),
        ("foreign-file", "rendered/demo/deployments/e.yaml"),
        ("foreign-file", "rendered/demo/connections"),
    )


def test_a_file_where_the_output_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "rendered").write_text("")
    refused(tmp_path, files_of(A), ("foreign-file", "rendered"))
