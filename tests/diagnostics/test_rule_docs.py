"""docs/rules/ holds what the pages say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from servewright.diagnostics import pages, rule_docs
from servewright.diagnostics.codes import BY_CODE


def test_the_documents_are_fresh() -> None:
    assert rule_docs.stale(rule_docs.build(), rule_docs.TARGET) == []


def test_a_stale_document_fails_the_check_until_it_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule_docs.main([], tmp_path)
    assert rule_docs.main(["--check"], tmp_path) == 0
    (tmp_path / "SW204.md").write_text("edited", encoding="utf-8")
    (tmp_path / "SW205.md").unlink()
    (tmp_path / "SW000.md").write_text("of a code that is gone", encoding="utf-8")
    assert rule_docs.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == "".join(
        f"docs/rules/{name}.md is stale: run `make rules`\n" for name in ("SW000", "SW204", "SW205")
    )
    rule_docs.main([], tmp_path)
    assert rule_docs.stale(rule_docs.build(), tmp_path) == []


def test_every_code_is_in_the_index_once() -> None:
    rows = re.findall(
        r"^\| (?:\[(SW\d{3})\]\(\1\.md\)|(SW\d{3})) \| ([a-z0-9-]+) \|", rule_docs.build()["README.md"], re.M
    )
    assert sorted((linked or plain, slug) for linked, plain, slug in rows) == sorted(
        (rule.code, rule.slug) for rule in BY_CODE.values()
    )


def test_what_only_an_info_string_says_is_written_out() -> None:
    page = pages.parse(
        "# SW110 name-derived\n\n- **Kinds:** ModelDeployment\n- **Releases:** all\n"
        "- **Cluster:** nothing: servewright's own rule\n\nWhy.\n\n## Reported\n\n```yaml a.yaml\na: 1\n```\n\n"
        "```yaml delete:b.yaml\n```\n\n```text\nwarning[SW110] name-derived: …\n```\n\n## Instead\n\n```sh\nrun\n```\n"
    )
    assert rule_docs.document(page) == (
        "# SW110 name-derived\n\n**the name is derived from the display name** (warning by default; `spec.rules` in "
        "servewright.yaml can change it)\n\n- **Kinds:** ModelDeployment\n- **Releases:** all\n"
        "- **Cluster:** nothing: servewright's own rule\n\nWhy.\n\n## Reported\n\n`a.yaml`:\n\n```yaml\na: 1\n```\n\n"
        "`b.yaml` is deleted.\n\nservewright reports:\n\n```text\nwarning[SW110] name-derived: …\n```\n\n"
        "## Instead\n\n```sh\nrun\n```\n"
    )
