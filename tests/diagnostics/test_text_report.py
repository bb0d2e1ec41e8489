"""What a person reads in a terminal: place, line, caret, advice; and what a hostile input cannot make it show."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.diagnostics.model import Diagnostic, Related, Source, Span
from servewright.diagnostics.summary import summary_line
from servewright.diagnostics.text import render_text

FILE = "deployments/fraud.yaml"
ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
TOKEN = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"


def at(line: int, column: int, end_column: int, end_line: int | None = None, file: str = FILE) -> Span:
    return Span(file, line, column, end_line or line, end_column)


def wrong(
    span: Span | None = None,
    message: str = "it is wrong",
    help: str | None = None,
    code: str = "SW104",
    related: tuple[Related, ...] = (),
) -> Diagnostic:
    return Diagnostic(code, "invalid-value", "error", message, help, span, related)


def shown(text: str, *diagnostics: Diagnostic, color: bool = False) -> str:
    return render_text(diagnostics, {FILE: Source(FILE, text)}, color=color)


def frame(text: str, span: Span) -> tuple[str, str]:
    """The quoted line and the line of carets, both without their margin."""
    lines = shown(text, wrong(span)).splitlines()
    margin = len(str(span.line)) + 3
    return lines[3][margin:], lines[4][margin:]


def test_whole_diagnostic() -> None:
    text = "a: 1\n" * 13 + "  runtime: auto\n"
    found = Diagnostic(
        code="SW204",
        slug="runtime-ambiguous",
        severity="error",
        message="two runtimes fit format `onnx` 1",
        help="write `runtime: kserve-ovms`",
        span=at(14, 12, 16),
        related=(Related("first defined here", at(3, 1, 4, file="catalog/templates.yaml")),),
    )
    assert (
        shown(text, found)
        == """\
error[SW204] runtime-ambiguous: two runtimes fit format `onnx` 1
  --> deployments/fraud.yaml:14:12
   |
14 |   runtime: auto
   |            ^^^^
   |
   = note: catalog/templates.yaml:3:1: first defined here
   = help: write `runtime: kserve-ovms`
"""
    )


def test_without_notes_the_frame_ends_with_the_carets() -> None:
    assert (
        shown("a: 1\n", wrong(at(1, 4, 5)))
        == """\
error[SW104] invalid-value: it is wrong
 --> deployments/fraud.yaml:1:4
  |
1 | a: 1
  |    ^
"""
    )


def test_without_span_there_is_no_location() -> None:
    assert (
        shown("", wrong(help="import the cluster's Templates"))
        == """\
error[SW104] invalid-value: it is wrong
  = help: import the cluster's Templates
"""
    )


def test_file_that_is_not_at_hand_is_named_without_a_frame() -> None:
    assert (
        shown("a: 1\n", wrong(at(1, 1, 2, file="catalog/gone.yaml"), help="look there"))
        == """\
error[SW104] invalid-value: it is wrong
 --> catalog/gone.yaml:1:1
  = help: look there
"""
    )


def test_a_line_break_of_an_input_is_shown_and_not_made() -> None:
    """CI systems look for commands at the start of a line, and some for theirs anywhere in it."""
    found = wrong(
        at(1, 1, 2),
        "`x\n::stop-commands::abc` is not a strategy",
        "write `##[add-mask]x` or `##vso[task.setvariable variable=PATH]`",
        related=(Related("this one\nor that", None),),
    )
    assert (
        shown("a: 1\n", found)
        == """\
error[SW104] invalid-value: `x\\n::stop-commands::abc` is not a strategy
 --> deployments/fraud.yaml:1:1
  |
1 | a: 1
  | ^
  |
  = note: this one\\nor that
  = help: write `#\\x23[add-mask]x` or `#\\x23vso[task.setvariable variable=PATH]`
"""
    )


def test_several_are_separated_by_a_blank_line_in_the_given_order() -> None:
    assert (
        shown("", wrong(message="b"), wrong(message="a"))
        == "error[SW104] invalid-value: b\n\nerror[SW104] invalid-value: a\n"
    )


def test_nothing_found_prints_nothing() -> None:
    assert shown("a: 1\n") == ""


def test_color_changes_nothing_but_colors() -> None:
    found = wrong(at(1, 4, 5), "first\nsecond", "help\nmore", related=(Related("there", at(1, 1, 2)),))
    colored = shown("a: 1\n", found, color=True)
    assert "\x1b[1;31merror[SW104]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == shown("a: 1\n", found)
    assert "\x1b" not in shown("a: 1\n", found)


@pytest.mark.parametrize(
    ("text", "span", "quoted", "carets"),
    [
        ("spec:\n  a: 1\n", at(1, 1, 7, end_line=2), "spec:", "^^^^^"),
        ("a: |   \n  x\n", at(1, 4, 4, end_line=2), "a: |", "   ^"),
        ("a: 1\n", at(1, 2, 2), "a: 1", " ^"),
        ("a: 模\n", at(1, 4, 4), "a: 模", "   ^^"),
        ("a:\n", at(1, 3, 3), "a:", "  ^"),
        ("a: [\n", at(2, 1, 1), "", "^"),
        ("a: 1\n", at(1, 40, 60), "a: 1", "    ^"),
        ("\ufeffa: 1\n", at(1, 4, 5), "a: 1", "   ^"),
        ("x: 1\r\na: 1\r\n", at(2, 4, 5), "a: 1", "   ^"),
        ("x: 1\ra: 1\r", at(2, 4, 5), "a: 1", "   ^"),
        ("a: '\x85\u2028'\n", at(1, 4, 8), "a: '\\x85\\u2028'", "   ^^^^^^^^^^^^"),
        ("a: 'x\x0cy'\n", at(1, 4, 9), "a: 'x\\x0cy'", "   ^^^^^^^^"),
        ("a:\t1\n", at(1, 4, 5), "a:    1", "      ^"),
        ("a: 模型 1\n", at(1, 4, 6), "a: 模型 1", "   ^^^^"),
        ("模型: 1\n", at(1, 5, 6), "模型: 1", "      ^"),
        ("e\u0301: 1\n", at(1, 5, 6), "e\u0301: 1", "   ^"),
        ("a: x\x1b[2Jy z\n", at(1, 11, 12), "a: x\\x1b[2Jy z", "             ^"),
        ("a: \u202ex\n", at(1, 4, 6), "a: \\u202ex", "   ^^^^^^^"),
    ],
    ids=[
        "several lines",
        "white space at the end",
        "empty span",
        "empty span, wide",
        "end of line",
        "end of file",
        "beyond the line",
        "byte order mark",
        "CR LF",
        "CR",
        "NEL and LS are no line breaks",
        "nor is a form feed",
        "tab",
        "wide, under it",
        "wide, before it",
        "combining",
        "escape sequence",
        "bidirectional override",
    ],
)
def test_carets_are_under_what_is_meant(text: str, span: Span, quoted: str, carets: str) -> None:
    assert frame(text, span) == (quoted, carets)


def test_line_beyond_the_file_has_no_frame() -> None:
    assert shown("a: 1\n", wrong(at(9, 1, 2))).splitlines()[1:] == [" --> deployments/fraud.yaml:9:1"]


def test_line_of_120_columns_is_shown_whole() -> None:
    line = "a: " + "x" * 117
    assert frame(f"{line}\n", at(1, 4, 121)) == (line, "   " + "^" * 117)


def test_long_line_is_cut_on_the_right() -> None:
    quoted, carets = frame("a: bad " + "x" * 200 + "\n", at(1, 4, 7))
    assert (quoted, carets) == ("a: bad " + "x" * 112 + "…", "   ^^^")


def test_long_line_is_cut_around_the_column() -> None:
    quoted, carets = frame("x" * 300 + "bad" + "y" * 300 + "\n", at(1, 301, 304))
    assert quoted == "…" + "x" * 40 + "bad" + "y" * 75 + "…"
    assert carets == " " * 41 + "^^^"


def test_long_line_is_cut_on_the_left() -> None:
    quoted, carets = frame("x" * 300 + "bad\n", at(1, 301, 304))
    assert (quoted, carets) == ("…" + "x" * 116 + "bad", " " * 117 + "^^^")


def test_value_longer_than_the_window_is_underlined_as_far_as_it_is_shown() -> None:
    quoted, carets = frame("a: " + "x" * 5000 + "\n", at(1, 4, 5004))
    assert (quoted, carets) == ("a: " + "x" * 116 + "…", "   " + "^" * 117)


@given(
    st.text(st.sampled_from("ab\t模e\u0301\x1b\u202e\U000e0041"), min_size=1, max_size=900),
    st.integers(1, 900),
    st.integers(0, 900),
)
def test_frames_never_outgrow_the_window_nor_lose_the_caret(line: str, column: int, length: int) -> None:
    column = min(column, len(line))
    lines = shown(f"{line}\n", wrong(at(1, column, min(column + length, len(line) + 1)))).splitlines()
    quoted, carets = lines[3].ljust(4)[4:], lines[4][4:]
    assert columns(quoted) <= 120
    assert set(carets.strip()) == {"^"}
    assert len(carets) <= 121
    assert set(quoted) <= set("ab 模e\u0301…\\x1bu202e0041U")


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) == "W" else c != "\u0301" for c in text)


def test_nothing_from_a_repository_drives_the_terminal() -> None:
    hostile = "x\x1b]0;owned\x07\u202e\r\u2028\ud800"
    span = Span(f"deployments/{hostile}\n.yaml", 1, 1, 1, 2)
    found = wrong(span, hostile, hostile, related=(Related(hostile, span),))
    assert render_text([found], {span.file: Source(span.file, hostile)}, color=False) == (
        "error[SW104] invalid-value: x\\x1b]0;owned\\x07\\u202e\\r\\u2028\\ud800\n"
        " --> deployments/x\\x1b]0;owned\\x07\\u202e\\r\\u2028\\ud800\\n.yaml:1:1\n"
        "  |\n"
        "1 | x\\x1b]0;owned\\x07\\u202e\n"
        "  | ^\n"
        "  |\n"
        "  = note: deployments/x\\x1b]0;owned\\x07\\u202e\\r\\u2028\\ud800\\n.yaml:1:1:"
        " x\\x1b]0;owned\\x07\\u202e\\r\\u2028\\ud800\n"
        "  = help: x\\x1b]0;owned\\x07\\u202e\\r\\u2028\\ud800\n"
    )


@pytest.mark.parametrize("code", ["SW010", "SW011"])
def test_credentials_and_secrets_are_named_but_not_quoted(code: str) -> None:
    assert (
        shown("a: hunter2\n", wrong(at(1, 4, 11), code=code, help="remove it"))
        == f"""\
error[{code}] invalid-value: it is wrong
 --> deployments/fraud.yaml:1:4
  = help: remove it
"""
    )


def test_what_was_reported_as_a_credential_is_hidden_from_other_frames() -> None:
    text = "env: {name: USER, value: hunter2, vlue: x}\n"
    credential = wrong(at(1, 26, 33), code="SW010")
    report = shown(text, credential, wrong(at(1, 35, 39)))
    assert report.splitlines()[-2:] == [
        "1 | env: {name: USER, value: …redacted…, vlue: x}",
        "  |                                      ^^^^",
    ]


def test_what_looks_like_a_credential_is_hidden_everywhere() -> None:
    found = wrong(at(1, 4, 24), f"unknown value `{ACCESS_KEY}`", f"not {TOKEN}", related=(Related(TOKEN, None),))
    assert (
        shown(f"a: {ACCESS_KEY} # why\n", found)
        == """\
error[SW104] invalid-value: unknown value `…redacted…`
 --> deployments/fraud.yaml:1:4
  |
1 | a: …redacted… # why
  |    ^^^^^^^^^^
  |
  = note: …redacted…
  = help: not …redacted…
"""
    )


def test_credential_is_hidden_where_the_window_would_cut_it() -> None:
    text = "x" * 395 + " " + TOKEN + " " + "y" * 500 + "\n"
    for column in range(380, 860, 7):
        assert "aBcD" not in shown(text, wrong(at(1, column, column + 1)))
        assert "DeFgH" not in shown(text, wrong(at(1, column, column + 1)))


def test_body_of_a_private_key_is_hidden_line_by_line() -> None:
    text = "a: |\n  -----BEGIN " + "PRIVATE KEY-----\n  bm90IGEga2V5\n  -----END " + "PRIVATE KEY-----\nb: 1\n"
    assert frame(text, at(3, 3, 15)) == ("…redacted…", "^^^^^^^^^^")
    assert frame(text, at(5, 1, 2)) == ("b: 1", "^")


@pytest.mark.parametrize(
    ("text", "line", "quoted"),
    [
        ("- name: HF_TOKEN\n  value: @hunter2: x, y\n", 2, "  value: …redacted…"),
        ("- value: hunter2\n  name: HF_TOKEN\n", 1, "- value: …redacted…"),
        ("- {name: HF_TOKEN, value: hunter2}\n", 1, "- {name: HF_TOKEN, value: …redacted…}"),
        ('- {"value": "hunter\\"2", "name": "HF_TOKEN"}\n', 1, '- {"value": …redacted…, "name": "HF_TOKEN"}'),
        ("  DB_PASSWORD: it's, hunter2 # old\n", 1, "  DB_PASSWORD: …redacted…"),
        ("  DB_PASSWORD: 'it''s' # old\n", 1, "  DB_PASSWORD: …redacted… # old"),
        ("  DB_PASSWORD: 'it's secret'\n", 1, "  DB_PASSWORD: …redacted…"),
        ('  DB_PASSWORD: "hunter" 2"\n', 1, "  DB_PASSWORD: …redacted…"),
        ("- {name: HF_TOKEN, value: hun,ter2, x: y}\n", 1, "- {name: HF_TOKEN, value: …redacted…, x: …redacted…}"),
        ('  "DB_PASSWORD":"hunter2\n', 1, '  "DB_PASSWORD":…redacted…'),
        ("args:\n- --api-key\n- hunter2,x\n", 3, "…redacted…"),
        ("args: [--api-key=hunter2,x, --verbose]\n", 1, "args: […redacted… --verbose]"),
    ],
)
def test_value_of_what_is_named_like_a_credential_is_hidden(text: str, line: int, quoted: str) -> None:
    assert frame(text, at(line, 1, 2))[0] == quoted


@pytest.mark.parametrize(
    "text",
    [
        "- name: A\n  value: b\n- name: HF_TOKEN\n",
        "- name: HF_TOKEN\n  valueFrom: {}\n- name: A\n  value: b\n",
        "- {name: HF_TOKEN, valueFrom: {}}, {name: A, value: b}\n",
        "secret: {existing: {}}\n",
        "secretKeyRef: {name: hf, key: token}\n",
        "url: https://example.com/secret\n",
        "args: [--max-tokens, 100]\n",
    ],
)
def test_what_only_stands_near_a_credential_is_shown(text: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        assert frame(text, at(number, 1, 2))[0] == line


SECRET = """\
a: shown
---
apiVersion: v1
kind: Secret
data:
  note: aHVudGVyMg==
--- # next
b: shown
"""


def test_document_that_was_refused_as_a_secret_is_not_quoted_by_others() -> None:
    text = SECRET.replace("kind: Secret", "kind: Other")
    refused = wrong(at(5, 1, 5), code="SW011")
    assert "aHVudGVyMg==" in shown(text, wrong(at(6, 3, 7)))
    assert "aHVudGVyMg==" not in shown(text, refused, wrong(at(6, 3, 7)))
    assert "a: shown" in shown(text, refused, wrong(at(1, 1, 2)))
    assert "b: shown" in shown(text, refused, wrong(at(8, 1, 2)))


@pytest.mark.parametrize(
    "kind", ["kind: Secret", 'kind: "Secret"', "kind: !!str Secret", '"kind" : Secret', "kind:\n Secret"]
)
def test_secret_that_is_too_broken_to_be_refused_as_one_is_not_quoted(kind: str) -> None:
    text = SECRET.replace("kind: Secret", kind)
    line = text.splitlines().index("  note: aHVudGVyMg==") + 1
    report = shown(text, wrong(at(line, 3, 7), code="SW001"))
    assert report.splitlines()[1:] == [f" --> deployments/fraud.yaml:{line}:3"]
    assert "b: shown" in shown(text, wrong(at(line + 2, 1, 2)))


def test_external_secret_is_quoted() -> None:
    assert frame("kind: ExternalSecret\n", at(1, 1, 5))[0] == "kind: ExternalSecret"


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ((2, 1, 0, 14, 0), "found 2 errors, 1 warning in 14 deployments"),
        ((1, 0, 3, 1, 0), "found 1 error, 3 infos in 1 deployment"),
        ((0, 2, 0, 14, 41), "found 2 warnings in 14 deployments"),
        ((1, 0, 0, 0, 0), "found 1 error"),
        ((0, 0, 0, 14, 41), "14 deployments, 41 objects: no problems"),
        ((0, 0, 1, 1, 1), "1 deployment, 1 object: no problems, 1 info"),
    ],
)
def test_summary(counts: tuple[int, ...], line: str) -> None:
    assert summary_line(*counts) == line


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_terminal_gets_lines_that_break_between_words(width: int) -> None:
    message = "built-in images are used: `{vllm-cuda-image: …@sha256}`, and more than that, which is a long story"
    found = wrong(at(1, 1, 2), message, "write " + "something else " * 8 + "x" * 90, related=(Related(message, None),))
    sources = {FILE: Source(FILE, "a: 1\n")}
    wrapped = render_text([found], sources, color=False, width=width)
    whole = render_text([found], sources, color=False)
    assert wrapped.split() == whole.split()
    assert all(len(line) <= width or "x" * 90 in line for line in wrapped.splitlines() if "-->" not in line)
    colored = render_text([found], sources, color=True, width=width)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == wrapped


def test_what_is_no_terminal_gets_a_message_as_one_line() -> None:
    message = "many words " * 40 + "end"
    assert f"invalid-value: {message}\n" in shown("a: 1\n", wrong(at(1, 1, 2), message))
