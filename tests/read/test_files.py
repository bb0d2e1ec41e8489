"""What is read from a repository's folders, and everything that a hostile one may try."""

from __future__ import annotations

import errno
import os
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.diagnostics.model import Finding, Source, Span
from servewright.read import files
from servewright.read.files import CATALOG_LIMIT, DEPLOYMENT_LIMIT, find_root, read_file, read_folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    repository = tmp_path / "repository"
    repository.mkdir()
    return repository


def write(root: Path, **contents: str) -> None:
    for name, text in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def put(root: Path, *names: str) -> None:
    write(root, **{name: f"name: {name}\n" for name in names})


def paths(root: Path, folder: str = "deployments") -> list[str]:
    sources, findings = read_folder(str(root), folder, DEPLOYMENT_LIMIT)
    assert findings == []
    return [source.path for source in sources]


def slugs(root: Path, folder: str = "deployments") -> list[tuple[str, str]]:
    _, findings = read_folder(str(root), folder, DEPLOYMENT_LIMIT)
    return [(finding.where.file, finding.rule.slug) for finding in findings if isinstance(finding.where, Span)]


def test_every_yaml_file_of_a_folder_is_read_in_order(root: Path) -> None:
    put(
        root,
        "deployments/b.yaml",
        "deployments/a/z.yml",
        "deployments/a.yaml",
        "deployments/a/b/c.yaml",
        "deployments/x.json",
        "catalog/c.yaml",
    )
    (root / "deployments" / "empty.yaml").mkdir()
    assert paths(root) == ["deployments/a.yaml", "deployments/a/b/c.yaml", "deployments/a/z.yml", "deployments/b.yaml"]
    sources, _ = read_folder(str(root), "deployments", DEPLOYMENT_LIMIT)
    assert sources[0] == Source("deployments/a.yaml", "name: deployments/a.yaml\n")


@pytest.mark.parametrize("folder", ["deployments", "deployments/", "./deployments", ".//deployments/."])
def test_paths_are_the_same_however_the_folder_is_given(root: Path, folder: str) -> None:
    put(root, "deployments/a.yaml")
    assert paths(root, folder) == ["deployments/a.yaml"]


def test_names_that_start_with_a_dot_are_passed_over(root: Path) -> None:
    put(
        root, "deployments/.git/a.yaml", "deployments/.servewright/b.yaml", "deployments/.#c.yaml", "deployments/d.yaml"
    )
    (root / "deployments" / ".#d.yaml").symlink_to("user@host.1234")
    assert paths(root) == ["deployments/d.yaml"]


def test_a_missing_folder_is_empty(root: Path) -> None:
    assert read_folder(str(root), "deployments", DEPLOYMENT_LIMIT) == ([], [])


def test_a_file_in_place_of_a_folder_is_reported(root: Path) -> None:
    put(root, "deployments")
    assert slugs(root) == [("deployments", "unreadable-file")]


@pytest.mark.parametrize("folder", ["..", "../other", "deployments/../..", "/etc", "a/../b"])
def test_a_folder_outside_the_repository_is_refused(root: Path, folder: str) -> None:
    put(root.parent, "other/secret.yaml")
    sources, [finding] = read_folder(str(root), folder, DEPLOYMENT_LIMIT)
    assert sources == []
    assert finding.rule.slug == "path-escapes"


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "\udcff"])
def test_a_path_that_no_file_can_have_is_reported(root: Path, name: str) -> None:
    assert isinstance(read_file(str(root), name, 10), Finding)
    sources, _ = read_folder(str(root), name, 10)
    assert sources == []


def test_links_out_of_the_repository_are_refused(root: Path) -> None:
    put(root.parent, "outside/secret.yaml")
    put(root, "deployments/a.yaml")
    deployments = root / "deployments"
    (deployments / "file.yaml").symlink_to(root.parent / "outside" / "secret.yaml")
    (deployments / "folder").symlink_to("../../outside")
    (deployments / "passwd.yaml").symlink_to("/etc/passwd")
    (deployments / "chain.yaml").symlink_to("file.yaml")
    sources, _ = read_folder(str(root), "deployments", DEPLOYMENT_LIMIT)
    assert [source.path for source in sources] == ["deployments/a.yaml"]
    assert slugs(root) == [
        (f"deployments/{name}", "path-escapes") for name in ("chain.yaml", "file.yaml", "folder", "passwd.yaml")
    ]


def test_a_folder_that_is_a_link_out_of_the_repository_is_refused(root: Path) -> None:
    put(root.parent, "outside/secret.yaml")
    (root / "deployments").symlink_to("../outside")
    (root / "behind").mkdir()
    (root / "behind" / "link").symlink_to("../../outside")
    assert slugs(root) == [("deployments", "path-escapes")]
    assert slugs(root, "behind/link") == [("behind/link", "path-escapes")]
    assert isinstance(read_file(str(root), "deployments/secret.yaml", DEPLOYMENT_LIMIT), Finding)


def test_a_sibling_whose_name_starts_alike_is_outside(root: Path) -> None:
    put(root.parent, "repository-secrets/secret.yaml")
    (root / "deployments").symlink_to("../repository-secrets")
    assert slugs(root) == [("deployments", "path-escapes")]


def test_links_that_stay_inside_are_followed(root: Path) -> None:
    put(root, "elsewhere/one.yaml", "elsewhere/more/two.yaml", "deployments/a.yaml")
    (root / "deployments" / "link.yaml").symlink_to("../elsewhere/one.yaml")
    (root / "deployments" / "more").symlink_to("../elsewhere/more")
    assert paths(root) == ["deployments/a.yaml", "deployments/link.yaml", "deployments/more/two.yaml"]


def test_a_repository_reached_by_a_link_is_no_escape(root: Path) -> None:
    put(root, "elsewhere/one.yaml")
    (root / "deployments").mkdir()
    (root / "deployments" / "link.yaml").symlink_to("../elsewhere/one.yaml")
    (root.parent / "alias").symlink_to(root)
    assert paths(root.parent / "alias") == ["deployments/link.yaml"]


def test_a_file_is_read_once_and_at_its_own_place(root: Path) -> None:
    put(root, "deployments/z/file.yaml")
    (root / "deployments" / "a.yaml").symlink_to("z/file.yaml")
    (root / "deployments" / "b").symlink_to("z")
    assert paths(root) == ["deployments/z/file.yaml"]


def test_links_never_loop(root: Path) -> None:
    put(root, "deployments/a/file.yaml")
    (root / "deployments" / "a" / "up").symlink_to("..")
    (root / "deployments" / "a" / "self").symlink_to(".")
    (root / "deployments" / "one").symlink_to("two")
    (root / "deployments" / "two").symlink_to("one")
    assert paths(root) == ["deployments/a/file.yaml"]


def test_links_do_not_multiply(root: Path) -> None:
    """Two links in each of forty folders lead to 2^40 paths."""
    put(root, "deployments/f40/file.yaml")
    for number in range(40):
        folder = root / "deployments" / f"f{number}"
        folder.mkdir()
        for name in ("x", "y"):
            (folder / name).symlink_to(f"../f{number + 1}")
    assert paths(root) == ["deployments/f40/file.yaml"]


def test_a_link_to_nothing_is_reported(root: Path) -> None:
    put(root, "deployments/a.yaml")
    (root / "deployments" / "gone.yaml").symlink_to("nothing.yaml")
    (root / "deployments" / "loop.yaml").symlink_to("loop.yaml")
    assert slugs(root) == [("deployments/gone.yaml", "unreadable-file"), ("deployments/loop.yaml", "unreadable-file")]


def test_what_is_no_regular_file_is_never_opened(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deployments = root / "deployments"
    deployments.mkdir()
    os.mkfifo(deployments / "pipe.yaml")
    (deployments / "link.yaml").symlink_to("pipe.yaml")
    monkeypatch.chdir(deployments)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.yaml")
        opened: list[str] = []
        really_open = os.open

        def record(path: str, flags: int, **options: int) -> int:
            opened.append(path)
            return really_open(path, flags, **options)

        monkeypatch.setattr(files.os, "open", record)
        found = slugs(root)
    assert found == [("deployments/pipe.yaml", "unreadable-file"), ("deployments/socket.yaml", "unreadable-file")]
    assert opened == [str(deployments)]


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_takes_the_place_of_a_file_is_not_read(root: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Between the look at a folder and the opening of a file, somebody may be quicker."""
    put(root.parent, "outside.yaml")
    put(root, "deployments/a.yaml")
    file = root / "deployments" / "a.yaml"
    really_open = os.open

    def exchange(path: str, flags: int, **options: int) -> int:
        if path.endswith("a.yaml"):
            file.unlink()
            if kind == "link":
                file.symlink_to("../../outside.yaml")
            else:
                os.mkfifo(file)
                held = really_open(str(file), os.O_RDWR)
                os.write(held, b"from: a pipe")
        return really_open(path, flags, **options)

    monkeypatch.setattr(files.os, "open", exchange)
    sources, [finding] = read_folder(str(root), "deployments", DEPLOYMENT_LIMIT)
    assert (sources, finding.rule.slug) == ([], "unreadable-file")


def test_a_file_and_a_folder_that_links_lead_to_are_read_once(root: Path) -> None:
    put(root, "elsewhere/one.yaml", "elsewhere/two.yaml", "deployments/z/file.yaml")
    (root / "deployments" / "a.yaml").symlink_to("../elsewhere/one.yaml")
    (root / "deployments" / "b.yaml").symlink_to("../elsewhere/one.yaml")
    (root / "deployments" / "c").symlink_to("../elsewhere")
    (root / "deployments" / "d.yaml").symlink_to("../elsewhere/two.yaml")
    (root / "deployments" / "e.yaml").symlink_to("c/gone.yaml")
    sources, [finding] = read_folder(str(root), "deployments", DEPLOYMENT_LIMIT)
    assert [source.path for source in sources] == [
        "deployments/a.yaml",
        "deployments/c/two.yaml",
        "deployments/z/file.yaml",
    ]
    assert isinstance(finding.where, Span)
    assert finding.where.file == "deployments/e.yaml"


@pytest.mark.parametrize("size", [0, 1, 1 << 16, (1 << 16) + 1, (1 << 18) + 7, DEPLOYMENT_LIMIT])
def test_files_up_to_the_limit_are_read_whole(root: Path, size: int) -> None:
    write(root, **{"a.yaml": "x" * size})
    assert read_file(str(root), "a.yaml", DEPLOYMENT_LIMIT) == Source("a.yaml", "x" * size)


def test_a_larger_file_is_refused(root: Path) -> None:
    write(root, **{"deployments/a.yaml": "x" * (DEPLOYMENT_LIMIT + 1)})
    sources, [finding] = read_folder(str(root), "deployments", DEPLOYMENT_LIMIT)
    assert (sources, finding.rule.slug) == ([], "file-too-large")
    assert "1 MiB" in finding.message
    assert len(read_folder(str(root), "deployments", CATALOG_LIMIT)[0]) == 1


def test_a_file_that_grows_while_it_is_read_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, **{"a.yaml": "x" * 10})
    monkeypatch.setattr(files.os, "pread", lambda *_: b"y" * 50)
    result = read_file(str(root), "a.yaml", 100)
    assert isinstance(result, Finding)
    assert result.rule.slug == "file-too-large"


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"\xff", 1, 1),
        (b"a: \xe9\n", 1, 4),
        ("é: 😀\r\nb: ".encode() + b"\x80", 2, 4),
        ("\ufeffé".encode() + b"\xc3", 1, 2),
        (b"a\rb\r" + b"c\xed\xa0\x80", 3, 2),
        ("a: 1\n".encode("utf-16"), 1, 1),
    ],
)
def test_a_byte_that_is_not_utf8_is_shown(root: Path, data: bytes, line: int, column: int) -> None:
    (root / "a.yaml").write_bytes(data)
    result = read_file(str(root), "a.yaml", DEPLOYMENT_LIMIT)
    assert isinstance(result, Finding)
    assert result.rule.slug == "not-utf8"
    assert result.where == Span("a.yaml", line, column, line, column)


def test_line_breaks_are_kept_and_a_byte_order_mark_is_not(root: Path) -> None:
    (root / "a.yaml").write_bytes("\ufeffa: é\r\nb: 1\r".encode())
    assert read_file(str(root), "a.yaml", DEPLOYMENT_LIMIT) == Source("a.yaml", "a: é\r\nb: 1\r")


def test_a_missing_file_is_reported(root: Path) -> None:
    result = read_file(str(root), "servewright.yaml", DEPLOYMENT_LIMIT)
    assert isinstance(result, Finding)
    assert result.rule.slug == "unreadable-file"


@pytest.mark.parametrize("relative", ["../a.yaml", "/etc/passwd", "x/../../a.yaml"])
def test_a_file_outside_the_repository_is_refused(root: Path, relative: str) -> None:
    put(root.parent, "a.yaml")
    result = read_file(str(root), relative, DEPLOYMENT_LIMIT)
    assert isinstance(result, Finding)
    assert result.rule.slug == "path-escapes"


def test_a_file_without_permission_is_reported_and_the_others_are_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "deployments/a.yaml", "deployments/b.yaml")
    really_open = os.open

    def refuse_a(path: str, flags: int, **options: int) -> int:
        if path.endswith("a.yaml"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return really_open(path, flags, **options)

    monkeypatch.setattr(files.os, "open", refuse_a)
    sources, [finding] = read_folder(str(root), "deployments", DEPLOYMENT_LIMIT)
    assert [source.path for source in sources] == ["deployments/b.yaml"]
    assert finding.rule.slug == "unreadable-file"
    assert "permission denied" in finding.message


def test_a_file_name_that_is_not_utf8_is_reported(root: Path) -> None:
    put(root, "deployments/a.yaml")
    with open(os.path.join(os.fsencode(root), b"deployments", b"b\xff.yaml"), "wb") as file:
        file.write(b"a: 1\n")
    sources, [finding] = read_folder(str(root), "deployments", DEPLOYMENT_LIMIT)
    assert [source.path for source in sources] == ["deployments/a.yaml"]
    assert finding.rule.slug == "unreadable-file"
    str(finding).encode("utf-8")


def test_the_root_is_the_nearest_folder_above_with_a_project(root: Path) -> None:
    put(root, "servewright.yaml", "examples/servewright.yaml", "examples/deployments/a/b.yaml", "catalog/c.yaml")
    assert find_root(str(root)) == str(root)
    assert find_root(str(root / "catalog")) == str(root)
    assert find_root(str(root / "catalog" / "c.yaml")) == str(root)
    assert find_root(str(root / "examples" / "deployments" / "a")) == str(root / "examples")
    assert find_root(str(root / "not" / "there")) == str(root)
    assert find_root(os.sep) is None


def test_the_root_is_found_from_the_current_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "servewright.yaml", "catalog/c.yaml")
    monkeypatch.chdir(root / "catalog")
    assert find_root(".") == str(root)


@given(st.binary(max_size=60))
def test_no_content_raises(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(data)
        result = read_file(folder, "a.yaml", 50)
    if len(data) > 50:
        assert isinstance(result, Finding)
    elif isinstance(result, Source):
        assert result.text.encode() == data.removeprefix(b"\xef\xbb\xbf")
