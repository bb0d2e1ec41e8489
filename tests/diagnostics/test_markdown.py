"""Findings as Markdown: what a person sees in a summary or comment, and what a hostile input cannot make of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.hostile import CLEAN, NOWHERE, SECRETIVE, SUMMARY, TOKEN, WHOLE, diagnostics, several
from diagnostics.markdown_readers import Seen, github, markdown_it, notifying
from servewright.diagnostics.markdown import LIMIT, render
from servewright.diagnostics.model import Diagnostic

READERS = [github, markdown_it]


def test_whole_report() -> None:
    assert (
        render([WHOLE], SUMMARY)
        == """\
### ❌ servewright found 1 error in 2 deployments

<details>
<summary>❌ <b>SW204</b> runtime-ambiguous · <code>deployments/fraud.yaml:14:12</code><br>\
two runtimes fit format <code>onnx</code> 1</summary>

- **Help:** write `runtime: kserve-ovms`
- **Note:** `catalog/templates.yaml:3:1`: first defined here
- **Note:** by default
- **Object:** `InferenceService/demo/fraud`, field `spec.runtime`

</details>
"""
    )


def test_nothing_found() -> None:
    assert render([], CLEAN) == "### ✅ servewright: 2 deployments, 6 objects: no problems\n"


def test_without_details_there_is_nothing_to_unfold() -> None:
    text = render([NOWHERE._replace(help=None)], SUMMARY)
    assert text.endswith("\n<p>❌ <b>SW405</b> no-objects<br>nothing would be rendered</p>\n")


def test_errors_come_first() -> None:
    text = render([*several("info", 1), *several("warning", 1), *several("error", 1)], SUMMARY)
    assert text.index("❌ <b>") < text.index("⚠️ <b>") < text.index("ℹ️ <b>")


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("number", [100, 10_000])
def test_too_many_are_cut_between_two_and_counted(number: int, read: Callable[[str], Seen]) -> None:
    text = render([*several("warning", number), *several("error", number)], SUMMARY)
    assert len(text.encode()) <= LIMIT == 60_000
    shown = read(text).tags.count("details")
    assert 30 < shown <= 2 * number
    left_out = 2 * number - shown
    assert ("more; the text and JSON formats have all" in text) == bool(left_out)
    if number == 10_000:
        assert f"… and {number - shown:,} errors, {number:,} warnings more;" in text


def test_a_finding_that_fits_nowhere_is_left_out_and_not_cut() -> None:
    text = render([WHOLE._replace(message="&" * 1_900, help="&" * 1_900)] * 10, SUMMARY)
    assert len(text.encode()) <= LIMIT
    assert text.count("<details>") == text.count("</details>") < 10


@pytest.mark.parametrize("read", READERS)
@given(found=st.lists(diagnostics, max_size=3))
def test_no_text_of_a_repository_becomes_markup(found: list[Diagnostic], read: Callable[[str], Seen]) -> None:
    seen = read(render(found, SUMMARY))
    calm = read(render([_calm(item) for item in found], SUMMARY))
    assert _but_code(seen) == _but_code(calm)
    assert seen.attributes == []
    assert notifying(seen) == []


def _calm(item: Diagnostic) -> Diagnostic:
    """The same diagnostic with harmless texts."""
    return item._replace(
        message="x",
        help=item.help and "x",
        object=item.object and "x",
        field=item.field and "x",
        span=item.span and item.span._replace(file="x"),
        related=tuple(
            note._replace(message="x", span=note.span and note.span._replace(file="x")) for note in item.related
        ),
    )


def _but_code(seen: Seen) -> Counter[str]:
    return Counter(tag for tag in seen.tags if tag != "code")


def test_credentials_are_redacted() -> None:
    text = render([SECRETIVE], SUMMARY)
    assert TOKEN not in text
    assert text.count("…redacted…") == 5
