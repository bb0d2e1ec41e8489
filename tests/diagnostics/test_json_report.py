"""The JSON report: a contract with the programs that read it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from servewright.diagnostics.json_report import render as render_json
from servewright.diagnostics.model import Diagnostic, Related, Span

SUMMARY = {"errors": 1, "warnings": 0, "infos": 0, "deployments": 2, "objects": 0}
TOKEN = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"


def test_whole_report() -> None:
    found = Diagnostic(
        code="SW204",
        slug="runtime-ambiguous",
        severity="error",
        message="two runtimes fit Ünï 模型",
        help="write `runtime: kserve-ovms`",
        span=Span("deployments/fraud.yaml", 14, 12, 15, 3),
        related=(Related("also here", Span("catalog/t.yaml", 3, 1, 3, 2)), Related("by default", None)),
        object="InferenceService/demo/fraud",
        field="spec.runtime",
    )
    assert (
        render_json([found], SUMMARY)
        == """\
{
  "version": 1,
  "diagnostics": [
    {
      "code": "SW204",
      "slug": "runtime-ambiguous",
      "severity": "error",
      "message": "two runtimes fit Ünï 模型",
      "help": "write `runtime: kserve-ovms`",
      "file": "deployments/fraud.yaml",
      "line": 14,
      "column": 12,
      "endLine": 15,
      "endColumn": 3,
      "object": "InferenceService/demo/fraud",
      "field": "spec.runtime",
      "related": [
        {
          "message": "also here",
          "file": "catalog/t.yaml",
          "line": 3,
          "column": 1
        },
        {
          "message": "by default",
          "file": null,
          "line": null,
          "column": null
        }
      ]
    }
  ],
  "summary": {
    "errors": 1,
    "warnings": 0,
    "infos": 0,
    "deployments": 2,
    "objects": 0
  }
}
"""
    )


def test_absent_values_are_null() -> None:
    (entry,) = json.loads(render_json([Diagnostic("SW405", "no-objects", "error", "nothing")], {}))["diagnostics"]
    assert entry == {
        "code": "SW405",
        "slug": "no-objects",
        "severity": "error",
        "message": "nothing",
        "help": None,
        "file": None,
        "line": None,
        "column": None,
        "endLine": None,
        "endColumn": None,
        "object": None,
        "field": None,
        "related": [],
    }


def test_nothing_found_is_still_a_report() -> None:
    assert json.loads(render_json([], {"errors": 0})) == {"version": 1, "diagnostics": [], "summary": {"errors": 0}}


def test_characters_that_act_on_a_terminal_are_written_as_escapes() -> None:
    report = render_json([Diagnostic("SW104", "x", "error", "a\x1b\x9b\u2028\u202e\U000e0041\n\x7f")], {})
    assert '"message": "a\\u001b\\u009b\\u2028\\u202e\\udb40\\udc41\\n\\u007f"' in report


def test_what_a_ci_system_would_act_on_in_a_log_is_written_as_an_escape() -> None:
    message = "##[add-mask]x ##vso[task.setvariable variable=PATH] ###[x"
    report = render_json([Diagnostic("SW104", "x", "error", message)], {})
    assert "##[" not in report
    assert "##vso[" not in report
    assert json.loads(report)["diagnostics"][0]["message"] == message


@given(st.text())
def test_every_message_is_read_back_as_it_was(message: str) -> None:
    report = render_json([Diagnostic("SW104", "x", "error", message)], {})
    assert json.loads(report)["diagnostics"][0]["message"] == message
    assert report.encode()


def test_credentials_are_redacted() -> None:
    found = Diagnostic("SW104", "x", "error", TOKEN, TOKEN, None, (Related(TOKEN, None),), f"A/b/{TOKEN}", TOKEN)
    report = render_json([found], {})
    assert TOKEN not in report
    assert report.count("…redacted…") == 5
