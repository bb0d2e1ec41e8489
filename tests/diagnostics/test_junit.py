"""JUnit reports, read by the library that CI systems' plugins for Python use, and by an XML parser."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml, Skipped

from diagnostics.hostile import CLEAN, NOWHERE, SECRETIVE, SUMMARY, TOKEN, WHOLE, diagnostics, several
from servewright.diagnostics.escape import redact, visible
from servewright.diagnostics.junit import render
from servewright.diagnostics.model import Diagnostic

# What the XSD of Jenkins' xunit plugin (junit-10.xsd) allows, and GitLab reads, of what there is here.
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "file", "line", "time"},
    "failure": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "skipped", "system-out"},
}


def parsed(text: str) -> JUnitXml:
    """The report, of the shape that readers know, with counts that are true."""
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    report = JUnitXml.fromstring(text.encode())
    suites = list(report)
    for suite in suites:
        cases = list(suite)
        assert suite.tests == len(cases)
        assert suite.failures == sum(isinstance(one, Failure) for case in cases for one in case.result)
        assert suite.skipped == sum(isinstance(one, Skipped) for case in cases for one in case.result)
        assert len({case.name for case in cases}) == len(cases), "tests of one name would be one test"
    assert (report.tests, report.failures) == (sum(s.tests for s in suites), sum(s.failures for s in suites))
    return report


def test_whole_report() -> None:
    assert (
        render([WHOLE], SUMMARY)
        == """\
<?xml version='1.0' encoding='utf-8'?>
<testsuites name="servewright" tests="1" failures="1" errors="0" skipped="0" time="0">
  <testsuite name="deployments/fraud.yaml" tests="1" failures="1" errors="0" skipped="0" time="0">
    <testcase name="SW204 runtime-ambiguous InferenceService/demo/fraud spec.runtime" classname="deployments/fraud.yaml" \
file="deployments/fraud.yaml" line="14" time="0">
      <failure message="error[SW204] runtime-ambiguous: two runtimes fit format `onnx` 1" type="runtime-ambiguous">\
deployments/fraud.yaml:14:12
note: catalog/templates.yaml:3:1: first defined here
note: by default
help: write `runtime: kserve-ovms`</failure>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


def test_a_clean_run_is_one_test_that_passed() -> None:
    report = parsed(render([], CLEAN))
    (suite,) = report
    (case,) = suite
    assert (suite.name, case.name, case.is_passed) == ("servewright", "no errors", True)
    assert case.system_out == "2 deployments, 6 objects: no problems"


def test_only_an_error_fails() -> None:
    suites = {suite.name: list(suite) for suite in parsed(render([*several("warning", 1), NOWHERE], SUMMARY))}
    (warning,) = suites["deployments/team-0/model-0.yaml"]
    (error,) = suites["servewright"]
    assert (warning.is_skipped, error.is_failure) == (True, True)
    (info,) = list(parsed(render(several("info", 1), SUMMARY)))[1]
    assert info.is_passed
    assert "it is wrong" in info.system_out


def test_a_test_keeps_its_name_when_lines_move() -> None:
    assert WHOLE.span
    names = [
        [case.name for suite in parsed(render([WHOLE, found], SUMMARY)) for case in suite]
        for found in (WHOLE, WHOLE._replace(span=WHOLE.span._replace(line=90)))
    ]
    assert names[0] == names[1]
    assert names[0][1] == f"{names[0][0]} (2)"


def test_ten_thousand_findings() -> None:
    report = parsed(render(several("error", 10_000), SUMMARY))
    assert (report.tests, report.failures) == (10_000, 10_000)


@given(st.lists(diagnostics, max_size=4))
def test_any_text_is_read_back_as_it_may_be_shown(found: list[Diagnostic]) -> None:
    text = render(found, SUMMARY)
    parsed(text)
    messages = [element.get("message") for element in ET.fromstring(text.encode()).iter("failure")]
    errors = [item for item in found if item.severity == "error"]
    assert sorted(map(str, messages)) == sorted(
        f"error[{item.code}] {item.slug}: {visible(redact(item.message)).rstrip()}" for item in errors
    )


def test_credentials_are_redacted() -> None:
    text = render([SECRETIVE], SUMMARY)
    assert TOKEN not in text
    assert text.count("…redacted…") == 5
