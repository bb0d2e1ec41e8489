"""What is remembered only ever saves time: a run that remembers says and writes what a run from scratch does."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import servewright
from servewright.cache import run as cache_run
from servewright.cli import schedules
from servewright.write import disk
from test_properties import FILES


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own, no continuous integration, and a memory for the smallest repository."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(schedules, "_WORTH_REMEMBERING", 0)
    return folder


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The input files that are really compiled, from now on."""
    from servewright.parts import run

    paths: list[str] = []
    compile_file = run.compile_file

    def counting(source: Any, prepared: Any) -> Any:
        paths.append(source.path)
        return compile_file(source, prepared)

    monkeypatch.setattr(run, "compile_file", counting)
    return paths


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        write(tmp_path / path, text)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def output(root: Path) -> dict[str, bytes]:
    files = [*(root / "rendered").rglob("*"), root / "servewright.lock"]
    return {str(path.relative_to(root)): path.read_bytes() for path in files if path.is_file()}


def test_a_file_that_nothing_touched_is_not_compiled_again(root: Path, compiled: list[str]) -> None:
    servewright("render", cwd=root)
    assert len(compiled) == len(set(compiled)) > 8
    compiled.clear()
    first = servewright("render", cwd=root)
    assert compiled == []
    path = "deployments/tabular/iris.yaml"
    write(root / path, FILES[path].replace("namespace: tabular", "namespace: tabular, labels: {team: x}"))
    assert servewright("render", cwd=root).code == 0
    assert compiled == [path]
    assert "team: x" in (root / "rendered/tabular/deployments/iris.yaml").read_text()
    assert "0 written" in first.err
    compiled.clear()
    servewright("validate", cwd=root)
    assert compiled == []


@pytest.mark.parametrize(
    "edit",
    ["catalog/namespaces.yaml", "servewright.yaml", "deployments/chat/connections.yaml"],
)
def test_what_every_deployment_depends_on_compiles_everything(root: Path, compiled: list[str], edit: str) -> None:
    servewright("render", cwd=root)
    compiled.clear()
    write(root / edit, FILES[edit] + "\n# a comment\n")
    servewright("render", cwd=root)
    assert len(compiled) > 8


def test_an_output_file_that_was_edited_is_made_again(root: Path, compiled: list[str]) -> None:
    servewright("render", cwd=root)
    before = output(root)
    path = root / "rendered/tabular/deployments/iris.yaml"
    path.write_text(path.read_text() + "# by hand\n")
    compiled.clear()
    answer = servewright("render", cwd=root)
    assert "SW402" in answer.err
    assert compiled == ["deployments/tabular/iris.yaml"]
    assert output(root) == before


def test_deletions_that_are_allowed_happen_though_no_input_changed(root: Path) -> None:
    servewright("render", cwd=root)
    (root / "deployments/vision/connections.yaml").unlink()
    for path in (root / "deployments/vision").iterdir():
        path.unlink()
    servewright("render", cwd=root)
    servewright("render", cwd=root)
    assert (root / "rendered/vision").exists()
    assert servewright("render", "--allow-deletions", cwd=root).code == 0
    assert not (root / "rendered/vision").exists()


LOOKS = {
    "content": lambda path: path.write_bytes(path.read_bytes().replace(b"a", b"b", 1)),
    "same time": lambda path: _in_its_time(path, path.read_bytes().replace(b"a", b"b", 1)),
    "another file": lambda path: _replaced(path, path.read_bytes().replace(b"a", b"b", 1)),
    "a link": lambda path: (path.rename(path.with_suffix(".old")), path.symlink_to(path.with_suffix(".old").name)),
}


def _in_its_time(path: Path, content: bytes) -> None:
    status = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _replaced(path: Path, content: bytes) -> None:
    status = path.stat()
    path.with_suffix(".new").write_bytes(content)
    os.utime(path.with_suffix(".new"), ns=(status.st_atime_ns, status.st_mtime_ns))
    path.with_suffix(".new").rename(path)


@pytest.mark.parametrize("edit", LOOKS)
@pytest.mark.parametrize("runs", [1, 2])
def test_whatever_is_done_to_an_output_file_shows(root: Path, edit: str, runs: int) -> None:
    """Though its size and the time of its content may be what they were."""
    for _ in range(runs):
        servewright("render", cwd=root)
        time.sleep(0.05)
    file = min((root / "rendered").rglob("deployments/[!k]*.yaml"))
    before = file.read_bytes()
    LOOKS[edit](file)
    said = servewright("render", cwd=root)
    if edit == "a link":
        assert said.code == 1
        assert "symbolic link" in said.err
    else:
        assert "edited by hand" in said.err
        assert file.read_bytes() == before


def test_an_output_file_that_looks_as_it_did_is_not_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    really_read = disk.Folders.read

    def noting(folders: disk.Folders, path: str) -> Any:
        read.append(path)
        return really_read(folders, path)

    monkeypatch.setattr(disk.Folders, "read", noting)
    for _ in range(3):
        servewright("render", cwd=root)
        time.sleep(0.05)
    assert any(path.startswith("rendered/") for path in read)
    read.clear()
    servewright("render", cwd=root)
    assert not [path for path in read if path.startswith("rendered/")]


def test_a_file_that_is_gone_from_the_output_is_made_again(root: Path) -> None:
    servewright("render", cwd=root)
    before = output(root)
    shutil.rmtree(root / "rendered/chat")
    assert servewright("render", cwd=root).code == 0
    assert output(root) == before


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["render", "--check"], {}),
        (["render", "--stdout"], {}),
        (["render", "--no-cache"], {}),
        (["validate"], {"CI": "true"}),
        (["render"], {"CI": "1"}),
        (["render"], {"HOME": "/nonexistent/nowhere"}),
    ],
)
def test_where_it_is_not_trusted_everything_is_compiled(
    root: Path, compiled: list[str], arguments: list[str], variables: dict[str, str]
) -> None:
    servewright("render", cwd=root)
    servewright("validate", cwd=root)
    compiled.clear()
    assert servewright(*arguments, cwd=root, env=variables).code == 0
    assert len(compiled) > 8


def test_another_user_or_tool_starts_from_scratch(
    root: Path, home: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    servewright("render", cwd=root)
    compiled.clear()
    monkeypatch.setattr("servewright.cache.store.tool", lambda: "another")
    servewright("render", cwd=root)
    assert len(compiled) > 8
    compiled.clear()
    (home / ".cache/servewright/key").unlink()
    servewright("render", cwd=root)
    assert len(compiled) > 8


def test_a_key_that_others_can_read_is_not_used(root: Path, home: Path) -> None:
    servewright("render", cwd=root)
    shutil.rmtree(root / ".servewright")
    (home / ".cache/servewright/key").chmod(0o644)
    assert servewright("render", cwd=root).code == 0
    assert not (root / ".servewright").exists()


def test_git_ignores_it(root: Path) -> None:
    servewright("render", cwd=root)
    assert (root / ".servewright/.gitignore").read_text().endswith("*\n")


def test_a_link_in_its_place_is_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (root / ".servewright").symlink_to(elsewhere)
    assert servewright("render", cwd=root).code == 0
    assert list(elsewhere.iterdir()) == []


DAMAGE = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "bit": lambda content: content[:50] + bytes([content[50] ^ 1]) + content[51:],
    "pickle": lambda content: b"cos\nsystem\n(S'touch /tmp/pwned'\ntR.",
    "json": lambda content: content[:32] + b'{"a": [',
    "other": lambda content: b"\0" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_or_forged_file_is_ignored(root: Path, damage: str) -> None:
    servewright("render", cwd=root)
    before = output(root)
    for path in (root / ".servewright").iterdir():
        path.write_bytes(DAMAGE[damage](path.read_bytes()))
    answer = servewright("render", cwd=root)
    assert answer == servewright("render", "--no-cache", cwd=root)
    assert output(root) == before


def test_a_file_of_another_name_is_ignored(root: Path) -> None:
    """Each is sealed with its name: one cannot be put in another's place."""
    servewright("render", cwd=root)
    servewright("validate", cwd=root)
    files = sorted((root / ".servewright").glob("parts-*"))
    contents = [path.read_bytes() for path in files]
    for path, content in zip(files, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)
    path = "deployments/tabular/iris.yaml"
    write(root / path, FILES[path] + "# x\n")
    assert servewright("validate", cwd=root) == servewright("validate", "--no-cache", cwd=root)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The input files whose deployments are read from what is remembered, from now on."""
    from servewright.parts import codec

    paths: list[str] = []
    decode = codec.Codec.decode

    def counting(self: Any, plain: Any, *rest: Any) -> Any:
        paths.extend([plain[0]] if plain[2] else [])
        return decode(self, plain, *rest)

    monkeypatch.setattr(codec.Codec, "decode", counting)
    return paths


def test_of_a_namespace_that_nothing_touched_nothing_is_looked_at(root: Path, read: list[str]) -> None:
    servewright("render", cwd=root)
    path = "deployments/tabular/iris.yaml"
    write(root / path, FILES[path] + "# a comment\n")
    servewright("render", cwd=root)
    assert read == ["deployments/tabular/churn.yaml"]


def test_what_is_said_of_files_that_nothing_touched_is_said_again(root: Path) -> None:
    path = "deployments/vision/defects.yaml"
    text = FILES[path].replace("spec:\n", "spec:\n  env: [{name: A, value: $(B)}]\n  sauce: x\n", 1)
    write(root / path, text)
    write(root / "deployments/vision/broken.yaml", "a: [")
    first = servewright("validate", cwd=root)
    assert first.code == 1
    assert "sauce" in first.err
    iris = "deployments/tabular/iris.yaml"
    write(root / iris, FILES[iris] + "# a comment\n")
    assert servewright("validate", cwd=root) == first


def test_a_deployment_that_moves_to_another_namespace_is_in_the_way_there(root: Path) -> None:
    path = "deployments/tabular/iris.yaml"
    moved = FILES[path].replace("namespace: tabular", "namespace: vision")
    write(root / "deployments/vision/iris.yaml", moved)
    assert servewright("render", cwd=root).code == 0
    write(root / path, moved)
    answer = servewright("render", cwd=root)
    assert "is written twice" in answer.err
    assert answer == servewright("render", "--no-cache", cwd=root)
    write(root / path, FILES[path])
    assert servewright("render", cwd=root).code == 0


def test_a_connection_is_found_by_a_deployment_that_is_new(root: Path) -> None:
    path = "deployments/chat/granite.yaml"
    servewright("render", cwd=root)
    before = output(root)
    (root / path).unlink()
    servewright("render", cwd=root)
    write(root / path, FILES[path])
    assert servewright("render", cwd=root).code == 0
    assert output(root) == before
    write(root / path, FILES[path].replace("connection: quay-models", "connection: quay-model"))
    assert "did you mean `quay-models`" in servewright("render", cwd=root).err


@pytest.mark.parametrize(
    "line",
    [
        "rendered/vision/deployments/gone.yaml 0123456789abcdef0123456789abcdef\n",
        "rendered/other/deployments/gone.yaml 0123456789abcdef0123456789abcdef\n",
        "<<<<<<< ours\n",
        "nonsense\n",
    ],
)
def test_what_the_lock_says_besides_counts(root: Path, line: str) -> None:
    """Also of a namespace that nothing has touched."""
    servewright("render", cwd=root)
    path = "deployments/tabular/iris.yaml"
    write(root / path, FILES[path].replace("namespace: tabular", "namespace: tabular, labels: {team: x}"))
    lock = root / "servewright.lock"
    lock.write_text(lock.read_text() + line)
    scratch = clone(root)
    try:
        with_memory, from_scratch = (
            servewright("render", *more, cwd=where) for where, more in ((root, []), (scratch, ["--no-cache"]))
        )
        assert with_memory == from_scratch
        assert output(root) == output(scratch)
    finally:
        shutil.rmtree(scratch.parent)


def test_an_edited_list_of_a_namespace_is_written_again(root: Path) -> None:
    servewright("render", cwd=root)
    before = output(root)
    (root / "rendered/vision/deployments/kustomization.yaml").write_text("# by hand\n")
    assert "SW402" in servewright("render", cwd=root).err
    assert output(root) == before


def test_a_run_that_wrote_nothing_leaves_nothing_that_counts_as_written(root: Path) -> None:
    servewright("render", cwd=root)
    path = "deployments/tabular/iris.yaml"
    write(root / path, FILES[path].replace("namespace: tabular", "namespace: tabular, labels: {team: x}"))
    servewright("validate", cwd=root)
    assert servewright("render", cwd=root).code == 0
    assert "team: x" in (root / "rendered/tabular/deployments/iris.yaml").read_text()


# --- any sequence of edits ------------------------------------------------------------------------------------------


class Edit(NamedTuple):
    kind: str
    which: int
    what: int


EDITS = st.builds(
    Edit,
    st.sampled_from(
        (
            *("touch", "replicas", "break", "delete", "restore", "move", "copy", "catalog", "project", "output"),
            *(
                "validate",
                "deletions",
                "namespace",
                "join",
                "waive",
                "runtime",
                "template",
                "connection",
                "lock",
                "part",
            ),
        )
    ),
    st.integers(0, 99),
    st.integers(0, 99),
)
RULES = ("{}", "{exposed-without-auth: error}", "{exposed-without-auth: info}")
NAMESPACES = ("chat", "tabular", "vision", "new")
RUNTIMES = (
    "vllm-cuda-runtime-template",
    "{template: vllm-cuda-runtime-template, name: shared}",
    "{template: mlserver-runtime-template, name: shared}",
    "{existing: shared}",
    "broken",
)
# What is wrong in it is said once for all that use it.
TEMPLATE = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: broken, namespace: redhat-ods-applications, labels: {opendatahub.io/dashboard: "true"}, annotations: {opendatahub.io/modelServingSupport: '["single"]', opendatahub.io/model-type: '["predictive"]'}}
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {name: broken}
  spec:
    supportedModelFormats: [{name: odd, version: "1", autoSelect: true, priority: 1}]
    containers: [{name: kserve-container, image: quay.io/x/y:1, ports: [{containerPort: 8080, protocol: TCP}, {containerPort: 8081, protocol: TCP}]}]
"""


def bend(root: Path, edit: Edit) -> None:
    kind, which, what = edit
    specs = sorted((root / "deployments").rglob("*.yaml"))
    chosen = specs[which % len(specs)] if specs else root / "deployments/new.yaml"
    text = chosen.read_text() if specs else FILES["deployments/tabular/iris.yaml"]
    if kind == "touch":
        write(chosen, text + f"# {what}\n")
    elif kind == "replicas":
        write(chosen, text.replace("spec:\n", f"spec:\n  replicas: {what % 9 + 1}\n", 1))
    elif kind == "break":
        write(chosen, text.replace("source", "sauce", 1) if what % 2 else text[: what * 5])
    elif kind == "delete" and len(specs) > 1:
        chosen.unlink()
    elif kind == "restore":
        path = sorted(path for path in FILES if path.startswith("deployments/"))[which % 8]
        write(root / path, FILES[path])
    elif kind == "move" and specs:
        target = root / f"deployments/moved-{what}.yaml"
        write(target, text)
        chosen.unlink(missing_ok=True) if target != chosen else None
    elif kind == "copy":
        write(root / f"deployments/copy-{what}.yaml", text.replace("name: ", f"name: c{what}-", 1))
    elif kind == "catalog":
        path = "catalog/hardware-profiles.yaml"
        write(root / path, FILES[path].replace("64Gi", f"{64 + what % 3}Gi"))
    elif kind == "project":
        text = FILES["servewright.yaml"]
        write(
            root / "servewright.yaml",
            f"{text.rstrip()}\n  rules: {RULES[what % 3]}\n" if "rules:" not in text else text,
        )
    elif kind == "namespace":
        moved = re.sub(r"namespace: \w+", f"namespace: {NAMESPACES[what % 4]}", text, count=1 + what % 2)
        write(chosen, moved)
    elif kind == "join":
        write(chosen, f"{text}\n---\n{specs[what % len(specs)].read_text() if specs else text}")
    elif kind == "waive":
        waiver = 'annotations: {servewright.dev/allow: "exposed-without-auth: it is a test"}'
        write(chosen, text.replace("metadata: {", f"metadata: {{{waiver}, ", 1))
    elif kind == "runtime":
        without = re.sub(r"\n  runtime: .*", "", text)
        write(chosen, without.replace("spec:\n", f"spec:\n  runtime: {RUNTIMES[what % 5]}\n", 1))
    elif kind == "template":
        write(root / "catalog/broken.yaml", TEMPLATE)
    elif kind == "connection":
        path = root / "deployments/chat/connections.yaml"
        if path.exists():
            write(path, path.read_text().replace("quay-models", f"quay-{what}", 1))
    elif kind == "lock" and (lock := root / "servewright.lock").exists():
        lines = lock.read_text().splitlines(keepends=True) or [""]
        at = which % len(lines)
        changed = ([], [lines[at], lines[at].replace(" ", " f", 1)], [lines[at].replace(".yaml", "x.yaml"), lines[at]])
        lock.write_text("".join([*lines[:at], *changed[what % 3], *lines[at + 1 :]]))
    elif kind == "output":
        files = sorted((root / "rendered").rglob("*.yaml")) if (root / "rendered").exists() else []
        if files:
            chosen = files[which % len(files)]
            chosen.unlink() if what % 2 else chosen.write_text("# by hand\n")


def clone(root: Path) -> Path:
    copy = Path(tempfile.mkdtemp()) / "clone"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".servewright"))
    return copy


@pytest.mark.parametrize("few", [500, 1])
@given(edits=st.lists(EDITS, min_size=1, max_size=8))
@settings(max_examples=40)
def test_incremental_is_clean_byte_for_byte(few: int, edits: list[Edit]) -> None:
    """Whether few files change, or more than may wait in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache_run, "_FEW", few)
        incremental_is_clean(edits)


def incremental_is_clean(edits: list[Edit]) -> None:
    folder = Path(tempfile.mkdtemp())
    root = folder / "clone"
    try:
        for path, text in FILES.items():
            write(root / path, text)
        servewright("render", cwd=root)
        for edit in edits:
            if edit.kind == "validate":
                assert servewright("validate", cwd=root) == servewright("validate", "--no-cache", cwd=root)
                continue
            bend(root, edit)
            scratch = clone(root)
            arguments = ["render", "--format", "json", *(["--allow-deletions"] if edit.kind == "deletions" else [])]
            arguments += ["--namespace", NAMESPACES[edit.what % 3]] if edit.kind == "part" else []
            try:
                with_memory, from_scratch = (servewright(*arguments, cwd=where) for where in (root, scratch))
                assert with_memory == from_scratch
                assert output(root) == output(scratch)
            finally:
                shutil.rmtree(scratch.parent)
    finally:
        shutil.rmtree(folder)
