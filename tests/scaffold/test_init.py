"""``servewright init``: what it makes renders at once, and what is there already is left alone."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from harness import Run, model, project, servewright, tree
from servewright.catalog.release import known_releases
from servewright.scaffold.choices import CI, ENGINES
from servewright.schema import KINDS, json_schema
from servewright.write import disk
from servewright.write.additions import add, plan_additions

EVERYTHING = {
    ".gitattributes",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".schemas/connection.json",
    ".schemas/modeldeployment.json",
    ".schemas/project.json",
    "README.md",
    "catalog/README.md",
    "catalog/hardware-profiles.yaml",
    "deployments/demo/qwen3-4b.yaml",
    "rendered/demo/deployments/kustomization.yaml",
    "rendered/demo/deployments/qwen3-4b.yaml",
    "rendered/demo/kustomization.yaml",
    "requirements-servewright.txt",
    "servewright.lock",
    "servewright.yaml",
}
OF_CI = {
    "github": {
        ".github/CODEOWNERS",
        ".github/workflows/servewright-comment.yaml",
        ".github/workflows/servewright.yaml",
    },
    "gitlab": {".gitlab-ci.yml", ".gitlab/CODEOWNERS", "ci/servewright.gitlab-ci.yml"},
    "tekton": {"ci/servewright-task.yaml"},
    "none": set(),
}


def init(folder: Path, *args: str) -> Run:
    """Run it in a folder, which is made; it must succeed."""
    run = servewright("init", str(folder), *args, cwd=folder.parent)
    assert run.code == 0, run.err
    return run


@pytest.mark.parametrize("ci", CI)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("platform", "version"), known_releases())
def test_every_choice_gives_a_repository_without_problems(
    tmp_path: Path, platform: str, version: str, engine: str, ci: str
) -> None:
    root = tmp_path / "models"
    init(root, "--platform", platform, "--version", version, "--engine", engine, "--ci", ci)
    assert set(tree(root)) == EVERYTHING | OF_CI[ci]
    for command in (["render", "--check"], ["validate"]):
        assert servewright(*command, "--fail-on", "warning", cwd=root).code == 0
    spec = yaml.safe_load((root / "servewright.yaml").read_text(encoding="utf-8"))["spec"]
    assert spec["platform"] == {"name": platform, "version": version}
    assert spec["gitops"]["engine"] == engine


def test_the_same_choices_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    init(tmp_path / "a" / "models")
    init(tmp_path / "b" / "models")
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_no_placeholder_is_left(tmp_path: Path) -> None:
    init(tmp_path / "models")
    init(tmp_path / "others", "--ci", "gitlab")
    init(tmp_path / "more", "--ci", "tekton")
    for path, text in tree(tmp_path).items():
        assert not re.findall(r"@[A-Z]+@", text), path


def test_editors_find_the_schema_that_each_document_names(tmp_path: Path) -> None:
    root = tmp_path / "models"
    init(root)
    for path in ("servewright.yaml", "deployments/demo/qwen3-4b.yaml"):
        file = root / path
        text = file.read_text(encoding="utf-8")
        named = text.partition("\n")[0].removeprefix("# yaml-language-server: $schema=")
        schema = json.loads((file.parent / named).read_text(encoding="utf-8"))
        document = yaml.safe_load(text)
        assert schema["title"] == document["kind"]
        jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    for kind in KINDS:
        assert json.loads((root / f".schemas/{kind.lower()}.json").read_text(encoding="utf-8")) == json_schema(kind)


@pytest.mark.parametrize(
    ("folder", "name"),
    [("acme-models", "acme-models"), ("ACME Models!", "acme-models"), ("modèles", "mod-les"), ("…", "models")],
)
def test_the_folder_gives_the_name(tmp_path: Path, folder: str, name: str) -> None:
    init(tmp_path / folder)
    document = yaml.safe_load((tmp_path / folder / "servewright.yaml").read_text(encoding="utf-8"))
    assert document["metadata"]["name"] == name


@pytest.mark.parametrize("name", ["123", "y", "yes", "null", "1e3", "0x1f", "2026-01-01", "1-2"])
def test_a_name_that_yaml_would_read_as_something_else_stays_a_name(tmp_path: Path, name: str) -> None:
    url = "https://git.example.com/acme/models.git"
    init(tmp_path / name, f"--repository={url}")
    document = yaml.safe_load((tmp_path / name / "servewright.yaml").read_text(encoding="utf-8"))
    assert document["metadata"]["name"] == name
    assert servewright("gitops", "argocd", cwd=tmp_path / name).code == 0


@pytest.mark.parametrize(
    ("there", "ci"),
    [
        ((), "github"),
        ((".gitlab-ci.yml",), "gitlab"),
        ((".gitlab/issue_templates/a.md",), "gitlab"),
        ((".github/workflows/a.yaml",), "github"),
        ((".github/CODEOWNERS", ".gitlab-ci.yml"), "github"),
        (("ci/servewright-task.yaml",), "tekton"),
    ],
)
def test_checks_are_for_what_the_repository_has(tmp_path: Path, there: tuple[str, ...], ci: str) -> None:
    for path in there:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x: 1\n", encoding="utf-8")
    run = init(tmp_path)
    assert f"checks are for {ci}, because " in run.err
    assert set(tree(tmp_path)) - set(there) == (EVERYTHING | OF_CI[ci]) - set(there)
    assert "checks are for" not in init(tmp_path, "--ci=none").err


def test_a_pipeline_of_ones_own_is_told_to_include_the_jobs(tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text("stages: [build]\n", encoding="utf-8")
    err = init(tmp_path).err
    assert "  .gitlab-ci.yml\n    add: include:\n    add: - local: /ci/servewright.gitlab-ci.yml\n" in err


@pytest.mark.parametrize(
    ("ci", "says"),
    [
        ("github", "pull request the label `allow-deletions`"),
        ("gitlab", "merge request the label `allow-deletions`"),
        ("tekton", "parameter `allow-deletions`"),
        ("none", "`servewright diff --allow-deletions`"),
    ],
)
def test_the_readme_tells_colleagues_how_it_works_here(tmp_path: Path, ci: str, says: str) -> None:
    init(tmp_path / "models", f"--ci={ci}", "--engine=flux", "--name=null")
    text = (tmp_path / "models/README.md").read_text(encoding="utf-8")
    assert text.startswith("# null\n")
    assert "Flux syncs" in text
    assert says in text


def test_without_a_folder_it_is_the_one_where_you_are(tmp_path: Path) -> None:
    assert servewright("init", "--name", "Fleet", cwd=tmp_path).code == 0
    assert yaml.safe_load((tmp_path / "servewright.yaml").read_text(encoding="utf-8"))["metadata"]["name"] == "fleet"


def test_what_the_checks_install_is_in_one_file(tmp_path: Path) -> None:
    source = "servewright @ git+https://git.example.com/servewright.git@0123456789abcdef0123456789abcdef01234567"
    for ci in CI:
        assert "which servewright the checks install" not in init(tmp_path / ci, "--ci", ci, "--install", source).err
        assert [path for path, text in tree(tmp_path / ci).items() if source in text] == [
            "requirements-servewright.txt"
        ]
        assert (tmp_path / ci / "requirements-servewright.txt").read_text(encoding="utf-8").splitlines()[-1] == source


@pytest.mark.parametrize("bad", ["", " x", "a\nb", "--index-url=https://evil.example", "# x", "a\x1b[2J"])
def test_what_pip_would_not_take_for_a_requirement_is_refused(tmp_path: Path, bad: str) -> None:
    run = servewright("init", "x", f"--install={bad}", cwd=tmp_path)
    assert (run.code, list(tmp_path.iterdir())) == (2, [])
    assert "\x1b" not in run.err


def test_an_engine_can_be_told_at_once(tmp_path: Path) -> None:
    for engine in ("argocd", "flux"):
        url = f"https://git.example.com/acme/{engine}.git"
        run = init(tmp_path / engine, f"--engine={engine}", f"--repository={url}")
        assert f"\n  servewright gitops {engine} > {engine}.yaml\n" in run.err
        told = servewright("gitops", engine, cwd=tmp_path / engine)
        assert told.code == 0, told.err
        assert url in told.out


def test_an_address_is_a_comment_until_it_is_known(tmp_path: Path) -> None:
    assert "write `repository` into servewright.yaml, then: servewright gitops argocd" in init(tmp_path).err
    project = tmp_path / "servewright.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("# repository:", "repository:"), encoding="utf-8")
    assert servewright("gitops", "argocd", cwd=tmp_path).code == 0


@pytest.mark.parametrize("url", ["https://me:s3cr3t@git.example.com/a/b.git", "not an address", 'https://x/y"\n  z: 1'])
def test_an_address_that_cannot_be_in_git_is_refused_before_anything_is_written(tmp_path: Path, url: str) -> None:
    run = servewright("init", "x", f"--repository={url}", cwd=tmp_path)
    assert (run.code, list(tmp_path.iterdir())) == (2, [])
    assert "`--repository` cannot be used" in run.err
    assert "s3cr3t" not in run.err


# --- what is there already -------------------------------------------------------------------------------------------


def test_files_that_are_there_are_left_alone_and_listed(tmp_path: Path) -> None:
    mine = {".gitignore": "*.pyc\n", ".github/CODEOWNERS": "* @me\n", "README.md": "# Mine\n", "src/a.py": "1\n"}
    for path, text in mine.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    run = init(tmp_path)
    after = tree(tmp_path)
    assert {path: after[path] for path in mine} == mine
    left = run.err.partition("left as they are")[2].partition("\n1 deployment")[0]
    assert "  .gitignore\n    add: .servewright/\n" in left
    assert "  .github/CODEOWNERS\n" in left
    assert "  README.md\n" in left
    assert EVERYTHING | OF_CI["github"] <= set(after)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    init(tmp_path)
    before = {path: os.stat(path).st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    run = init(tmp_path)
    assert "0 files added" in run.err
    assert {path: os.stat(path).st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("written", [1, 5, 13])
def test_a_run_that_was_interrupted_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    real, calls = disk.create, []

    def create(path: str, content: bytes) -> None:
        calls.append(path)
        if len(calls) > written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, content)

    with monkeypatch.context() as broken:
        broken.setattr(disk, "create", create)
        run = servewright("init", "models", cwd=tmp_path)
    assert run.code == 2
    assert "no space left on device" in run.err
    assert len(tree(tmp_path / "models")) == written
    init(tmp_path / "models")
    init(tmp_path / "other", "--name=models")
    assert tree(tmp_path / "models") == tree(tmp_path / "other")


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    additions = plan_additions(str(tmp_path), {"a/b": "ours\n"})
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_text("theirs\n", encoding="utf-8")
    with pytest.raises(FileExistsError):
        add(additions)
    assert tree(tmp_path) == {"a/b": "theirs\n"}


def test_a_repository_of_ones_own_gets_what_goes_around_it_alone(tmp_path: Path) -> None:
    files = {"servewright.yaml": project(), "deployments/m.yaml": model()}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    init(tmp_path, "--ci", "gitlab")
    after = tree(tmp_path)
    assert {path: after[path] for path in files} == files
    assert ".gitlab-ci.yml" in after
    assert not [path for path in after if path.startswith(("catalog/", "deployments/demo/", "rendered/"))]


@pytest.mark.parametrize(
    "option",
    ["--name=x", "--platform=open-data-hub", "--version=3.3", "--engine=flux", "--repository=https://x.example/y"],
)
def test_an_option_that_would_have_no_effect_is_refused(tmp_path: Path, option: str) -> None:
    init(tmp_path)
    before = tree(tmp_path)
    run = servewright("init", option, cwd=tmp_path)
    assert run.code == 2
    assert f"`{option.partition('=')[0]}` has no effect" in run.err
    assert tree(tmp_path) == before


def test_what_does_not_compile_together_with_ones_own_specs_is_reported(tmp_path: Path) -> None:
    (tmp_path / "deployments").mkdir()
    (tmp_path / "deployments/mine.yaml").write_text("kind: Deployment\napiVersion: apps/v1\n", encoding="utf-8")
    run = servewright("init", cwd=tmp_path)
    assert run.code == 1
    assert "deployments/mine.yaml:1:7" in run.err
    assert not (tmp_path / "rendered").exists()
    steps = run.err.partition("\nnext:\n")[2]
    assert steps.startswith("  correct what the errors above are about, then: servewright render\n")
    assert "move it, or name other folders in servewright.yaml (spec.inputs)" in steps
    (tmp_path / "deployments/mine.yaml").unlink()
    assert servewright("render", cwd=tmp_path).code == 0


# --- only inside the folder ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["deployments", ".github", ".github/workflows", ".gitignore", "catalog"])
def test_a_link_is_not_followed(tmp_path: Path, link: str) -> None:
    root, outside = tmp_path / "models", tmp_path / "outside"
    outside.mkdir()
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(outside / "new" if link == ".gitignore" else outside)
    run = servewright("init", "models", cwd=tmp_path)
    assert run.code == 2
    assert f"{link} is a symbolic link" in run.err
    assert list(outside.iterdir()) == []
    assert {path.name for path in root.rglob("*") if not path.is_dir()} <= {Path(link).name}


@pytest.mark.parametrize("path", ["catalog", ".github/workflows"])
def test_nothing_is_written_when_a_file_is_where_a_folder_goes(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("", encoding="utf-8")
    run = servewright("init", cwd=tmp_path)
    assert run.code == 2
    assert f"{path} is not a folder" in run.err
    assert set(tree(tmp_path)) == {path}


def test_a_folder_where_a_file_goes_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").mkdir()
    run = servewright("init", cwd=tmp_path)
    assert (run.code, tree(tmp_path)) == (2, {})
    assert ".gitignore is a folder" in run.err


def test_a_repository_in_a_repository_is_refused(tmp_path: Path) -> None:
    init(tmp_path)
    run = servewright("init", "more/models", cwd=tmp_path)
    assert run.code == 2
    assert "is part of the repository" in run.err
    assert not (tmp_path / "more").exists()


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_workflows_that_would_not_be_found_are_refused(tmp_path: Path, ci: str) -> None:
    (tmp_path / ".git").mkdir()
    run = servewright("init", "models", "--ci", ci, cwd=tmp_path)
    assert run.code == 2
    assert "is not the top of its Git repository" in run.err
    assert not (tmp_path / "models").exists()
    init(tmp_path / "models", "--ci", "none")
    assert "git init" not in servewright("init", "models", "--ci", "none", cwd=tmp_path).err


def test_a_release_that_is_not_known_is_refused(tmp_path: Path) -> None:
    run = servewright("init", "x", "--platform", "open-data-hub", "--version", "9.9", cwd=tmp_path)
    assert (run.code, list(tmp_path.iterdir())) == (2, [])
    assert "write one of 3.3, 3.4, 3.5, 3.6" in run.err


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert servewright("init", "file", cwd=tmp_path).code == 2
    assert servewright("init", "file/below", cwd=tmp_path).code == 2


def test_next_steps_fit_the_choices(tmp_path: Path) -> None:
    assert "git init --initial-branch=main" in init(tmp_path / "a", "--ci", "tekton").err
    assert "oc apply -f ci/servewright-task.yaml" in init(tmp_path / "b", "--ci", "tekton").err
    assert ".github/CODEOWNERS" in init(tmp_path / "c").err.partition("next:")[2]
    assert "which servewright the checks install" in init(tmp_path / "d").err
    assert "which servewright the checks install" in init(tmp_path / "d").err, "it is still not written"
    (tmp_path / "d/requirements-servewright.txt").write_text("servewright==9\n", encoding="utf-8")
    assert "which servewright the checks install" not in init(tmp_path / "d").err
    for ci in ("github", "gitlab"):
        assert "create the label `allow-deletions`" in init(tmp_path / f"label-{ci}", f"--ci={ci}").err


def test_the_steps_start_where_you_are(tmp_path: Path) -> None:
    for folder, first in (("a b", "cd 'a b'"), ("c/d", "cd c/d"), (str(tmp_path / "e"), f"cd {tmp_path}/e")):
        run = servewright("init", folder, cwd=tmp_path)
        assert run.err.partition("\nnext:\n")[2].startswith(f"  {first}\n")
    (tmp_path / "f").mkdir()
    assert "  cd " not in servewright("init", cwd=tmp_path / "f").err
