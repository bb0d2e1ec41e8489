"""What holds for any input: nothing but diagnostics comes of a broken one, and nothing but the input decides the output.

The inputs are the examples, bent by random edits of their structure and of their text. The runs are the same every
time (see ``conftest.py``).
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import documents, servewright, tree
from servewright import Compilation, Repository, compile_repository
from servewright.diagnostics.json_report import render as render_json
from servewright.diagnostics.model import Diagnostic, Where
from servewright.diagnostics.text import render_text
from servewright.read.documents import read_documents
from servewright.read.positions import locate, text_of
from servewright.write.files import stream_of, tree_of

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
GOLDEN = Path(__file__).with_name("golden")


def inputs(folder: Path) -> dict[str, str]:
    """The input files of a repository."""
    return {path: text for path, text in tree(folder).items() if path.endswith(".yaml") and "rendered/" not in path}


FILES = inputs(EXAMPLES)
PATHS = sorted(FILES)


def repositories() -> Iterator[tuple[str, dict[str, str]]]:
    """The examples and the golden repositories that compile, each by its name."""
    yield "examples", FILES
    for folder in sorted(GOLDEN.iterdir()):
        files = inputs(folder / "repo")
        if "servewright.yaml" not in files:
            variant = sorted(path.parent for path in folder.glob("*/servewright.yaml"))[-1]
            files["servewright.yaml"] = (variant / "servewright.yaml").read_text(encoding="utf-8")
        if not folder.name.endswith("refused"):
            yield folder.name, files


REPOSITORIES = dict(repositories())
EVERY_FILE = [(name, path) for name, files in REPOSITORIES.items() for path in sorted(files)]


# --- bending ---------------------------------------------------------------------------------------------------------

NASTY = (
    *("", " ", "\n", "\t", "\0", "\x1b[31m", "\u2028", "\ufeff", "\ud800", "\U0001f600", "é" * 40, "a" * 2000),
    *(
        "y",
        "off",
        "null",
        "~",
        "1e3",
        "0o7",
        "12:30:45",
        "2026-11-22",
        "-",
        "---",
        "...",
        "<<",
        "=",
        "!tag",
        "&a",
        "*a",
    ),
    *("${X}", "$(X)", "{{", "{{.Name}}", "{{ messages }}", "`id`", "a;b", "'", '"', "a: b", "# c", "%s", "{", "["),
    *("../../etc", "/", "//", ".", "..", "-1", "0", "1.5Gi", "1e999", "9" * 400, "oci://", "pvc://", "hf://a", "s3://"),
    *("auto", "llm-d", "vLLM", "default-profile", "nvidia-a100", "chat", "redhat-ods-applications", "metadata", "kind"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 99, 2**53, 2**53 + 1, 10**30, 0.5, -1.5, 1e300, [], {}, [None], [[]], {"": ""}),
    *({"name": "x"}, {"a": {"b": {"c": []}}}, ["a", "a"], [1, 2], [{"name": "a"}, {"name": "a"}], "x"),
    *NASTY,
)

Step = str | int


class Edit(NamedTuple):
    """One bend: ``where`` selects a node among all of the document, ``what`` a value or a key."""

    kind: str
    where: int
    what: int


EDITS = st.builds(
    Edit,
    st.sampled_from(("drop", "replace", "rename", "repeat", "nest", "add", "graft")),
    st.integers(0, 10_000),
    st.integers(0, len(VALUES) * len(NASTY) - 1),
)


def places(node: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The path of every node below the root."""
    children: Any = enumerate(node) if isinstance(node, list) else node.items() if isinstance(node, dict) else ()
    for step, child in children:
        yield (*path, step)
        yield from places(child, (*path, step))


def bend(root: Any, edit: Edit) -> None:
    """Apply ``edit`` to a document in place."""
    every = list(places(root))
    if not every:
        return
    *above, last = every[edit.where % len(every)]
    parent: Any = root
    for step in above:
        parent = parent[step]
    value, name = VALUES[edit.what % len(VALUES)], NASTY[edit.what % len(NASTY)]
    if edit.kind == "drop":
        del parent[last]
    elif edit.kind == "replace":
        parent[last] = copy.deepcopy(value)
    elif edit.kind == "nest":
        parent[last] = {name: parent[last]} if edit.what % 2 else [parent[last]]
    elif edit.kind == "graft":  # another part of the document
        other = root
        for step in every[(edit.where + edit.what) % len(every)]:
            other = other[step]
        parent[last] = copy.deepcopy(other)
    elif isinstance(parent, list):
        parent.insert(edit.what % (len(parent) + 1), copy.deepcopy(value if edit.kind == "add" else parent[last]))
    elif edit.kind == "rename":
        parent[name] = parent.pop(last)
    else:
        parent[name if edit.kind == "add" else f"{last}s"] = copy.deepcopy(value)


def written(parsed: list[Any]) -> str:
    """Documents as text: JSON is YAML, and says what is a string."""
    return "".join(f"---\n{json.dumps(document, indent=1)}\n" for document in parsed)


class Bent(NamedTuple):
    """One of the repositories, with another text for one of its files."""

    repository: str
    path: str
    text: str

    @property
    def files(self) -> dict[str, str]:
        return {**REPOSITORIES[self.repository], self.path: self.text}


@st.composite
def bent_structures(draw: st.DrawFn) -> Bent:
    """One to four edits in a file."""
    name, path = draw(st.sampled_from(EVERY_FILE))
    parsed = documents(REPOSITORIES[name][path])
    for edit in draw(st.lists(EDITS, min_size=1, max_size=4)):
        bend(parsed[edit.what % len(parsed)], edit)
    return Bent(name, path, written(parsed))


@st.composite
def bent_texts(draw: st.DrawFn) -> Bent:
    """Pieces of a file's text cut out, doubled, or inserted."""
    name, path = draw(st.sampled_from(EVERY_FILE))
    text = REPOSITORIES[name][path]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        inserted = draw(st.one_of(st.sampled_from(NASTY), st.text(max_size=6), st.just(text[start:end] * 2)))
        text = text[:start] + inserted + text[end:]
    return Bent(name, path, text)


# --- nothing but diagnostics -----------------------------------------------------------------------------------------


def check_everything(files: dict[str, str]) -> Compilation:
    """Compile, print and, without errors, emit: whatever the input, none of it may raise."""
    repository = Repository.of(files)
    compilation = compile_repository(repository)
    rendered, more = tree_of(compilation)
    diagnostics = (*compilation.diagnostics, *more)
    for diagnostic in diagnostics:
        check_spans(diagnostic, files)
    render_text(diagnostics, repository.sources, color=True).encode("utf-8")
    json.loads(render_json(diagnostics, {}))
    if not any(diagnostic.severity == "error" for diagnostic in diagnostics):
        bodies = [item.body for item in compilation.objects]
        kept = [text for path, text in rendered.items() if not path.endswith("/kustomization.yaml")]
        assert canonical(item for text in kept for item in documents(text)) == canonical(bodies)
        assert len(documents(stream_of(compilation))) == len(bodies)
    return compilation


def canonical(objects: Iterable[Any]) -> list[str]:
    """Objects without regard to the order of keys, or their own."""
    return sorted(json.dumps(item, sort_keys=True) for item in objects)


def check_spans(diagnostic: Diagnostic, files: dict[str, str]) -> None:
    """Every place of a diagnostic is inside its file."""
    for span in filter(None, (diagnostic.span, *(related.span for related in diagnostic.related))):
        lines = files[span.file].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line, column in ((span.line, span.column), (span.end_line, span.end_column)):
            assert 1 <= line <= len(lines), diagnostic
            assert 1 <= column <= len(lines[line - 1]) + 1, diagnostic
        assert (span.line, span.column) <= (span.end_line, span.end_column), diagnostic


@pytest.mark.parametrize("name", REPOSITORIES)
def test_the_repositories_themselves_pass(name: str) -> None:
    assert not check_everything(REPOSITORIES[name]).failed


@given(bent_structures())
@settings(max_examples=500)
def test_a_bent_structure_gives_diagnostics_or_yaml_and_never_raises(bent: Bent) -> None:
    check_everything(bent.files)


@given(bent_texts())
@settings(max_examples=250)
def test_a_bent_text_gives_diagnostics_or_yaml_and_never_raises(bent: Bent) -> None:
    check_everything(bent.files)


FRACTIONS = [
    ("pod-and-container", "deployments/service.yaml", "failureThreshold: 60", "failureThreshold: 0.5"),
    ("pod-and-container", "deployments/llm.yaml", "weight: 100", "weight: 0.5"),
    ("project-template", "catalog/templates.yaml", "{cpu: 2}", "{cpu: 0.5}"),
    ("llm-d-configs", "catalog/configs.yaml", "containerPort: 8000", "containerPort: 0.5"),
]


@pytest.mark.parametrize(("name", "path", "whole", "fraction"), FRACTIONS)
def test_a_fraction_inside_a_piece_of_kubernetes_is_no_internal_error(
    name: str, path: str, whole: str, fraction: str
) -> None:
    text = REPOSITORIES[name][path]
    assert text.count(whole) == 1
    check_everything({**REPOSITORIES[name], path: text.replace(whole, fraction)})


@given(st.sampled_from(PATHS), st.integers(0, 5000), st.binary(max_size=4), st.integers(0, 3))
@settings(max_examples=60)
def test_bent_bytes_never_end_in_an_internal_error(
    tmp_path_factory: pytest.TempPathFactory, path: str, at: int, inserted: bytes, cut: int
) -> None:
    root = tmp_path_factory.mktemp("bytes")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        content = text.encode("utf-8")
        if name == path:
            start = at % (len(content) + 1)
            content = content[:start] + inserted + content[start + cut :]
        (root / name).write_bytes(content)
    assert servewright("validate", cwd=root).code in (0, 1, 2, 3)
    shutil.rmtree(root)


# --- positions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPOSITORIES)
def test_every_value_is_located_where_its_text_is(name: str) -> None:
    for source in Repository.of(REPOSITORIES[name]).sources.values():
        for document in read_documents(source, catalog=True)[0]:
            for path in places(document.data):
                value: Any = document.data
                for step in path:
                    value = value[step]
                where = Where(document, path)
                if not isinstance(value, dict | list):
                    # A block scalar's own line break belongs to the next line.
                    assert yaml.safe_load(text_of(where) + "\n") == value
                span = locate(where)
                line = source.text.split("\n")[span.line - 1]
                assert line[span.column - 1 :].strip(), (source.path, path)
                if isinstance(path[-1], str):
                    key = locate(Where(document, path, "key"))
                    shown = source.text.split("\n")[key.line - 1][key.column - 1 : key.end_column - 1]
                    assert yaml.safe_load(shown) == path[-1]


# --- only the input decides ------------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """The output tree, and what was said, without places."""

    files: dict[str, str]
    said: list[tuple[object, ...]]


def outcome(files: dict[str, str]) -> Outcome:
    compilation = compile_repository(Repository.of(files))
    rendered, more = tree_of(compilation)
    said = sorted(
        (item.code, item.severity, item.message, str(item.help), str(item.object), str(item.field))
        for item in (*compilation.diagnostics, *more)
    )
    return Outcome(rendered, list(said))


def pieces(files: dict[str, str], folder: str) -> list[str]:
    """The documents in a folder, each with its own text."""
    return [piece for path, text in files.items() if path.startswith(folder) for piece in text.split("\n---\n")]


@given(st.permutations(PATHS))
@settings(max_examples=15)
def test_the_order_in_which_files_are_given_does_not_matter(order: list[str]) -> None:
    shuffled = compile_repository(Repository.of({path: FILES[path] for path in order}))
    plain = compile_repository(Repository.of(FILES))
    assert tree_of(shuffled) == tree_of(plain)
    assert shuffled.diagnostics == plain.diagnostics


def refused() -> dict[str, str]:
    """A repository with errors, broken YAML apart: that is bound to its file."""
    files = inputs(GOLDEN / "refused/repo")
    del files["deployments/b-broken.yaml"]
    return files


@pytest.mark.parametrize("files", [pytest.param(FILES, id="examples"), pytest.param(refused(), id="refused")])
@given(data=st.data())
@settings(max_examples=20)
def test_how_documents_are_spread_over_files_does_not_matter(files: dict[str, str], data: st.DataObject) -> None:
    spread = {path: text for path, text in files.items() if path == "servewright.yaml"}
    for folder in ("catalog", "deployments"):
        names = st.sampled_from([f"{folder}/{name}.yaml" for name in ("a", "b", "z/c", "0", "z/y/x")])
        for piece in data.draw(st.permutations(pieces(files, f"{folder}/"))):
            path = data.draw(names)
            spread[path] = f"{spread[path]}\n---\n{piece}" if path in spread else piece
    assert outcome(spread) == outcome(files)


def test_comments_and_quoting_do_not_matter() -> None:
    for path in PATHS:
        rewritten = {**FILES, path: "# a comment\n" + written(documents(FILES[path]))}
        assert outcome(rewritten).files == outcome(FILES).files


def copied(root: Path) -> Path:
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def test_the_working_directory_does_not_matter(tmp_path: Path) -> None:
    here, there = copied(tmp_path / "here"), copied(tmp_path / "a/b/there")
    first = servewright("render", "--format", "json", cwd=here)
    assert servewright("render", "--format", "json", cwd=there / "deployments/chat") == first
    assert tree(here) == tree(there)
    assert str(tmp_path) not in first.out


@pytest.mark.parametrize("args", [("render", "--stdout"), ("validate", "--format", "json")])
@pytest.mark.parametrize("folder", ["examples", "tests/golden/refused/repo"])
def test_the_hash_seed_does_not_matter(folder: str, args: tuple[str, ...]) -> None:
    results = set()
    for seed in ("0", "4242"):
        run = subprocess.run(
            [sys.executable, "-m", "servewright", *args],
            cwd=ROOT / folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "compiler"), "PYTHONHASHSEED": seed},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert run.returncode in (0, 1)
        results.add((run.returncode, run.stdout, run.stderr))
    assert len(results) == 1
