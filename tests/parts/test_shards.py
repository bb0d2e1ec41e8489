"""Shards, made wherever, are merged to what one run makes; what does not fit together is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness import Repo, Run, servewright, tree
from test_properties import FILES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        target = tmp_path / "repository" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return tmp_path / "repository"


def shards(root: Path, total: int) -> list[str]:
    """The files of all shards, in a folder beside the repository."""
    paths = []
    for number in range(1, total + 1):
        answer = servewright("render", "--shard", f"{number}/{total}", cwd=root)
        assert answer.code == 0
        path = root.parent / f"shard-{number}-{total}.json"
        path.write_text(answer.out, encoding="utf-8")
        paths.append(str(path))
    return paths


def refused(answer: Run) -> str:
    assert answer.code == 2, answer
    return answer.err.splitlines()[0]


@pytest.mark.parametrize("total", [1, 2, 3, 50])
def test_merged_shards_are_the_whole_tree(root: Path, total: int) -> None:
    files = shards(root, total)
    assert not (root / "rendered").exists()
    merged = servewright("merge", *reversed(files), cwd=root)
    made = tree(root)
    assert servewright("render", "--check", cwd=root).code == 0
    whole = servewright("render", "--no-cache", cwd=root)
    assert tree(root) == made
    assert merged.err.split(";")[0] == whole.err.split(";")[0]  # findings and counts; then what was written
    assert servewright("merge", "--check", *files, cwd=root).code == 0
    assert servewright("merge", "--stdout", *files, cwd=root).out == servewright("render", "--stdout", cwd=root).out


def test_what_only_shows_when_all_are_known_is_found(repo: Repo) -> None:
    repo.deploy(name="one")
    repo.deploy(name="two")
    text = (repo.root / "deployments/one.yaml").read_text()
    (repo.root / "deployments/two.yaml").write_text(text)
    files = []
    for number in (1, 2):
        answer = repo.run("render", "--shard", f"{number}/2")
        assert answer.code == 0
        files.append(f"shard-{number}.json")
        repo.write(files[-1], answer.out)
    merged = repo.run("merge", *files)
    assert merged.code == 1
    assert "duplicate-document" in merged.err
    assert merged.err == repo.run("render").err


def test_the_merge_knows_what_does_not_fit(root: Path) -> None:
    one, two = shards(root, 2)
    other = shards(root, 3)[0]
    assert "shard 2/2 is missing" in refused(servewright("merge", one, cwd=root))
    assert "does not fit beside the others" in refused(servewright("merge", one, other, cwd=root))
    assert "cannot be read: no such file" in refused(servewright("merge", one, "nowhere.json", cwd=root))
    (root / "catalog/more.yaml").write_text("# another commit\n")
    assert "was made of other inputs" in refused(servewright("merge", one, two, cwd=root))
    assert not (root / "rendered").exists()


@pytest.mark.parametrize("change", ["[]", "{}", '{"version": 1}', "not json", "[" * 100_000, ""])
def test_a_file_that_is_no_shard_is_refused(root: Path, change: str) -> None:
    path = root.parent / "shard.json"
    path.write_text(change)
    assert "is not a shard" in refused(servewright("merge", str(path), cwd=root))


def test_a_damaged_shard_is_refused(root: Path) -> None:
    [path] = shards(root, 1)
    whole = Path(path).read_text()
    head, body, _ = whole.split("\n")
    document = json.loads(body)
    damaged = [whole[:-100], whole.replace("chat", "chit"), head, f"{head}\n{{}}\n"]
    damaged += [f"{head}\n{json.dumps({**document, field: []})}\n" for field in ("parts", "texts", "digests")]
    for text in damaged:
        Path(path).write_text(text)
        assert "is damaged" in refused(servewright("merge", path, cwd=root))
    assert not (root / "rendered").exists()


def test_a_shard_of_very_many_ends_at_once(root: Path) -> None:
    [path] = shards(root, 1)
    Path(path).write_text(Path(path).read_text().replace('"shard":[1,1]', '"shard":[1,1000000000]'))
    assert "shard 2/1000000000 is missing, and so are 999999998 more" in refused(servewright("merge", path, cwd=root))


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "1/", "a/b", "1/2/3", "-1/2"])
def test_a_shard_that_is_none_is_refused(repo: Repo, shard: str) -> None:
    answer = repo.run("render", f"--shard={shard}")
    assert answer.code == 2
    assert "write K/N, like 1/4" in answer.err
