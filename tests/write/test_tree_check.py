"""``--check`` says what a render would change, and changes nothing."""

from __future__ import annotations

from pathlib import Path

from servewright.write.tree import check_tree
from write.rendered_trees import UNIT_A, UNIT_B, UNIT_D, A, B, C, D, check, files_of, render


def test_check_has_nothing_to_say_about_a_fresh_tree(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B, C))
    assert check(tmp_path, files_of(A, B, C)) == []


def test_check_finds_what_is_wrong_missing_or_no_longer_produced(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B, D))
    assert check(tmp_path, {**files_of(A, B, D), UNIT_A: files_of(A, image="2")[UNIT_A]}) == [
        ("tree-stale", f"rendered/{UNIT_A}"),
    ]
    (tmp_path / "rendered" / UNIT_B).write_text("edited")
    assert check(tmp_path, files_of(A, B, D)) == [("tree-stale", f"rendered/{UNIT_B}")]
    (tmp_path / "rendered" / UNIT_B).unlink()
    assert check(tmp_path, files_of(A, B, D)) == [("tree-stale", f"rendered/{UNIT_B}")]
    assert check(tmp_path, files_of(A, D)) == [
        ("tree-stale", "rendered/demo/deployments/kustomization.yaml"),
    ]
    render(tmp_path, files_of(A, B, D))
    assert check(tmp_path, files_of(A, D)) == [
        ("tree-stale", "rendered/demo/deployments/kustomization.yaml"),
        ("tree-stale", f"rendered/{UNIT_B}"),
    ]


def test_check_says_what_is_the_matter(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    (tmp_path / "rendered" / UNIT_A).write_text("edited")
    findings = check_tree(str(tmp_path), "rendered", files_of(A, D, image="2"))
    messages = {finding.message for finding in findings}
    assert {
        f"`rendered/{UNIT_A}` is neither what the specs say nor what servewright wrote",
        f"`rendered/{UNIT_B}` is no longer produced",
        f"`rendered/{UNIT_D}` is missing",
        "`rendered/demo/deployments/kustomization.yaml` is not what the specs say",
    } <= messages
    assert not any("servewright.lock" in message for message in messages)  # stale for the same reason


def test_check_notices_the_lock(tmp_path: Path) -> None:
    text = render(tmp_path, files_of(A)).lock_text
    for broken in ("", f"{text}x\n", text.replace(" ", "  ")):
        (tmp_path / "servewright.lock").write_text(broken)
        assert check(tmp_path, files_of(A)) == [("tree-stale", "servewright.lock")]
    (tmp_path / "servewright.lock").unlink()
    assert check(tmp_path, files_of(A)) == [("tree-stale", "servewright.lock")]


def test_check_says_one_thing_where_nothing_was_rendered(tmp_path: Path) -> None:
    assert check(tmp_path, files_of(A, B, C, D)) == [("tree-stale", "rendered")]


def test_check_reports_what_a_render_would_refuse(tmp_path: Path) -> None:
    render(tmp_path, files_of(A))
    assert check(tmp_path, {}) == [("no-objects", "")]
    (tmp_path / "rendered" / UNIT_B).write_text("foreign")
    assert ("foreign-file", f"rendered/{UNIT_B}") in check(tmp_path, files_of(A, B))


def test_check_reports_an_emptied_namespace_but_takes_its_remains_as_right(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, D))
    render(tmp_path, files_of(A))
    assert check(tmp_path, files_of(A)) == [("namespace-emptied", "rendered/web/kustomization.yaml")]


def test_check_of_a_part_looks_at_that_part(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, B))
    changed = files_of(A, B, image="2")
    assert check(tmp_path, changed, selection=[UNIT_B]) == [
        ("tree-stale", f"rendered/{UNIT_B}"),
    ]
    (tmp_path / "servewright.lock").unlink()
    assert check(tmp_path, changed, selection=[UNIT_B]) == [("tree-stale", "servewright.lock")]
