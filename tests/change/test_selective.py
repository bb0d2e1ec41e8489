"""Compiling only what changed gives, byte for byte, what compiling everything gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import BASE, model, project
from servewright.change import differences as under_test
from servewright.change.differences import differences
from servewright.change.reports.json_report import render
from servewright.repository import Repository

NAMES = ("a", "b", "chat", "granite-31")
VLLM = "vllm-cuda-runtime-template"
SPECS: tuple[dict[str, Any], ...] = (
    {},
    {"replicas": 2},
    {"runtime": {"template": VLLM, "name": "pool"}},
    {"runtime": {"template": VLLM, "name": "pool"}, "args": ["--x=1", "--y=2"]},
    {"runtime": {"template": "vllm-cpu-runtime-template", "name": "pool"}},
    {"runtime": {"template": VLLM, "name": "chat"}},
    {"runtime": {"existing": "pool"}},
    {"runtime": {"existing": "a"}},
    {"runtime": "llm-d"},
    {"model": {"type": "generative", "source": {"s3": {"connection": "models-s3", "path": "m"}}}},
    {"replicas": "two"},  # an error
    {"hardware": {"profile": "no-such"}},  # another, in a document that is well-formed
    {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
    {"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]},
)
FILES = ("deployments/one.yaml", "deployments/two.yaml", "deployments/sub/three.yaml")
OTHERS = (
    ("deployments/connections.yaml", BASE["deployments/connections.yaml"]),
    ("deployments/connections.yaml", BASE["deployments/connections.yaml"].replace("bucket: models", "bucket: other")),
    ("deployments/one.yaml", BASE["deployments/connections.yaml"]),
    ("catalog/profiles.yaml", BASE["catalog/profiles.yaml"].replace("defaultCount: 4", "defaultCount: 5")),
    ("catalog/profiles.yaml", "kind: [\n"),
    ("servewright.yaml", project("openshift-ai 3.5")),
    ("servewright.yaml", project(rules={"name-derived": "error"})),
    ("servewright.yaml", "nothing: here\n"),
    ("deployments/two.yaml", "apiVersion: [broken\n"),
)

deployments = st.builds(
    lambda name, namespace, spec, form: form(model(name, metadata={"namespace": namespace}, **spec), name),
    st.sampled_from(NAMES),
    st.sampled_from(("demo", "demo", "web")),
    st.sampled_from(SPECS),
    st.sampled_from(
        (
            lambda text, name: text,
            lambda text, name: text,
            # The name is derived from the display name, or written with an escape: no text search finds it as it is.
            lambda text, name: text.replace(f"  name: {name}\n", "").replace(
                "spec:\n", f"spec:\n  displayName: {name.upper().replace('-', ' ')}\n"
            ),
            lambda text, name: text.replace(f"name: {name}\n", f'name: "\\x{ord(name[0]):02x}{name[1:]}"\n', 1),
        )
    ),
)
files = st.dictionaries(
    st.sampled_from(FILES), st.lists(deployments, min_size=1, max_size=3).map("---\n".join), max_size=3
)
edits = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(FILES), deployments),
        st.tuples(st.just("append"), st.sampled_from(FILES), deployments),
        st.tuples(st.just("remove"), st.sampled_from(FILES), st.just("")),
        st.tuples(st.just("move"), st.sampled_from(FILES), st.sampled_from(FILES)),
        st.sampled_from(OTHERS).map(lambda item: ("write", *item)),
    ),
    max_size=3,
)


def edited(files: dict[str, str], edits: list[tuple[str, str, str]]) -> dict[str, str]:
    files = dict(files)
    for what, path, value in edits:
        if what == "write":
            files[path] = value
        elif what == "append":
            files[path] = f"{files[path]}---\n{value}" if path in files else value
        elif path in files:
            text = files.pop(path)
            if what == "move":
                files[value] = text
    return files


@settings(max_examples=400)
@given(files, edits, edits)
def test_outcome_is_that_of_compiling_everything(
    files: dict[str, str], before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> None:
    base = edited({**BASE, **files}, before)
    head = edited(base, after)
    selective = differences(Repository.of(base), Repository.of(head))
    whole = differences(Repository.of(base), Repository.of(head), everything=True)
    assert render(selective) == render(whole)
    assert selective.change.population == whole.change.population
    shared = [
        [
            (item.name, item.before and item.before.runtime, item.after and item.after.runtime)
            for item in change.deployments
        ]
        for change in (selective.change, whole.change)
    ]
    assert shared[0] == shared[1]


POOL = {"template": VLLM, "name": "pool"}
POOL_OF_CPU = {"template": "vllm-cpu-runtime-template", "name": "pool"}
DERIVED = model("x", displayName="Granite 3.1!").replace("  name: x\n", "")
# What is there, what replaces it, and what differs then: in files that did not change too.
DEPENDENT: dict[str, tuple[dict[str, str], dict[str, str], list[str]]] = {
    "users of a shared runtime": (
        {
            "a": model("a", runtime=POOL),
            "b": model("b", runtime=POOL),
            "c": model("c").replace("spec:", "# pool\nspec:"),
        },
        {"a": model("a", runtime=POOL_OF_CPU)},
        ["changed a", "changed b"],
    ),
    "whoever uses a runtime that is there because of another deployment": (
        {"a": model("a", runtime=POOL), "b": model("b", runtime={"existing": "pool"})},
        {"a": model("a", runtime=POOL_OF_CPU)},
        ["changed a", "changed b"],
    ),
    "whoever uses another's own runtime": (
        {"a": model("a"), "b": model("b", runtime={"existing": "a"})},
        {"a": model("a", runtime="vllm-cpu-runtime-template")},
        ["changed a", "changed b"],
    ),
    "a runtime whose first user is gone": (
        {"a": model("a", runtime=POOL), "b": model("b", runtime=POOL)},
        {"a": model("a")},
        ["changed a"],
    ),
    "whoever uses a runtime that goes": (
        {"a": model("a", runtime=POOL), "b": model("b", runtime={"existing": "pool"})},
        {"a": model("a")},
        ["changed a", "changed b"],
    ),
    "a name that is taken already": ({"a": model("m"), "b": model("zebra")}, {"b": model("m")}, ["removed zebra"]),
    "a derived name that is taken already": (
        {"a": DERIVED, "b": model("zebra")},
        {"b": model("granite-31")},
        ["removed zebra"],
    ),
    "a name that an escape hides": (
        {"a": model("m").replace("name: m", 'name: "\\x6d"'), "b": model("zebra")},
        {"b": model("m")},
        ["removed zebra"],
    ),
    "a user that is written twice": (
        {"a": model("m", replicas=2), "b": model("m", runtime=POOL), "c": model("c", runtime=POOL)},
        {"c": model("c", runtime=POOL_OF_CPU)},
        ["changed c"],
    ),
}


@pytest.mark.parametrize("case", DEPENDENT)
def test_what_depends_on_a_change_is_found(case: str) -> None:
    before, after, expected = DEPENDENT[case]
    base = BASE | {f"deployments/{name}.yaml": text for name, text in before.items()}
    head = base | {f"deployments/{name}.yaml": text for name, text in after.items()}
    selective = differences(Repository.of(base), Repository.of(head))
    assert [f"{item.change} {item.name}" for item in selective.change.deployments] == expected
    assert render(selective) == render(differences(Repository.of(base), Repository.of(head), everything=True))


def test_only_what_changed_is_compiled(monkeypatch: Any) -> None:
    compiled: list[str] = []
    original = under_test.compile_file

    def counting(inputs: Any, *rest: Any) -> Any:
        compiled.extend(item.problems.document.source.path for item in inputs.deployments)
        return original(inputs, *rest)

    monkeypatch.setattr(under_test, "compile_file", counting)
    base = {**BASE, **{f"deployments/m{number}.yaml": model(f"model-{number}") for number in range(20)}}
    head = {**base, "deployments/m3.yaml": model("model-3", replicas=2)}
    assert [item.name for item in differences(Repository.of(base), Repository.of(head)).change.deployments] == [
        "model-3"
    ]
    assert compiled == ["deployments/m3.yaml"] * 2
