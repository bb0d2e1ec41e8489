"""The YAML that is written is fit for review, always the same, and refuses what cannot be written portably."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.lower.access_objects import PATTERNS
from servewright.lower.fields import Object, Pattern
from servewright.write import emit as emitter
from servewright.write.emit import LARGEST_INTEGER, Emitter, emit
from write.nasty_strings import PLAIN, QUOTED
from write.objects import objects
from write.objects import texts as any_text


def test_an_object_looks_as_people_write_it() -> None:
    service = {
        "spec": {
            "predictor": {
                "model": {
                    "args": ["--max-model-len=8192", "--served-model-name={{.Name}}", "--port", "8080"],
                    "storageUri": "oci://quay.io/org/granite:1.0",
                    "resources": {"limits": {"nvidia.com/gpu": "1", "memory": "16Gi", "cpu": "4"}},
                    "env": [{"value": "1", "name": "HF_HUB_OFFLINE"}],
                    "command": [],
                },
                "minReplicas": 1,
                "automountServiceAccountToken": False,
                "tolerations": [{"operator": "Exists", "key": "nvidia.com/gpu"}],
                "nodeSelector": {},
                "priority": None,
            }
        },
        "metadata": {
            "annotations": {
                "serving.kserve.io/stop": "true",
                "openshift.io/display-name": "Granite 3.1 8B",
                "note": "first line\n  second: line\n\nlast # line\n",
            },
            "labels": {"on": "y", "team": "nlp"},
            "generation": 1,
            "namespace": "demo",
            "name": "granite-31-8b",
        },
        "kind": "InferenceService",
        "apiVersion": "serving.kserve.io/v1beta1",
    }
    assert (
        emit([service, {"kind": "Namespace", "apiVersion": "v1"}])
        == """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: granite-31-8b
  namespace: demo
  labels:
    "on": "y"
    team: nlp
  annotations:
    note: |
      first line
        second: line

      last # line
    openshift.io/display-name: Granite 3.1 8B
    serving.kserve.io/stop: "true"
  generation: 1
spec:
  predictor:
    automountServiceAccountToken: false
    minReplicas: 1
    model:
      args:
      - --max-model-len=8192
      - --served-model-name={{.Name}}
      - --port
      - "8080"
      command: []
      env:
      - name: HF_HUB_OFFLINE
        value: "1"
      resources:
        limits:
          cpu: "4"
          memory: 16Gi
          nvidia.com/gpu: "1"
      storageUri: oci://quay.io/org/granite:1.0
    nodeSelector: {}
    priority: null
    tolerations:
    - key: nvidia.com/gpu
      operator: Exists
---
apiVersion: v1
kind: Namespace
"""
    )


def test_lists_in_lists_and_literals_in_lists_keep_their_place() -> None:
    assert emit([{"a": [[1, ["x\ny"]], {"b": [], "name": {"c": 1}}, ()]}]) == (
        "a:\n- - 1\n  - - |-\n      x\n      y\n- name:\n    c: 1\n  b: []\n- []\n"
    )


def test_name_comes_first_only_in_list_items_and_metadata() -> None:
    assert emit([{"spec": {"name": "x", "a": "x", "metadata": {"name": "x", "labels": {"name": "x", "a": "x"}}}}]) == (
        "spec:\n  a: x\n  metadata:\n    name: x\n    labels:\n      a: x\n      name: x\n  name: x\n"
    )


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_unambiguous_needs_no_quotes(text: str) -> None:
    assert emit([{"a": [text]}]) == f"a:\n- {text}\n"


@pytest.mark.parametrize("text", QUOTED)
def test_what_any_reader_could_take_for_something_else_is_quoted(text: str) -> None:
    assert emit([{"a": text}]).startswith('a: "')


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("tab\tand\x1bescape", r'"tab\tand\u001Bescape"'),
        ("next\u0085line\u2028\u2029", r'"next\u0085line\u2028\u2029"'),
        ("\ufeffbom", r'"\uFEFFbom"'),
        ("right\u202eto left", r'"right\u202Eto left"'),
        ("zero\u200bwidth", r'"zero\u200Bwidth"'),
        ("tag\U000e0041", r'"tag\U000E0041"'),
        ('say "hi" \\o/', r'"say \"hi\" \\o/"'),
        ("crlf\r\n", r'"crlf\r\n"'),
        ("trailing \nspace", r'"trailing \nspace"'),
        ("ends in two\n\n", r'"ends in two\n\n"'),
        (" indented\n", r'" indented\n"'),
        ("\nstarts empty", r'"\nstarts empty"'),
        ("a\ttab\nline", r'"a\ttab\nline"'),
        ("wide space\u3000\nat an end", '"wide space\u3000\\nat an end"'),
        ("😀 stays", '"😀 stays"'),
    ],
)
def test_what_reviewers_could_not_see_is_escaped(text: str, written: str) -> None:
    assert emit([{"a": text}]) == f"a: {written}\n"


def test_long_text_is_never_folded() -> None:
    for text in ("word " * 400 + "end", "word: " * 400):
        assert len(emit([{"a": text}]).splitlines()) == 1


def test_nothing_to_write_is_nothing_and_an_empty_object_is_an_object() -> None:
    assert emit([]) == ""
    assert emit([{}]) == "{}\n"


@settings(max_examples=100)
@given(st.lists(objects, min_size=1, max_size=4))
def test_a_stream_is_its_documents_with_a_line_between(documents: list[dict[str, Any]]) -> None:
    stream = emit(documents)
    assert stream == "---\n".join(emit([item]) for item in documents)
    assert list(yaml.load_all(stream, yaml.CSafeLoader)) == documents


@settings(max_examples=100)
@given(objects)
def test_the_text_has_one_final_newline_no_trailing_space_and_only_plain_line_ends(item: dict[str, Any]) -> None:
    text = emit([item])
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert text.splitlines() == text[:-1].split("\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert text == text.encode().decode()


@settings(max_examples=100)
@given(objects, st.randoms(use_true_random=False))
def test_the_order_of_keys_in_memory_does_not_matter(item: dict[str, Any], random: Any) -> None:
    assert emit([shuffled(item, random)]) == emit([item])


def shuffled(value: Any, random: Any) -> Any:
    if isinstance(value, dict):
        pairs = [(key, shuffled(inner, random)) for key, inner in value.items()]
        random.shuffle(pairs)
        return dict(pairs)
    return [shuffled(inner, random) for inner in value] if isinstance(value, list) else value


@settings(max_examples=100)
@given(st.lists(objects, min_size=1, max_size=4))
def test_what_was_written_before_does_not_matter(documents: list[dict[str, Any]]) -> None:
    warm = emit(documents)
    forget()
    assert emit(documents) == warm


def forget() -> None:
    emitter._values.clear()
    emitter._levels[:] = [emitter._Level("\n")]


def test_the_memo_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emitter, "_MEMO_ENTRIES", 10)
    forget()
    item = {f"key{index}": f"value{index}" for index in range(100)}
    assert yaml.safe_load(emit([item])) == item
    assert len(emitter._values) <= 10
    emit([{"k" * 10_000: "v" * 10_000}])
    assert all(len(text) < 1000 for text in emitter._values)


def test_mappings_with_ever_new_keys_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emitter, "_MEMO_SHAPES", 10)
    forget()
    for index in range(100):
        item = {"metadata": {"labels": {f"key{index}": "x"}}, "list": [{f"name{index}": {f"inner{index}": 1}}]}
        assert yaml.safe_load(emit([item])) == item
        assert sum(map(len, shapes())) < 20
    forget()
    emit([{"k" * 10_000: 1, "spec": {f"key{index}": index for index in range(100)}}])
    assert sum(map(len, shapes())) == 0


def shapes() -> Iterator[Any]:
    level: Any = emitter._levels[0]
    while level is not None:
        yield from (level.plain, level.metadata, level.items, level.top)
        level = level.inner


@settings(max_examples=100)
@given(st.lists(objects, min_size=1, max_size=3), st.lists(st.tuples(st.booleans(), st.integers(0, 2)), max_size=6))
def test_what_objects_share_is_written_as_if_each_had_its_own(
    parts: list[dict[str, Any]], chosen: list[tuple[bool, int]]
) -> None:
    documents = [
        {
            "zone": "x",
            "spec": (part := parts[which % len(parts)]),
            "kind": "Copy" if copied else "Other",
            # The same parts stand deeper here, and in another order.
            "metadata": {"annotations": part, "labels": parts[0], "name": f"n{index}"},
        }
        for index, (copied, which) in enumerate(chosen)
    ]
    several, items = Emitter({"Copy"}), [Object(item) for item in documents]
    assert several.emit(items) == emit(documents)
    assert [several.emit([item]) for item in items] == [emit([item]) for item in documents]


@pytest.mark.parametrize("part", [{}, [], "text", None, ["a"], ("a",), MappingProxyType({"a": 1})])
def test_what_is_copied_may_be_anything(part: object) -> None:
    item: dict[str, Any] = {"kind": "Copy", "metadata": {"labels": part}, "spec": part}
    bare: dict[str, Any] = {"kind": "Copy", "metadata": {}}
    assert Emitter({"Copy"}).emit([Object(item), Object(bare)]) == emit([item, bare])


def test_copies_that_share_nothing_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emitter, "_MEMO_COPIES", 1000)
    several = Emitter({"Copy"})
    for index in range(100):
        item = {"kind": "Copy", "metadata": {"labels": {"a": f"x{index}"}}, "spec": {"b": "x" * index * 20}}
        assert yaml.safe_load(several.emit([Object(item)])) == item
        assert sum(len(text.text) for _, _, text in several._written.values()) <= 2000


@settings(max_examples=200)
@given(st.lists(st.lists(any_text, min_size=4, max_size=4), min_size=1, max_size=3), st.booleans())
def test_what_is_made_by_a_pattern_is_written_as_its_body(texts: list[list[str]], added: bool) -> None:
    emitter_of_all = Emitter(())
    for made in PATTERNS:
        pattern = Pattern(made.make, ("example.com/wave", "-5")) if added else made
        count = made.make.__code__.co_argcount
        items = [Object(pattern.body(own[:count]), (), pattern, tuple(own[:count])) for own in texts]
        assert emitter_of_all.emit(items) == emit([item.body for item in items])


@pytest.mark.parametrize("value", [1.0, 0.5, float("nan"), b"x", {1}, object()])
def test_a_value_that_readers_would_disagree_about_is_refused(value: object) -> None:
    for item in ({"a": value}, {"a": [value]}, {"a": [[{"b": value}]]}):
        with pytest.raises(TypeError):
            emit([item])


@pytest.mark.parametrize("key", [1, True, None, 1.5, ("a",)])
def test_a_key_that_is_no_string_is_refused(key: Any) -> None:
    with pytest.raises(TypeError):
        emit([{"a": {key: 1}}])


def test_an_integer_beyond_53_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="53 bits"):
        emit([{"a": LARGEST_INTEGER + 1}])


def test_a_lone_surrogate_is_refused() -> None:
    for text in ("a\ud800", "a\n\udfff"):
        with pytest.raises(ValueError, match="surrogate"):
            emit([{"a": text}])


def test_shared_parts_are_written_out_each_time() -> None:
    shared = {"a": ["x"]}
    assert emit([{"b": shared, "c": [shared, shared]}]).count("- x") == 3


def test_tuples_and_read_only_mappings_are_written_as_lists_and_mappings() -> None:
    frozen = MappingProxyType(
        {"b": MappingProxyType({"name": "x", "a": ()}), "a": (1, MappingProxyType({"c": 2, "name": 3}))}
    )
    assert emit([frozen]) == "a:\n- 1\n- name: 3\n  c: 2\nb:\n  a: []\n  name: x\n"
