"""The hooks for pre-commit, run by it in a repository of their users."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness import servewright
from scaffold.workflow import Clone, clean_environment

PRE_COMMIT = str(Path(sys.executable).with_name("pre-commit"))
HOOKS = ("servewright-validate", "servewright-render-check", "servewright-render")
DEPLOYMENT = "deployments/demo/qwen3-4b.yaml"
RENDERED = "rendered/demo/deployments/qwen3-4b.yaml"


@pytest.fixture(scope="module")
def project(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone of the project as it is now, which the hooks are installed from."""
    folder = tmp_path_factory.mktemp("hooks")
    clone = Clone(source, folder / "home")
    clone.environment["PRE_COMMIT_HOME"] = str(folder / "pre-commit")
    clone.run("git", "init", "--quiet", "--initial-branch=main")
    clone.commit()
    return clone


@pytest.fixture
def user(project: Clone, tmp_path: Path) -> Clone:
    """A new repository that uses a hook of its choice from there."""
    user = Clone(tmp_path / "models", tmp_path / "home")
    user.root.mkdir()
    user.environment = project.environment
    user.run("git", "init", "--quiet", "--initial-branch=main")
    assert servewright("init", ".", "--ci=none", cwd=user.root).code == 0
    user.commit()
    return user


def use(user: Clone, project: Clone, hook: str) -> None:
    """Stage a configuration with exactly this hook, of the commit that the project is at."""
    revision = project.run("git", "rev-parse", "HEAD").strip()
    (user.root / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {project.root}\n  rev: {revision}\n  hooks:\n  - id: {hook}\n", encoding="utf-8"
    )
    user.run("git", "add", ".pre-commit-config.yaml")


def edit(user: Clone, old: str, new: str) -> None:
    file = user.root / DEPLOYMENT
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    user.run("git", "add", DEPLOYMENT)


def add_another(user: Clone) -> None:
    """A second deployment in the same namespace, rendered."""
    second = (user.root / DEPLOYMENT).read_text(encoding="utf-8").replace("name: qwen3-4b", "name: second")
    (user.root / "deployments/demo/second.yaml").write_text(second, encoding="utf-8")
    assert servewright("render", cwd=user.root).code == 0


def test_hooks_pass_refuse_and_repair(project: Clone, user: Clone) -> None:
    """One test, because what takes time is that pre-commit installs the project."""
    for hook in HOOKS:
        use(user, project, hook)
        assert "Passed" in user.run(PRE_COMMIT, "run", "--all-files")

    # A commit that only deletes has no files for pre-commit, and is checked all the same.
    add_another(user)
    for hook, said in zip(HOOKS, ("Passed", "tree-stale", "files were modified by this hook"), strict=True):
        use(user, project, hook)
        user.commit()
        user.run("git", "rm", "--quiet", DEPLOYMENT)
        assert said in user.run(PRE_COMMIT, "run", code=0 if said == "Passed" else 1)
        user.run("git", "reset", "--quiet", "--hard")

    edit(user, "strategy: Recreate", "strategy: Recreate\n  replicas: 2")
    use(user, project, "servewright-validate")
    assert "Passed" in user.run(PRE_COMMIT, "run")
    use(user, project, "servewright-render-check")
    assert "tree-stale" in user.run(PRE_COMMIT, "run", code=1)
    use(user, project, "servewright-render")
    assert "files were modified by this hook" in user.run(PRE_COMMIT, "run", code=1)
    user.run("git", "add", "--all")
    assert "minReplicas: 2" in (user.root / RENDERED).read_text(encoding="utf-8")
    assert "Passed" in user.run(PRE_COMMIT, "run")

    edit(user, "profile: nvidia-gpu", "profile: nvidia-gpus")
    for hook in HOOKS:
        use(user, project, hook)
        assert f"{DEPLOYMENT}:" in user.run(PRE_COMMIT, "run", code=1)


def test_the_configuration_of_a_new_repository_checks_each_commit(tmp_path: Path) -> None:
    user = Clone(tmp_path / "models", tmp_path / "home")
    user.root.mkdir()
    user.environment = {**clean_environment(tmp_path / "home"), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    user.run("git", "init", "--quiet", "--initial-branch=main")
    assert servewright("init", ".", "--ci=none", cwd=user.root).code == 0
    user.commit()
    user.run(PRE_COMMIT, "install")
    edit(user, "strategy: Recreate", "strategy: Recreate\n  replicas: 2")
    assert "tree-stale" in user.run("git", "commit", "--message", "Scale", code=1)
    assert servewright("render", cwd=user.root).code == 0
    user.commit("Scale")
    assert user.run("git", "status", "--short") == ""
    add_another(user)
    user.commit("Add another")
    user.run("git", "rm", "--quiet", DEPLOYMENT)
    assert "tree-stale" in user.run("git", "commit", "--message", "Delete", code=1)
