"""The base of a change: which commit it is, that it is read as the work tree would be, and that nothing is touched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from change.history import History, changes, fields, git
from harness import BASE, model, project
from servewright.read.from_disk import read_repository
from servewright.read.from_git import read_base
from servewright.repository import Repository

ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
NOTHING = Repository(None)


def state(folder: Path) -> dict[str, bytes | str]:
    """Everything below a folder: contents, targets of links, and when it was last written."""
    return {
        f"{path.relative_to(folder)} {path.lstat().st_mtime_ns}": os.readlink(path)
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def refused(history: History, *arguments: str, **environment: str) -> str:
    """What a usage error says in a terminal; machines get a document with the same."""
    run = history.ask(*arguments, **environment)
    assert (run.code, run.err) == (2, "")
    report = json.loads(run.out)
    (found,) = report["diagnostics"]
    assert (found["code"], found["severity"], found["file"]) == ("SW031", "error", None)
    assert (report["deployments"], report["summary"]["errors"]) == ([], 1)
    run = history.ask("--format", "text", *arguments, **environment)
    assert (run.code, run.out) == (2, "")
    assert run.err == f"error: {found['message']}\n  = help: {found['help']}\n"
    return run.err


def test_without_a_base_it_is_what_is_not_committed(history: History) -> None:
    assert history.diff()["deployments"] == []
    history.deploy(replicas=3)
    history.deploy(name="new")
    history.git("add", "deployments/new.yaml")  # staged or not makes no difference
    assert changes(history.diff()) == ["changed demo/m", "added demo/new"]
    history.commit()
    assert history.diff()["deployments"] == []


def test_a_branch_is_compared_from_where_it_started(history: History) -> None:
    history.git("checkout", "-q", "-b", "feature")
    history.deploy(replicas=3)
    history.commit()
    history.git("checkout", "-q", "main")
    history.deploy(name="elsewhere")
    history.commit()
    history.git("checkout", "-q", "feature")
    assert changes(history.diff("--base", "main")) == ["changed demo/m"]
    history.deploy(name="new")
    assert changes(history.diff("--base=main")) == ["changed demo/m", "added demo/new"]


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_a_file_is_recognised_by_the_hash_that_the_repository_uses(
    tmp_path: Path, hash_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(tmp_path / "repo", hash_name=hash_name)
    history.deploy(name="a")
    history.deploy(name="b")
    history.commit()
    history.deploy(name="b", replicas=2)
    head = read_repository(str(history.root))
    base = read_base(str(history.root), "HEAD", head, ENVIRONMENT)
    same = [source.path for source in base.sources.values() if any(source is other for other in head.sources.values())]
    assert same == ["catalog/profiles.yaml", "deployments/a.yaml", "deployments/connections.yaml", "servewright.yaml"]
    assert base.sources["deployments/b.yaml"].text == model("b")


def test_nothing_is_touched(history: History) -> None:
    history.git("checkout", "-q", "-b", "feature")
    history.deploy(replicas=3)
    history.commit()
    history.deploy(replicas=4)
    os.utime(history.root / "catalog/profiles.yaml")  # which would make `git status` write the index
    before = state(history.root)
    assert changes(history.diff("--base", "main")) == ["changed demo/m"]
    assert state(history.root) == before


def test_the_project_may_be_below_the_root_of_the_git_repository(tmp_path: Path) -> None:
    top = tmp_path / "mono"
    history = History(top / "-a folder\nof teams/models", top=top)
    (top / "servewright.yaml").write_text("not: ours\n")
    history.deploy()
    history.commit()
    history.deploy(replicas=3)
    assert changes(history.diff()) == ["changed demo/m"]


def test_a_base_without_a_project_makes_everything_new(tmp_path: Path) -> None:
    history = History(tmp_path / "repo", {"README.md": "hello\n"})
    history.commit()
    for path, text in BASE.items():
        history.write(path, text)
    history.deploy()
    report = history.diff()
    assert changes(report) == ["added demo/m"]
    assert [(item["name"], item["change"]) for item in report["connections"]] == [("models-s3", "added")]
    (info,) = report["diagnostics"]
    assert (info["code"], info["severity"]) == ("SW030", "info")
    assert (
        info["message"]
        == "the base has no `servewright.yaml` in this folder, so nothing in it can be compared: it counts as empty"
    )
    assert "`--base-directory FOLDER`" in info["help"]


def test_folders_and_release_are_those_of_each_side(tmp_path: Path) -> None:
    history = History(tmp_path / "repo")
    history.write("servewright.yaml", project(inputs={"deployments": ["teams", "deployments"]}))
    history.write("teams/m.yaml", model("m"))
    history.write("old/gone.yaml", model("not-read"))
    history.commit()
    history.write("servewright.yaml", project("openshift-ai 3.3", inputs={"deployments": ["old", "deployments"]}))
    report = history.diff()
    assert changes(report) == ["removed demo/m", "added demo/not-read"]


def test_links_and_everything_else_are_read_as_from_the_work_tree(tmp_path: Path) -> None:
    history = History(tmp_path / "repo")
    root = history.root
    history.write("servewright.yaml", project(inputs={"deployments": ["deployments", "linked", "through/in", "gone"]}))
    for path in (
        "a.yaml", "b.YML", "c.json", ".hidden.yaml", ".git-like/x.yaml", "sub/d.yaml", "sub/.d.yaml", "ü/é.yaml", "bom.yaml"
    ):  # fmt: skip
        history.write(f"deployments/{path}", f"text: {path}\n")
    history.write("deployments/bom.yaml", "\ufeffkind: x\n")
    history.write("elsewhere/in/e.yaml", "e: 1\n")
    history.write("elsewhere/in/deep/f.yaml", "f: 1\n")
    (root / "deployments/latin.yaml").write_bytes(b"a: \xe9\n")
    (root / "deployments/large.yaml").write_bytes(b"#" * (1 << 20) + b"\n")
    (root / os.fsdecode(b"deployments/name-\xe9.yaml")).write_bytes(b"a: 1\n")
    for link, target in {
        "linked": "elsewhere/in",
        "through": "elsewhere",
        "deployments/to-file.yaml": "../elsewhere/in/e.yaml",
        "deployments/again.yaml": "a.yaml",
        "deployments/chain.yaml": "sub/next.yaml",
        "deployments/sub/next.yaml": "../../elsewhere/in/deep/f.yaml",
        "deployments/folder": "../elsewhere",
        "deployments/up": "..",
        "deployments/out.yaml": "../../outside.yaml",
        "deployments/root.yaml": "/etc/passwd",
        "deployments/hidden.yaml": ".hidden.yaml",
        "deployments/json.yaml": "c.json",
        "deployments/dangling.yaml": "nowhere.yaml",
        "deployments/no-yaml": "a.yaml",
    }.items():
        (root / link).symlink_to(target)
    history.commit()
    (tmp_path / "outside.yaml").write_text("secret: 1\n")
    disk = read_repository(str(root))
    from_objects = read_base(str(root), "HEAD", NOTHING, ENVIRONMENT)
    assert [source.path for source in from_objects.deployments] == [source.path for source in disk.deployments]
    assert from_objects == disk
    assert read_base(str(root), "HEAD", disk, ENVIRONMENT) == disk
    assert len(disk.deployments) > 8 and len(disk.findings) > 6


def test_a_submodule_is_said_not_to_be_readable(history: History) -> None:
    commit = history.git("rev-parse", "HEAD").strip()
    history.git("update-index", "--add", "--cacheinfo", f"160000,{commit},deployments/sub")
    history.git("commit", "-q", "-m", "submodule")
    base = read_base(str(history.root), "HEAD", NOTHING, ENVIRONMENT)
    assert [(item.where.file, item.rule.slug) for item in base.findings] == [  # type: ignore[union-attr]
        ("deployments/sub", "unreadable-file")
    ]


def test_another_folder_can_be_the_base(history: History, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(history.root), "before")
    history.deploy(replicas=3)
    history.git("commit", "-q", "-a", "-m", "more")
    assert changes(history.diff("--base-directory", "../before")) == ["changed demo/m"]
    assert fields(history.diff("--base-directory", str(tmp_path / "before")), "m")["spec.predictor.minReplicas"] == (
        2,
        3,
    )
    assert "`../nowhere` does not exist" in refused(history, "--base-directory", "../nowhere")
    (tmp_path / "empty").mkdir()
    message = "there is no servewright.yaml in the folder `../empty`, so there is nothing to compare with"
    assert message in refused(history, "--base-directory", "../empty")
    assert history.ask("--base", "main", "--base-directory", "../before").code == 2


@pytest.mark.parametrize(
    "reference",
    ["nosuch", "origin/main", "", "-x", "--help", "--output=x", "HEAD --all", "a..b", "$(touch x)", "HEAD:catalog", "\x1b[2J", "é"],
)  # fmt: skip
def test_a_reference_that_is_no_commit_is_a_usage_error(history: History, reference: str) -> None:
    before = state(history.root)
    assert "\x1b" not in refused(history, f"--base={reference}")
    assert state(history.root) == before


def test_a_remote_branch_that_was_not_fetched_says_how_to_fetch_it(history: History) -> None:
    said = refused(history, "--base", "origin/release-1")
    assert "`git fetch origin release-1`" in said
    assert "fetch-depth: 0" in said
    assert "`git fetch origin`" in refused(history, "--base", "origin/x`rm -rf .`;$(x)")


@pytest.fixture
def checkout(history: History, tmp_path: Path) -> History:
    """What actions/checkout leaves of a pull request: the merge commit, detached, of a repository that is elsewhere."""
    history.git("checkout", "-q", "-b", "feature")
    history.deploy(replicas=3)
    history.commit("the pull request")
    history.git("checkout", "-q", "main")
    history.deploy(name="other")
    history.commit("what others did meanwhile")
    git(tmp_path, "init", "-q", "--bare", "origin.git")
    origin = f"file://{tmp_path / 'origin.git'}"
    history.git("push", "-q", origin, "main", "feature")
    history.git("checkout", "-q", "--detach", "main")
    history.git("merge", "-q", "--no-ff", "-m", "Merge feature into main", "feature")
    history.git("push", "-q", origin, "HEAD:refs/pull/1/merge")
    found = History(tmp_path / "checkout")
    found.git("remote", "add", "origin", origin)
    return found


PULLED = "+refs/pull/1/merge:refs/remotes/pull/1/merge"


def test_a_pull_request_as_a_workflow_checks_it_out(checkout: History) -> None:
    checkout.git("fetch", "-q", "--prune", "origin", "+refs/heads/*:refs/remotes/origin/*", PULLED)  # fetch-depth: 0
    checkout.git("checkout", "-q", "--force", "refs/remotes/pull/1/merge")
    assert not (checkout.root / ".git" / "refs" / "heads" / "main").exists()
    report = checkout.diff("--base", "origin/main")
    assert changes(report) == ["changed demo/m"]  # and not what others did
    assert fields(report, "m")["spec.predictor.minReplicas"] == (2, 3)


def test_a_pull_request_stays_as_it_is_when_main_goes_on(checkout: History, history: History) -> None:
    history.git("checkout", "-q", "main")
    history.deploy(name="later")
    history.commit("after the merge commit was made")
    history.git("push", "-q", checkout.git("remote", "get-url", "origin").strip(), "main")
    checkout.git("fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", PULLED)
    checkout.git("checkout", "-q", "--force", "refs/remotes/pull/1/merge")
    assert changes(checkout.diff("--base", "origin/main")) == ["changed demo/m"]


def test_a_workflow_that_fetches_one_commit_is_told_what_it_lacks(checkout: History) -> None:
    checkout.git("fetch", "-q", "--depth=1", "origin", PULLED)  # what actions/checkout does unless told otherwise
    checkout.git("checkout", "-q", "--force", "refs/remotes/pull/1/merge")
    said = refused(checkout, "--base", "origin/main")
    assert "`git fetch origin main`" in said
    from servewright.diagnostics.pages import load

    assert load("SW031").output == said.replace("error:", "error[SW031] no-base:")
    checkout.git("fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    assert "`fetch-depth: 0`" in refused(checkout, "--base", "origin/main")


def test_unrelated_histories_have_no_base(history: History) -> None:
    history.git("checkout", "-q", "--orphan", "other")
    history.commit("unrelated")
    assert "HEAD and `main` have no commit in common" in refused(history, "--base", "main")


def test_a_shallow_clone_says_how_to_get_the_history(history: History, tmp_path: Path) -> None:
    history.git("checkout", "-q", "-b", "feature")
    history.commit("second")
    history.git("checkout", "-q", "main")
    history.commit("third")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", "-b", "feature", f"file://{history.root}", "clone")
    history.root = clone
    said = refused(history, "--base", "origin/main")
    assert "shallow" in said and "git fetch --unshallow" in said and "fetch-depth: 0" in said


def test_a_partial_clone_fetches_nothing_by_itself(history: History, tmp_path: Path) -> None:
    history.git("config", "uploadpack.allowFilter", "true")
    history.deploy(replicas=3)
    history.commit()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{history.root}", "clone")
    history.root = clone
    before = state(clone)
    said = refused(history, "--base", "HEAD~1")
    assert "partial clone" in said and "`git fetch --refetch --no-filter`" in said
    assert state(clone) == before
    git(clone, "fetch", "-q", "--refetch", "--no-filter")
    assert changes(history.diff("--base", "HEAD~1")) == ["changed demo/m"]
    assert history.ask("--base", "HEAD").code == 0  # nothing is lacking for that


def test_without_git_or_a_repository_it_says_what_to_do(history: History, tmp_path: Path) -> None:
    said = refused(history, PATH=str(tmp_path))
    assert "Git is not installed" in said and "--base-directory" in said
    os.rename(history.root / ".git", tmp_path / "git")
    said = refused(history, GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert "not in the work tree of a Git repository" in said and "--base-directory" in said
    git(history.root, "init", "-q")
    assert "no commit yet" in refused(history)


def test_a_program_that_the_repository_brings_is_not_run(history: History) -> None:
    program = history.root / "git"
    program.write_text("#!/bin/sh\ntouch ran\n")
    program.chmod(0o755)
    assert history.ask(PATH=f".:{os.environ['PATH']}").code == 0
    assert not (history.root / "ran").exists()


def test_what_a_hook_or_the_configuration_sets_does_not_matter(history: History, tmp_path: Path) -> None:
    """In a hook, Git names the repository and the index that it works on; a configuration can name programs."""
    history.deploy(replicas=3)
    expected = history.ask().out
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    script.chmod(0o755)
    for setting in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "core.alternateRefsCommand"):
        history.git("config", setting, str(script))
    history.git("config", "core.quotePath", "true")
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"):
        (history.root / ".git/hooks" / hook).parent.mkdir(exist_ok=True)
        (history.root / ".git/hooks" / hook).symlink_to(script)
    old = history.git("rev-parse", "HEAD").strip()
    history.git(
        "replace", old, history.git("commit-tree", "-m", "x", git(history.root, "mktree", given="").strip()).strip()
    )
    wrong = {
        "GIT_DIR": "/nonexistent",
        "GIT_INDEX_FILE": "/nonexistent",
        "GIT_WORK_TREE": "/",
        "GIT_OBJECT_DIRECTORY": "/",
    }
    (tmp_path / "ran").unlink(missing_ok=True)  # by the commands above
    run = history.ask(**wrong)
    assert (run.code, run.out) == (0, expected)
    assert not (tmp_path / "ran").exists()


def test_a_repository_of_another_user_says_how_to_allow_it(history: History, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "git"  # as if it belonged to somebody else; Git's own tests do it in this way
    program.write_text(
        f'#!/bin/sh\nPATH="{os.environ["PATH"]}" GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    said = refused(history, PATH=path)
    assert "belongs to another user" in said and "safe.directory" in said
    allowed = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    (tmp_path / "config").write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")
    assert history.ask(PATH=path, GIT_CONFIG_GLOBAL=str(tmp_path / "config")).code == 0
    assert history.ask(PATH=path, **allowed).code == 0
