"""A render of some paths: writes their files, extends lists and lock, deletes nothing."""

from __future__ import annotations

from pathlib import Path

from servewright.write.layout import kustomization
from write.rendered_trees import (
    UNIT_A,
    UNIT_B,
    UNIT_D,
    A,
    B,
    C,
    D,
    files_of,
    identity,
    refused,
    render,
    resources,
    rules,
    tree,
)


def test_a_partial_render_writes_only_its_files_and_deletes_nothing(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B, C, D))
    before = identity(tmp_path / "rendered")
    plan = render(tmp_path, files_of(A, B, image="2"), selection=[UNIT_A])
    assert not plan.findings
    after = identity(tmp_path / "rendered")
    assert set(after) == set(before)
    assert [path for path in after if after[path] != before[path]] == [str(tmp_path / "rendered" / UNIT_A)]
    assert not render(tmp_path, {**files_of(A, B, C, D), UNIT_A: files_of(A, image="2")[UNIT_A]}).to_write


def test_a_partial_render_extends_the_lists_and_the_lock(tmp_path: Path) -> None:
    render(tmp_path, files_of(A))
    plan = render(tmp_path, files_of(B, C, D), selection=[UNIT_B, f"{C}.yaml"])
    assert not plan.findings
    assert resources(tmp_path, "demo/deployments/kustomization.yaml") == ["a.yaml", "b.yaml"]
    assert resources(tmp_path, "demo/kustomization.yaml") == ["connections", "deployments"]
    assert not (tmp_path / "rendered/web").exists()
    partial = tree(tmp_path)
    render(tmp_path, files_of(A, B, C))
    assert tree(tmp_path) == partial, "the same as if all had been rendered at once"


def test_a_partial_render_lists_only_what_is_on_disk(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    (tmp_path / "rendered" / UNIT_A).unlink()
    render(tmp_path, files_of(A, B, "demo/deployments/e"), selection=["demo/deployments/e.yaml"])
    assert resources(tmp_path, "demo/deployments/kustomization.yaml") == ["b.yaml", "e.yaml"]


def test_a_partial_render_into_nothing_starts_a_tree(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, D), selection=[UNIT_D])
    expected = {f"rendered/{path}" for path in files_of(D)} | {"servewright.lock"}
    assert set(tree(tmp_path)) == expected


def test_a_partial_render_fills_an_emptied_namespace_again(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, C, D))
    render(tmp_path, files_of(D))
    render(tmp_path, files_of(A, D), selection=[UNIT_A])
    assert resources(tmp_path, "demo/kustomization.yaml") == ["deployments"]
    assert resources(tmp_path, "demo/deployments/kustomization.yaml") == ["a.yaml"]
    assert resources(tmp_path, "demo/connections/kustomization.yaml") == []


def test_a_partial_render_keeps_the_lock_of_what_was_edited_by_hand(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    (tmp_path / "rendered" / UNIT_B).write_text("edited")
    assert not render(tmp_path, files_of(A, B, image="2"), selection=[UNIT_A]).findings
    plan = render(tmp_path, files_of(A, B, image="2"))
    assert rules(plan.findings) == [("hand-edited", f"rendered/{UNIT_B}")]


def test_a_partial_render_without_a_lock_cannot_know_the_rest(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    (tmp_path / "servewright.lock").unlink()
    refused(tmp_path, files_of(A, B), ("tree-stale", "servewright.lock"), selection=[UNIT_A])


def test_a_partial_render_never_shortens_a_list_that_it_does_not_know(tmp_path: Path) -> None:
    render(tmp_path, files_of(A))
    path = "rendered/demo/deployments/kustomization.yaml"
    (tmp_path / path).write_text(kustomization(["a.yaml", "by-hand.yaml"]))
    refused(tmp_path, files_of(A, B), ("tree-stale", path), selection=[UNIT_B])
    refused(tmp_path, files_of(A, B), ("tree-stale", path), selection=[UNIT_A])


def test_a_partial_render_extends_a_list_that_git_merged(tmp_path: Path) -> None:
    """Both sides' lines are in list and lock, so no hash fits, but the list is what the lock says."""
    first, second = tmp_path / "first", tmp_path / "second"
    for root, unit in ((first, A), (second, B)):
        root.mkdir()
        render(root, files_of(unit))
    for path in ("servewright.lock", "rendered/demo/deployments/b.yaml"):
        with (first / path).open("a") as file:
            file.write((second / path).read_text())
    (first / "rendered/demo/deployments/kustomization.yaml").write_text(kustomization(["a.yaml", "b.yaml"]))
    assert not render(first, files_of("demo/deployments/e"), selection=["demo/deployments/e.yaml"]).findings
    assert resources(first, "demo/deployments/kustomization.yaml") == ["a.yaml", "b.yaml", "e.yaml"]


def test_a_selection_that_gives_no_file_changes_nothing(tmp_path: Path) -> None:
    render(tmp_path, files_of(A))
    before = identity(tmp_path)
    render(tmp_path, files_of(A), selection=["demo/connections/existing.yaml"])
    render(tmp_path, {}, selection=[])
    render(tmp_path, files_of(A, B), selection=["demo/deployments/kustomization.yaml"])
    assert identity(tmp_path) == before
    empty = tmp_path / "empty"
    empty.mkdir()
    render(empty, {}, selection=[])
    assert not list(empty.iterdir())
