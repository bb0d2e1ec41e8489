"""GitHub's annotations, read back as its runner reads a log."""

from __future__ import annotations

import re
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from diagnostics.hostile import CLEAN, NOWHERE, SECRETIVE, SUMMARY, TOKEN, WHOLE, diagnostics, several
from servewright.diagnostics.escape import redact, visible
from servewright.diagnostics.github import render
from servewright.diagnostics.model import Diagnostic, Span


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def commands(log: str) -> list[Command]:
    """The commands in a log, by the rules of the runner's ``ActionCommand.TryParseV2`` and ``TryParse``."""
    found = []
    for line in re.split(r"\r\n|\n|\r", log):
        assert "##[" not in line, "the runner's older form of a command, which may stand anywhere"
        line = line.lstrip()
        if not line.startswith("::"):
            continue
        head, separator, message = line[2:].partition("::")
        if not separator:
            continue
        name, _, rest = head.partition(" ")
        properties = dict(item.split("=", 1) for item in rest.split(",") if "=" in item)
        found.append(Command(name, {k: unescaped(v, True) for k, v in properties.items()}, unescaped(message, False)))
    return found


def unescaped(text: str, is_property: bool) -> str:
    pairs = [("%0D", "\r"), ("%0A", "\n"), *([("%3A", ":"), ("%2C", ",")] if is_property else []), ("%25", "%")]
    for escape, character in pairs:
        text = text.replace(escape, character)
    return text


def test_whole_annotation() -> None:
    assert render([WHOLE], SUMMARY) == (
        "::error file=deployments/fraud.yaml,line=14,endLine=14,col=12,endColumn=16,title=SW204 runtime-ambiguous::"
        "two runtimes fit format `onnx` 1%0A"
        "note: catalog/templates.yaml:3:1: first defined here%0A"
        "note: by default%0A"
        "help: write `runtime: kserve-ovms`%0A"
        "--> deployments/fraud.yaml:14:12\n"
        "found 1 error in 2 deployments\n"
    )


def test_a_finding_of_the_whole_run_has_no_place() -> None:
    (command,) = commands(render([NOWHERE], SUMMARY))
    assert command.properties == {"title": "SW405 no-objects"}
    assert command.message == "nothing would be rendered\nhelp: write a ModelDeployment"


def test_nothing_found_is_said_in_the_log_without_an_annotation() -> None:
    assert render([], CLEAN) == "2 deployments, 6 objects: no problems\n"


def test_columns_are_given_for_one_line_only_as_github_wants_it() -> None:
    several_lines, up_to_the_end = Span("a.yaml", 3, 5, 6, 4), Span("a.yaml", 3, 5, 6, 1)
    places = [
        commands(render([WHOLE._replace(span=span)], SUMMARY))[0].properties for span in (several_lines, up_to_the_end)
    ]
    assert places[0] == {"file": "a.yaml", "line": "3", "endLine": "6", "title": "SW204 runtime-ambiguous"}
    assert places[1] == {"file": "a.yaml", "line": "3", "endLine": "5", "title": "SW204 runtime-ambiguous"}


def test_errors_come_first() -> None:
    found = [*several("info", 2), *several("warning", 2), *several("error", 2)]
    assert [command.name for command in commands(render(found, SUMMARY))] == [
        *("error", "error", "warning", "warning", "notice", "notice"),
    ]


def test_ten_of_a_kind_are_all_shown() -> None:
    found = [*several("error", 10), *several("warning", 10), *several("info", 10)]
    assert len(commands(render(found, SUMMARY))) == 30


def test_what_github_would_drop_is_counted_in_a_notice_which_it_does_not_drop() -> None:
    found = [*several("error", 10_000), *several("warning", 11), *several("info", 10)]
    shown = commands(render(found, SUMMARY))
    assert [command.name for command in shown] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert shown[-1].message == (
        "9,990 errors, 1 warning, 1 info more: GitHub shows 10 of a kind for a step; the text and JSON formats have all"
    )
    assert shown[-1].properties == {"title": "servewright"}


def test_one_more_than_ten_infos() -> None:
    shown = commands(render(several("info", 11), SUMMARY))
    assert len(shown) == 10
    assert shown[-1].message.startswith("2 infos more: ")


def test_a_very_long_message_is_cut() -> None:
    assert len(render([WHOLE._replace(message="x" * 1_000_000)], SUMMARY)) < 10_000


@given(st.lists(diagnostics, max_size=4))
def test_no_text_of_a_repository_becomes_a_command_or_a_property(found: list[Diagnostic]) -> None:
    shown = commands(render(found, SUMMARY))
    ranked = [item for severity in ("error", "warning", "info") for item in found if item.severity == severity]
    assert [command.name for command in shown] == [
        {"error": "error", "warning": "warning", "info": "notice"}[item.severity] for item in ranked
    ]
    for command, item in zip(shown, ranked, strict=True):
        assert command.properties["title"] == f"{item.code} {item.slug}"
        assert command.properties.get("file") == (visible(item.span.file) if item.span else None)
        assert set(command.properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert command.message.startswith(visible(redact(item.message)).rstrip())


def test_credentials_are_redacted() -> None:
    text = render([SECRETIVE], SUMMARY)
    assert TOKEN not in text
    assert text.count("…redacted…") == 3
