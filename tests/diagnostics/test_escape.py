"""Which characters are made visible, and what is taken for a credential."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.diagnostics.escape import redact, visible
from servewright.diagnostics.sensitive import merged

ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
BEGIN, END = "-----BEGIN " + "PRIVATE KEY-----", "-----END " + "PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("plain, Ünïcödé, 模型, 😀\ufe0f", "plain, Ünïcödé, 模型, 😀\ufe0f"),
        ("\x00\x1b\x7f\x9b", "\\x00\\x1b\\x7f\\x9b"),
        ("\t\n\r", "\\t\\n\\r"),
        ("\u200b\u202e\u2066\ufeff", "\\u200b\\u202e\\u2066\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\udc80", "\\udc80"),
    ],
)
def test_visible(text: str, printed: str) -> None:
    assert visible(text) == printed


# Scripts put these around numbers and letters: format characters by name, but readers see them.
SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"], exclude_characters=SEEN)))
def test_no_control_or_format_character_is_left(text: str) -> None:
    assert visible(text).isascii()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nothing to hide", "nothing to hide"),
        (ACCESS_KEY, "…redacted…"),
        (f"`{ACCESS_KEY}` and `{ACCESS_KEY}`", "`…redacted…` and `…redacted…`"),
        (f"a {BEGIN}\nbm90IGEga2V5\n{END} b", "a …redacted…"),
        (f"a {BEGIN}\nbm90IGEga2V5\n", "a …redacted…"),
        (f"a\n{BEGIN}\nbm90IGEga2V5\n{END}\nb", "a\n…redacted…\nb"),
    ],
)
def test_redact(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_image_digests_are_no_credentials() -> None:
    image = f"quay.io/org/model@sha256:{'0123456789abcdef' * 4}"
    assert redact(image) == image


def test_spans_that_touch_are_one() -> None:
    assert merged([(5, 9), (0, 3), (3, 4), (6, 7), (20, 20)]) == [(0, 4), (5, 9)]
