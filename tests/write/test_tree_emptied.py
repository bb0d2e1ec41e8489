"""A path that a GitOps engine may sync stays until somebody says that it may go."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.write.layout import kustomization
from write.rendered_trees import A, B, C, D, check, files_of, refused, render, resources, rules, tree


def test_an_emptied_namespace_keeps_empty_kustomizations_until_deletions_are_allowed(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, C, D))
    for _ in range(2):
        plan = render(tmp_path, files_of(D))
        assert rules(plan.findings) == [("namespace-emptied", "rendered/demo/kustomization.yaml")]
        assert "`demo`" in plan.findings[0].message
        assert sorted(tree(tmp_path / "rendered/demo")) == [
            "connections/kustomization.yaml",
            "deployments/kustomization.yaml",
            "kustomization.yaml",
        ]
        for path in ("", "connections/", "deployments/"):
            assert resources(tmp_path, f"demo/{path}kustomization.yaml") == []
        assert plan.kept == tuple(
            f"rendered/demo/{path}kustomization.yaml" for path in ("connections/", "deployments/", "")
        )
    plan = render(tmp_path, files_of(D), allow_deletions=True)
    assert not plan.findings
    assert not (tmp_path / "rendered/demo").exists()
    assert not render(tmp_path, files_of(D)).findings
    assert not (tmp_path / "rendered/demo").exists()


def test_an_emptied_folder_of_a_living_namespace_stays_too(tmp_path: Path) -> None:
    """Flux syncs the three folders one by one: a path that vanished would stop it from pruning."""
    render(tmp_path, files_of(A, C))
    plan = render(tmp_path, files_of(A))
    assert not plan.findings
    assert resources(tmp_path, "demo/connections/kustomization.yaml") == []
    assert resources(tmp_path, "demo/kustomization.yaml") == ["deployments"]
    assert not (tmp_path / "rendered/demo/connections/c.yaml").exists()
    render(tmp_path, files_of(A), allow_deletions=True)
    assert not (tmp_path / "rendered/demo/connections").exists()


def test_a_namespace_that_comes_back_is_filled_again(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, C, D))
    before = tree(tmp_path)
    render(tmp_path, files_of(D))
    assert not render(tmp_path, files_of(A, C, D)).findings
    assert tree(tmp_path) == before


def test_a_namespace_folder_that_somebody_deleted_comes_back_empty(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, D))
    for path in ("web/deployments/d.yaml", "web/deployments/kustomization.yaml", "web/kustomization.yaml"):
        (tmp_path / "rendered" / path).unlink()
    plan = render(tmp_path, files_of(A))
    assert rules(plan.findings) == [("namespace-emptied", "rendered/web/kustomization.yaml")]
    assert resources(tmp_path, "web/kustomization.yaml") == []


def test_the_last_of_all_leaves_empty_lists_only_when_deletions_are_allowed(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, C, D))
    plan = render(tmp_path, {}, allow_deletions=True)
    emptied = [("namespace-emptied", f"rendered/{name}/kustomization.yaml") for name in ("demo", "web")]
    assert rules(plan.findings) == emptied
    lists = ["demo/connections", "demo/deployments", "demo", "web/deployments", "web"]
    assert sorted(tree(tmp_path / "rendered")) == sorted(f"{path}/kustomization.yaml" for path in lists)
    assert all(resources(tmp_path, f"{path}/kustomization.yaml") == [] for path in lists)
    # That is what was meant, so it stays fine, as for engines and CI.
    before = tree(tmp_path)
    assert check(tmp_path, {}) == emptied
    assert rules(render(tmp_path, {}).findings) == emptied
    assert tree(tmp_path) == before
    # Once it is pruned on the cluster:
    render(tmp_path, {}, allow_deletions=True)
    assert not (tmp_path / "rendered").exists() or tree(tmp_path / "rendered") == {}
    refused(tmp_path, {}, ("no-objects", ""), allow_deletions=True)


def test_an_emptied_tree_is_filled_again(tmp_path: Path) -> None:
    render(tmp_path, files_of(A, C))
    before = tree(tmp_path)
    render(tmp_path, {}, allow_deletions=True)
    assert not render(tmp_path, files_of(A, C)).findings
    assert tree(tmp_path) == before


units = st.sampled_from([A, B, C, D, "demo/runtimes/r", "web/connections/c", "x/deployments/a"])
steps = st.lists(st.tuples(st.sets(units, min_size=1), st.sampled_from("12"), st.booleans()), min_size=1, max_size=5)


@settings(max_examples=100)
@given(steps)
def test_whatever_was_rendered_before_the_tree_is_what_the_specs_say(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[set[str], str, bool]]
) -> None:
    root = tmp_path_factory.mktemp("repo")
    for wanted, image, allow in steps:
        files = files_of(*wanted, image=image)
        plan = render(root, files, allow_deletions=allow)
        assert set(rules(plan.findings)) <= {("namespace-emptied", path) for path in plan.kept}
        kept = {path.removeprefix("rendered/"): kustomization(()) for path in plan.kept}
        assert not (allow and kept)
        assert tree(root / "rendered") == {**kept, **files}
        assert not [found for found in check(root, files) if found[0] != "namespace-emptied"]
        assert not [path for path in (root / "rendered").rglob("*") if path.is_dir() and not any(path.iterdir())]


@settings(max_examples=60)
@given(st.lists(units, min_size=1, unique=True))
def test_rendering_one_by_one_gives_the_same_tree_as_rendering_all(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    one_by_one, at_once = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("all")
    files = files_of(*order)
    for unit in order:
        assert not render(one_by_one, files, selection=[f"{unit}.yaml"]).findings
    render(at_once, files)
    assert tree(one_by_one) == tree(at_once)
