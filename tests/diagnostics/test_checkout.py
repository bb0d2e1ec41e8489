"""Paths as they are from the root of the Git repository."""

from __future__ import annotations

from diagnostics.hostile import NOWHERE, WHOLE
from servewright.diagnostics.checkout import in_checkout
from servewright.diagnostics.model import Diagnostic, Span


def files(found: Diagnostic) -> list[str | None]:
    spans = [found.span, *(note.span for note in found.related)]
    return [span.file if span else None for span in spans]


def test_every_place_moves() -> None:
    (moved,) = in_checkout([WHOLE], "services/models")
    assert files(moved) == ["services/models/deployments/fraud.yaml", "services/models/catalog/templates.yaml", None]


def test_at_the_root_nothing_moves() -> None:
    assert in_checkout([WHOLE, NOWHERE], "") == [WHOLE, NOWHERE]


def test_the_whole_run_gets_a_place_where_one_is_needed() -> None:
    assert in_checkout([NOWHERE], "a", everywhere=True)[0].span == Span("a/servewright.yaml", 1, 1, 1, 1)
    assert in_checkout([NOWHERE], "a")[0].span is None
