"""What the documents say is so: every example compiles or is refused as shown, every field is described, links lead somewhere.

``SERVEWRIGHT_REFRESH=1`` rewrites what is generated: the schemas, docs/credentials.md, and the messages that examples
show. Review the difference, it is what users will read.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import doc_examples
from doc_examples import DOCUMENTS, ROOT, Case, differs_from_excerpt
from harness import refreshing, servewright
from scaffold.workflow import bare_path, clean_environment, copy_project
from servewright import Repository, compile_repository
from servewright.catalog.release import known_releases
from servewright.cli.parser import COMMANDS
from servewright.diagnostics.codes import BY_CODE
from servewright.diagnostics.text import render_text
from servewright.read.credentials import PATTERNS
from servewright.schema import KINDS, file_name, json_schema
from servewright.write.files import tree_of

CASES = [case for document in DOCUMENTS for case in doc_examples.cases(document)]
CONSOLES = [
    (document, block)
    for document in DOCUMENTS
    for block in doc_examples.blocks(doc_examples.read(document))
    if block.info == "console"
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.document}:{case.line}" for case in CASES])
def test_example_compiles_to_what_the_document_shows(case: Case) -> None:
    compilation = compile_repository(Repository.of(case.files))
    if case.printed is None:
        assert not [found for found in compilation.diagnostics if found.severity != "info"], _printed(case)
    tree, _ = tree_of(compilation)
    for block in case.outputs:
        if block.info != "text":
            path = block.info.partition(" rendered/")[2]
            assert path in tree
            assert differs_from_excerpt(tree[path], block.text) is None


@pytest.mark.parametrize("document", DOCUMENTS)
def test_messages_are_what_servewright_prints(document: str) -> None:
    lines = doc_examples.read(document).split("\n")
    for case in reversed([case for case in CASES if case.document == document and case.printed is not None]):
        assert case.printed is not None
        printed = _printed(case)
        assert printed, f"{document}:{case.line} shows a message where there is none"
        start = case.printed.line
        lines[start : start + case.printed.text.count("\n")] = printed.splitlines()
    _compare_or_refresh(ROOT / document, "\n".join(lines))


@pytest.mark.parametrize(
    ("document", "block"), CONSOLES, ids=[f"{document}:{block.line}" for document, block in CONSOLES]
)
def test_command_prints_what_the_document_shows(document: str, block: doc_examples.Block, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for command, shown in _commands(block.text):
        program, *arguments = shlex.split(command)
        assert program == "servewright"
        run = servewright(*arguments, cwd=tmp_path)
        assert differs_from_excerpt(run.out + run.err, shown) is None, run


def test_the_tutorial_of_the_readme_works_as_written(tmp_path: Path) -> None:
    """Its commands in order, in one shell in a clone on a new machine; only those that show an error may fail."""
    blocks = [
        block for block in doc_examples.blocks(doc_examples.read("README.md")) if block.info == "console tutorial"
    ]
    commands = [command for block in blocks for command in _commands(block.text)]
    script = "".join(f"{command}\nprintf '\\0%s\\0' $?\n" for command, _ in commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=copy_project(tmp_path / "servewright"),
        env={**clean_environment(tmp_path / "home"), "PATH": bare_path(tmp_path / "bin")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    *printed, _ = done.stdout.split("\0")
    for (command, shown), output, code in zip(commands, printed[0::2], printed[1::2], strict=True):
        assert code == "0" or "error" in shown, f"{command}\n{output}"
        if shown.strip():
            assert differs_from_excerpt(output, shown.rstrip("\n") + "\n") is None, f"{command}\n{output}"
    words = {word for command, _ in commands for word in re.findall(r"servewright (\w+)", command)}
    assert {"init", "diff", "render", "gitops"} <= words
    assert (tmp_path / "acme-models/.git").is_dir(), "not inside the clone"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_other_yaml_and_python_block_is_well_formed(document: str) -> None:
    for block in doc_examples.blocks(doc_examples.read(document)):
        if block.info.startswith("yaml") and not block.info.startswith("yaml rendered/"):
            list(yaml.safe_load_all(block.text))
        elif block.info == "python":
            exec(compile(block.text, f"{document}:{block.line}", "exec"), {})


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_and_codes_exist(document: str) -> None:
    text = doc_examples.read(document)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if not path.startswith(("http:", "https:")):
            page = (ROOT / document).parent / path if path else ROOT / document
            assert page.exists(), target
            assert not anchor or anchor in _anchors(page.read_text(encoding="utf-8")), target
    assert set(re.findall(r"\bSW\d{3}\b", text)) <= set(BY_CODE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described(kind: str) -> None:
    described = {path: (type_, default == "required") for path, type_, default in _rows(kind)}
    assert described == dict(_fields(json_schema(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_schema_for_editors_is_fresh(kind: str) -> None:
    _compare_or_refresh(
        ROOT / "schemas" / file_name(kind), json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
    )


def test_there_is_a_schema_for_every_document_of_the_example_repository() -> None:
    for path in (ROOT / "examples").rglob("*.yaml"):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if document["apiVersion"].startswith("servewright.dev/"):
                schema = json.loads((ROOT / "schemas" / file_name(document["kind"])).read_text(encoding="utf-8"))
                jsonschema.Draft202012Validator.check_schema(schema)
                jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)


def test_published_list_of_credentials_is_fresh() -> None:
    rows = "".join(
        f"| {pattern.name} | `{pattern.regex.pattern.replace('|', chr(92) + '|')}` |\n" for pattern in PATTERNS
    )
    path = ROOT / "docs" / "credentials.md"
    head, separator, _ = path.read_text(encoding="utf-8").partition("|---|---|\n")
    assert separator
    _compare_or_refresh(path, f"{head}{separator}{rows}")


def test_readme_lists_the_commands_that_exist() -> None:
    text = doc_examples.read("README.md")
    there, _, missing = text.partition("## What is not there yet")
    assert set(re.findall(r"^\| `servewright ([\w-]+)", there, re.MULTILINE)) == {name.split()[0] for name in COMMANDS}
    planned = set(re.findall(r"`servewright (\w+)`", missing.partition("\n## ")[0]))
    assert planned
    assert not planned & set(COMMANDS)


def test_readme_lists_the_releases_that_are_supported() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| ([0-9., ]+) \|", doc_examples.read("README.md"), re.MULTILINE)
    assert {(name, version) for name, versions in rows for version in versions.split(", ")} == set(known_releases())


def _printed(case: Case) -> str:
    repository = Repository.of(case.files)
    return render_text(compile_repository(repository).diagnostics, repository.sources, color=False)


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Each ``$ command`` of a console block, with the lines below it."""
    for part in f"\n{text}".split("\n$ ")[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def _rows(kind: str) -> Iterator[tuple[str, str, str]]:
    """Path, type and default of every field that docs/specs.md describes for a kind."""
    section = doc_examples.read("docs/specs.md").partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
    return (
        match.groups() for match in re.finditer(r"^\| `([^`]+)` \| ([^|]+?) \| ([^|]*?) ?\| ", section, re.MULTILINE)
    )  # type: ignore[return-value]


def _fields(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, tuple[str, bool]]]:
    """Path, type, and whether it is required, of every field of a JSON Schema."""
    for name, field in schema.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        yield below, (_type(field), name in schema.get("required", ()))
        yield from _inside(field, below)


def _inside(field: dict[str, Any], path: str) -> Iterator[tuple[str, tuple[str, bool]]]:
    yield from _fields(field, path)
    yield from (found for form in field.get("anyOf", ()) for found in _fields(form, path))
    if isinstance(field.get("items"), dict):
        yield from _inside(field["items"], f"{path}[]")
    if isinstance(field.get("additionalProperties"), dict):
        yield from _inside(field["additionalProperties"], f"{path}.*")


def _type(field: dict[str, Any]) -> str:
    if "anyOf" in field and "type" not in field:
        return " or ".join(_type(form) for form in field["anyOf"])
    if field["type"] == "object" and isinstance(field.get("additionalProperties"), dict):
        return "map"
    return {"array": "list"}.get(field["type"], field["type"])


def _anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _compare_or_refresh(path: Path, wanted: str) -> None:
    if refreshing() and (not path.exists() or path.read_text(encoding="utf-8") != wanted):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == wanted
