"""Diagnostics as a JUnit report, which GitLab, Jenkins and Tekton's dashboards show as tests.

A suite per file and a case per diagnostic. Only an error is a failed test: a warning is a skipped one, which is shown
and fails nothing, and an info is a passed one with output. Without errors there is one passed test more, because a
report without tests counts as a broken one. Lines are not in the names, so that a test keeps its history.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence

from servewright.diagnostics.escape import redact, visible
from servewright.diagnostics.model import Diagnostic, Span
from servewright.diagnostics.summary import line_of

_WHOLE_RUN = "servewright"


def render(diagnostics: Sequence[Diagnostic], summary: Mapping[str, int]) -> str:
    """The report, as an XML document."""
    suites: dict[str, list[ET.Element]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    if not any(item.severity == "error" for item in diagnostics):
        passed = ET.Element("testcase", {"name": "no errors", "classname": _WHOLE_RUN, "time": "0"})
        ET.SubElement(passed, "system-out").text = line_of(summary)
        suites[_WHOLE_RUN] = [passed]
    for item in diagnostics:
        suite = _line(item.span.file) if item.span else _WHOLE_RUN
        name = _name(item)
        seen[suite, name] += 1
        number = seen[suite, name]
        suites.setdefault(suite, []).append(_case(item, suite, name if number == 1 else f"{name} ({number})"))
    root = ET.Element("testsuites", {"name": _WHOLE_RUN, **_counts([case for own in suites.values() for case in own])})
    for suite, cases in suites.items():
        ET.SubElement(root, "testsuite", {"name": suite, **_counts(cases)}).extend(cases)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode("utf-8") + "\n"


def _name(item: Diagnostic) -> str:
    return " ".join(_line(part) for part in (f"{item.code} {item.slug}", item.object, item.field) if part)


def _case(item: Diagnostic, suite: str, name: str) -> ET.Element:
    place = {"file": suite, "line": str(item.span.line)} if item.span else {}
    case = ET.Element("testcase", {"name": name, "classname": suite, **place, "time": "0"})
    message = f"{item.severity}[{item.code}] {item.slug}: {_line(item.message)}"
    if item.severity == "error":
        ET.SubElement(case, "failure", {"message": message, "type": item.slug}).text = _body(item)
    elif item.severity == "warning":
        ET.SubElement(case, "skipped", {"message": message})
        ET.SubElement(case, "system-out").text = _body(item)
    else:
        ET.SubElement(case, "system-out").text = f"{message}\n{_body(item)}"
    return case


def _body(item: Diagnostic) -> str:
    """What else there is to say, a line each."""
    lines = [_at(item.span)] if item.span else []
    for note in item.related:
        lines.append(f"note: {f'{_at(note.span)}: ' if note.span else ''}{_line(note.message)}")
    if item.help is not None:
        lines.append(f"help: {_line(item.help)}")
    return "\n".join(lines)


def _counts(cases: Sequence[ET.Element]) -> dict[str, str]:
    numbers = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": 0,
        "skipped": sum(case.find("skipped") is not None for case in cases),
        "time": 0,
    }
    return {key: str(number) for key, number in numbers.items()}


def _at(span: Span) -> str:
    return f"{_line(span.file)}:{span.line}:{span.column}"


def _line(text: str) -> str:
    """A text in one line, of characters that XML can hold."""
    return visible(redact(text)).rstrip()
