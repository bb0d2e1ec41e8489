"""Every code has a page, and the examples on it do what the page says.

The files of a page are laid over the repository in ``base/``. ``SERVEWRIGHT_REFRESH=1`` rewrites the output blocks of
the pages to what is printed now: review the difference, it is what users will read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from change.comparison import consequences
from servewright import Repository, compile_repository
from servewright.catalog import kinds as catalog_kinds
from servewright.diagnostics import pages
from servewright.diagnostics.codes import BY_CODE, is_consequence
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic
from servewright.diagnostics.text import render_text

FOLDER = Path(pages.__file__).with_name("pages")
BASE = Path(__file__).with_name("base")

# What these report is not in the text of an input: file names, bytes, links, what is in the output folder or in a base,
# or what another program says.
NOT_FROM_TEXT = {
    "SW030",
    "SW031",
    "SW006",
    "SW008",
    "SW009",
    "SW014",
    "SW401",
    "SW402",
    "SW403",
    "SW404",
    "SW405",
    "SW406",
    "SW407",
    "SW408",
    "SW505",
    "SW511",
    "SW512",
    "SW513",
}
# Kinds that rules are about: of inputs, and of what is emitted.
KINDS = {
    *("Project", "ModelDeployment", "Connection"),
    *("input files", "output files", "catalog documents", "emitted objects"),
    *(kind for _, kind in catalog_kinds.KINDS),
    *("InferenceService", "LLMInferenceService", "MaaSModelRef", "Role", "RoleBinding", "ExternalSecret"),
}
CONSEQUENCES = sorted(filter(is_consequence, BY_CODE))
RUN = sorted(set(BY_CODE) - NOT_FROM_TEXT - set(CONSEQUENCES))


def repository(*layers: Mapping[str, str | None]) -> dict[str, str]:
    """The base repository with the files of ``layers`` replaced or, where the text is None, deleted."""
    files = {path.relative_to(BASE).as_posix(): path.read_text(encoding="utf-8") for path in BASE.rglob("*.yaml")}
    for layer in layers:
        for path, text in layer.items():
            if text is None:
                del files[path]
            else:
                files[path] = text
    return files


def compiled(files: dict[str, str]) -> tuple[Diagnostic, ...]:
    return tuple(compile_repository(Repository.of(files)).diagnostics)


def printed(files: dict[str, str], diagnostics: tuple[Diagnostic, ...]) -> str:
    return render_text(diagnostics, Repository.of(files).sources, color=False)


def said(code: str, before: dict[str, str], after: dict[str, str]) -> str:
    """What the change from one repository to the other prints of one code."""
    findings = [finding for _, finding in consequences(before, after) if finding.rule.code == code]
    return printed(after, finish(findings, None, ()))


def refresh(page: pages.Page, output: str) -> pages.Page:
    """Write ``output`` into the page and return the page as it is now."""
    (block,) = [block for block in pages.blocks(page.text) if block.info == "text"]
    lines = page.text.split("\n")
    lines[block.first : block.last] = output.removesuffix("\n").split("\n")
    (FOLDER / f"{page.code}.md").write_text("\n".join(lines), encoding="utf-8")
    return pages.load(page.code)


def test_base_repository_is_clean() -> None:
    files = repository()
    assert printed(files, compiled(files)) == ""


def test_every_page_belongs_to_a_code() -> None:
    assert {path.name for path in FOLDER.iterdir()} <= {f"{code}.md" for code in BY_CODE}


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_code_has_a_page(code: str) -> None:
    page = pages.load(code)
    assert page.code == code
    assert page.why
    assert (
        page.output.startswith(f"{BY_CODE[code].severity}[{code}] ")
        or f"\n{BY_CODE[code].severity}[{code}] " in page.output
    )


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_page_says_what_the_rule_is_about(code: str) -> None:
    facts = pages.load(code).facts
    assert set(facts.kinds) <= KINDS
    if code.startswith(("SW50", "SW6", "SW7")):
        assert facts.effects, "what no cluster does does not belong into these groups"


@pytest.mark.parametrize("code", RUN)
def test_example_prints_exactly_what_the_page_shows(code: str) -> None:
    page = pages.load(code)
    files = repository(page.refused)
    diagnostics = compiled(files)
    assert code in {diagnostic.code for diagnostic in diagnostics}
    output = printed(files, diagnostics)
    if os.environ.get("SERVEWRIGHT_REFRESH") == "1":
        page = refresh(page, output)
    assert output == page.output


@pytest.mark.parametrize("code", RUN)
def test_alternative_is_fine(code: str) -> None:
    page = pages.load(code)
    assert page.instead
    files = repository(page.refused, page.instead)
    diagnostics = compiled(files)
    assert code not in {diagnostic.code for diagnostic in diagnostics}
    assert printed(files, tuple(found for found in diagnostics if found.severity == "error")) == ""


@pytest.mark.parametrize("code", CONSEQUENCES)
def test_change_prints_exactly_what_the_page_shows(code: str) -> None:
    page = pages.load(code)
    before, after = repository(page.before), repository(page.before, page.refused)
    output = said(code, before, after)
    if os.environ.get("SERVEWRIGHT_REFRESH") == "1":
        page = refresh(page, output)
    assert output == page.output
    # The head is a repository that validation lets pass: only the change of it has something to say.
    assert [found for found in compiled(after) if found.severity == "error"] == []


@pytest.mark.parametrize("code", CONSEQUENCES)
def test_alternative_has_no_such_consequence(code: str) -> None:
    page = pages.load(code)
    assert page.instead
    before, after = repository(page.before), repository(page.before, page.refused, page.instead)
    assert said(code, before, after) == ""
    assert [found for found in compiled(after) if found.severity == "error"] == []
