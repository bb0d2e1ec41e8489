"""servewright.lock can be merged, edited, broken or hostile; it is read with that in mind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.diagnostics import codes
from servewright.diagnostics.model import Span
from servewright.write.lock import hash_of, is_safe, lines_of, parse_lock, text_of

A, B = hash_of(b"a"), hash_of(b"b")


def test_the_lock_is_one_sorted_line_per_file() -> None:
    text = text_of(lines_of({"rendered/web/x.yaml": [B], "rendered/demo/x.yaml": [A]}))
    assert text == f"rendered/demo/x.yaml {A}\nrendered/web/x.yaml {B}\n"
    assert len(A) == 32


def test_what_is_written_is_read_back() -> None:
    entries = {"out put/demo/x.yaml": frozenset([A, B]), "out put/ä.yaml": frozenset([A])}
    assert parse_lock(text_of(lines_of(entries))) == (entries, [])
    assert parse_lock("") == ({}, [])


def test_line_ends_of_windows_are_tolerated() -> None:
    assert parse_lock(f"rendered/x.yaml {A}\r\n") == ({"rendered/x.yaml": frozenset([A])}, [])


def test_after_a_merge_that_kept_both_lines_either_content_is_ours() -> None:
    entries, findings = parse_lock(f"rendered/x.yaml {A}\nrendered/x.yaml {B}\nrendered/x.yaml {A}\n")
    assert entries == {"rendered/x.yaml": frozenset([A, B])}
    assert not findings


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> feature", "||||||| base", "=======\r"])
def test_a_conflict_marker_is_reported_with_its_line(marker: str) -> None:
    entries, [finding] = parse_lock(f"rendered/x.yaml {A}\n{marker}\nrendered/x.yaml {B}\n>>>>>>> other\n")
    assert finding.rule is codes.LOCK_CONFLICT
    assert isinstance(finding.where, Span)
    assert (finding.where.file, finding.where.line) == ("servewright.lock", 2)
    assert not entries, "half a lock must not decide what is deleted"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/..",
        "./a",
        "a/./b",
        "a//b",
        "a/",
        "",
        ".",
        "..",
        "a\\..\\b",
        "a\tb",
        "a\x7fb",
    ],
)
def test_lines_whose_path_leads_elsewhere_are_passed_over(path: str) -> None:
    assert parse_lock(f"{path} {A}\nrendered/x.yaml {A}\n") == ({"rendered/x.yaml": frozenset([A])}, [])
    assert not is_safe(path)


def test_lines_of_another_form_are_passed_over() -> None:
    lines = [
        "",
        "# comment",
        "rendered/x.yaml",
        f"rendered/x.yaml {A[:-1]}",
        f"rendered/x.yaml {A.upper()}",
        A,
        "====== x",
    ]
    assert parse_lock("\n".join(lines)) == ({}, [])


@given(st.text())
def test_any_text_is_read_without_an_accident(text: str) -> None:
    entries, _ = parse_lock(text)
    assert all(is_safe(path) for path in entries)


@given(st.dictionaries(st.text(min_size=1).filter(is_safe), st.sampled_from([A, B])))
def test_any_safe_path_is_read_back(paths: dict[str, str]) -> None:
    entries = {path: frozenset([digest]) for path, digest in paths.items()}
    assert parse_lock(text_of(lines_of(entries))) == (entries, [])
