"""Whatever is accepted means the same to every reader that will ever see it."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from read.readers import READERS, same
from read.yaml_texts import WORDS, soups, written
from servewright.diagnostics.model import Source
from servewright.read import events
from servewright.read.documents import read_documents
from servewright.read.scalars import Ambiguous, PlainFloat, resolve_plain

readers = pytest.mark.parametrize("reader", list(READERS))
# A reader may refuse what we accept, since nobody else reads specs; it may not see something else in it. A reader may
# be a program of its own, so it gets many texts at once.
batches = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=30
)


def accepted(texts: Sequence[str]) -> list[tuple[str, dict[str, object]]]:
    """The texts that are one document without findings, with its data."""
    kept = []
    for text in texts:
        documents, findings = read_documents(Source("a.yaml", text))
        if len(documents) == 1 and not findings and "---" not in text:
            kept.append((text, documents[0].data))
    return kept


@readers
@batches
@given(st.lists(written(), min_size=3, max_size=8))
def test_what_others_write_is_read_as_everybody_reads_it(
    reader: str, pairs: list[tuple[dict[str, object], str]]
) -> None:
    kept = accepted([text for _, text in pairs])
    for (text, ours), theirs in zip(kept, READERS[reader]([text for text, _ in kept]), strict=True):
        assert isinstance(theirs, Exception) or same(ours, theirs), text
        assert "libyaml" not in reader or not isinstance(theirs, Exception), text


@readers
@settings(batches, max_examples=150)
@given(st.lists(soups, min_size=10, max_size=40))
def test_no_reader_reads_accepted_text_otherwise(reader: str, texts: list[str]) -> None:
    kept = accepted(texts)
    for (text, ours), theirs in zip(kept, READERS[reader]([text for text, _ in kept]), strict=True):
        assert isinstance(theirs, Exception) or same(ours, theirs), text


NASTY = sorted(
    {
        case(word)
        for word in (
            *("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nil", "~", "nan", "inf", ".nan", ".inf", "+.inf", "-.inf"),
            *("+.nan", "=", "<<", "0777", "0o7", "0O7", "0x1f", "0b1", "-0b1", "0b+1", "08", "09", "007", "00", "0", "-0", "+0", "+1", "-1", "01.5"),
            *("1_000", "1_", "_1", "-_1", "0x_1", "0_8", "1e3", "1e+3", "1.5e3", "1.5e+3", "1.e+3", ".5e-1", ".5e1", "1e", "1.", ".", ".5", "+.5"),
            *("-.5", "._", ".e3", "12:30", "12:30:45", "1:60", "00:30", "0:0.5", "8080:80", "1.2.3", "10.0.0.1", "1.0e+308", "1.0e+309", "1.0e-400"),
            *("9007199254740992", "9007199254740993", "-9007199254740993", "18446744073709551616", "9" * 5000, "1." + "0" * 30, "706798e8"),
            *("2024-01-02", "2024-1-2", "2024-13-45", "2024-01-02T03:04:05Z", "2024-01-02t03:04:05.5+01:00", "2024-01-02 03:04:05", "0x", "0o", "0b"),
            *("a", "a.b/c", "-a", "--x", "1a", "1-2", "16Gi", "100m", "v1", "3.10", "1,5", "٣", "é", "1e3x", "e3", "0xg", "-", "+", "1__2", "+1_0"),
        )
        for case in (str, str.upper, str.title, str.swapcase)
    }
    | {word for word in WORDS if word and word.isprintable()}
)  # fmt: skip


PLAIN_SYMBOLS = "+-.0178_:eExXoObB9aZ "
plain_texts = st.sampled_from(NASTY) | st.text(alphabet=PLAIN_SYMBOLS, min_size=1, max_size=7) | st.from_regex(
    r"[-+]?[0-9_.]{1,4}([eE:][-+0-9_]{0,4})?(\.[0-9]*)?|0[xobXOB][0-9a-f_]{0,4}", fullmatch=True
)  # fmt: skip


def _is_plain(text: str) -> bool:
    """Whether ``text`` can stand unquoted as a value."""
    try:
        values = [
            (event.value, event.style)
            for event in yaml.parse(f"a: {text}\n", yaml.CLoader)
            if isinstance(event, yaml.ScalarEvent)
        ]
    except yaml.YAMLError:
        return False
    return values == [("a", ""), (text, "")]


@readers
@batches
@given(st.lists(plain_texts.filter(_is_plain), min_size=20, max_size=60))
def test_an_unquoted_scalar_is_what_every_reader_makes_of_it(reader: str, texts: list[str]) -> None:
    certain = [(text, value) for text in texts if not isinstance(value := resolve_plain(text), Ambiguous)]
    answers = READERS[reader]([f"a: {text}\n" for text, _ in certain])
    for (text, ours), theirs in zip(certain, answers, strict=True):
        assert same({"a": ours}, theirs), text


@readers
def test_nasty_scalars_are_what_every_reader_makes_of_them(reader: str) -> None:
    texts = [text for text in NASTY if _is_plain(text) and not isinstance(resolve_plain(text), Ambiguous)]
    assert len(texts) > 50
    for text, theirs in zip(texts, READERS[reader]([f"a: {text}\n" for text in texts]), strict=True):
        assert same({"a": resolve_plain(text)}, theirs), text


@readers
def test_nasty_keys_are_what_every_reader_makes_of_them(reader: str) -> None:
    kept = accepted([f"{text}: 1\n" for text in NASTY])
    assert len(kept) > 50
    for (text, ours), theirs in zip(kept, READERS[reader]([text for text, _ in kept]), strict=True):
        assert same(ours, theirs), text


@readers
def test_quoting_as_the_help_says_gives_the_text(reader: str) -> None:
    doubtful = [text for text in NASTY if isinstance(resolve_plain(text), Ambiguous)]
    assert len(doubtful) > 60
    for text, theirs in zip(doubtful, READERS[reader]([f'a: "{text}"' for text in doubtful]), strict=True):
        assert theirs == {"a": text}


def test_a_float_keeps_how_it_was_written() -> None:
    value = resolve_plain("1.10")
    assert isinstance(value, PlainFloat)
    assert (value, value.text) == (1.1, "1.10")


def test_a_float_keeps_its_text_between_processes() -> None:
    value = pickle.loads(pickle.dumps(PlainFloat("1.10")))
    assert (value, value.text) == (1.1, "1.10")


def test_without_libyaml_documents_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: [1, {b: 'it''s'}]\n---\n# nothing\n---\nc: |\n  x\nd: \"\\u00e9\"\n---\ne: f: g\n---\nh: [1.5]\n"
    with_libyaml = read_documents(Source("a.yaml", text))
    monkeypatch.setattr(events, "new_parser", events.pure_parser)
    without = read_documents(Source("a.yaml", text))
    assert without[0] == with_libyaml[0]
    assert [finding.where for finding in without[1]] == [finding.where for finding in with_libyaml[1]]
