"""What the API server would say, as users get to read it."""

from __future__ import annotations

import pytest

from diagnostics.test_pages import repository
from servewright import Repository, compile_repository
from servewright.check.cluster import rules
from servewright.diagnostics import pages


def test_a_rule_that_could_not_be_evaluated_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the library for CEL must not call anything fine that it did not look at."""
    monkeypatch.setattr(rules, "program", lambda text: None)
    files = repository(pages.load("SW504").refused)
    found = [item for item in compile_repository(Repository.of(files)).diagnostics if item.code == "SW504"]
    unseen = [item for item in found if "cannot be evaluated" in item.message]
    assert unseen
    assert all(item.severity == "error" and "`cel-expr-python`" in (item.help or "") for item in unseen)
