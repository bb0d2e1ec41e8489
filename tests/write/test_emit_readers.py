"""What is written is read back alike by a YAML 1.1 reader, a YAML 1.2 reader and Go's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from go_yaml import go_read
from servewright.write.emit import LARGEST_INTEGER, emit
from write.nasty_strings import NASTY
from write.objects import objects, texts

Reader = Callable[[Sequence[str]], list[object]]


def pyyaml(texts: Sequence[str]) -> list[object]:
    return [yaml.load(text, yaml.CSafeLoader) for text in texts]


def pyyaml_pure(texts: Sequence[str]) -> list[object]:
    return [yaml.load(text, yaml.SafeLoader) for text in texts]


def ruamel(texts: Sequence[str]) -> list[object]:
    return [YAML(typ="safe", pure=True).load(text) for text in texts]


def go(texts: Sequence[str]) -> list[object]:
    return list(go_read(texts))


READERS: list[Reader] = [pyyaml, pyyaml_pure, ruamel, go]

every_reader = pytest.mark.parametrize("reader", READERS)


def document(text: str) -> dict[str, Any]:
    """``text`` in every position that a string can take."""
    return {
        "value": text,
        "items": [text, [text], {"name": text, text: text}],
        "keys": {text: text, text + "'": {text: [text]}},
        text + "-top": text,
    }


def mismatches(reader: Reader, documents: Sequence[dict[str, Any]]) -> list[object]:
    """The documents that ``reader`` does not read back as they were."""
    found = reader([emit([item]) for item in documents])
    return [
        (item, read) for item, read in zip(documents, found, strict=True) if read != item or kinds(read) != kinds(item)
    ]


def in_bulk(words: Sequence[str]) -> list[dict[str, Any]]:
    """``words`` as values and as keys, some hundreds to a document."""
    groups = [words[start : start + 500] for start in range(0, len(words), 500)]
    return [{"values": list(group), "keys": dict.fromkeys(group, 1)} for group in groups]


def kinds(value: object) -> object:
    """The types all the way down: ``True == 1`` must not pass for equal."""
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    return [kinds(item) for item in value] if isinstance(value, list) else type(value)


@every_reader
def test_nasty_strings_survive_everywhere(reader: Reader) -> None:
    assert not mismatches(reader, [document(text) for text in NASTY])


@every_reader
def test_every_string_of_two_ascii_characters_survives(reader: Reader) -> None:
    alphabet = [chr(code) for code in range(128)]
    words = alphabet + ["".join(pair) for pair in itertools.product(alphabet, repeat=2)]
    assert not mismatches(reader, in_bulk(words))


@every_reader
def test_every_short_word_of_what_numbers_and_keywords_are_made_of_survives(reader: Reader) -> None:
    words = ["".join(letters) for size in (3, 4) for letters in itertools.product("+-.0e8x_:", repeat=size)]
    words += ["".join(letters) for letters in itertools.product("~nNoOyYeEsfF", repeat=3)]
    assert not mismatches(reader, in_bulk(words))


@every_reader
def test_quantities_and_durations_stay_strings(reader: Reader) -> None:
    units = [
        "",
        "m",
        "k",
        "K",
        "M",
        "G",
        "T",
        "P",
        "E",
        "Ki",
        "Mi",
        "Gi",
        "Ti",
        "Pi",
        "Ei",
        "%",
        "h",
        "s",
        "e",
        "e1",
        "n",
        "u",
    ]
    numbers = ["0", "1", "08", "10", "007", "16", "1_0", "1.5", "0x1", "1e3", "0b1", "0o1"]
    words = [number + unit for number in numbers for unit in units] + ["1h0m0s", "0h", "90s", "1m1s1h", "1s2s3s4s"]
    assert not mismatches(reader, in_bulk(words))


@every_reader
def test_numbers_booleans_and_null_stay_what_they_are(reader: Reader) -> None:
    values = [0, 1, -1, 60, 8080, LARGEST_INTEGER, -LARGEST_INTEGER, True, False, None]
    assert not mismatches(reader, [{"a": values, "b": {f"k{index}": value for index, value in enumerate(values)}}])


@every_reader
@pytest.mark.parametrize("length", [100, 900, 1000, 1022, 1023, 1024, 1025, 3000])
def test_long_keys_survive(reader: Reader, length: int) -> None:
    """Readers look for a key's colon in 1024 characters only."""
    key, odd = "k" * length, "\u2028" * (length // 6)
    items: list[object] = [{key: 1}, {odd: [1]}, {key: {odd: {"a": []}}}, {key: "a\nb\n"}]
    assert not mismatches(reader, [{"a": items, key: [1], odd: "x"}])


@settings(max_examples=150)
@given(st.lists(objects, min_size=1, max_size=5))
def test_any_objects_are_read_back_as_they_were(documents: list[dict[str, Any]]) -> None:
    for reader in READERS:
        assert not mismatches(reader, documents)


@settings(max_examples=150)
@given(st.lists(texts, min_size=1, max_size=20))
def test_any_text_survives_in_every_position(words: list[str]) -> None:
    for reader in READERS:
        assert not mismatches(reader, [document(text) for text in words])
