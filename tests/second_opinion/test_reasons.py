"""What the real kubeconform says about each keyword of a schema, and how it is said again without its quotes."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from go_tools import kubeconform
from servewright.check.kubeconform.answer import Refusal, read_answer
from servewright.check.kubeconform.question import arguments
from servewright.check.kubeconform.reasons import Reason, reasons

MANY = [f"value-{number}" for number in range(1200)]
KEYWORDS: dict[str, tuple[Any, Any, str]] = {
    "type": ({"type": "integer"}, "one", "it is a string, and should be a whole number"),
    "types": ({"type": ["integer", "string"]}, [1], "it is a list, and should be a whole number or a string"),
    "nothing": ({"type": "object"}, None, "it is null, and should be a mapping"),
    "flag": ({"type": "array"}, True, "it is true or false, and should be a list"),
    "float": ({"type": "integer"}, 1.5, "it is a number, and should be a whole number"),
    "either": ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, {}, "it is a mapping, and should be a whole number or a string"),
    "deeper": ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}, "it has none of the forms that the schema allows"),
    "one": ({"oneOf": [{"minLength": 5}, {"maxLength": 1}]}, "abc", "it has none of the forms that the schema allows"),
    "both": ({"oneOf": [{"minLength": 1}, {"maxLength": 5}]}, "abc", "it is not as the release's schema wants it"),
    "not": ({"not": {"type": "string"}}, "abc", "it has a form that the schema forbids"),
    "enum": ({"enum": ["Always", "Never"]}, "Maybe", "it should be one of `Always`, `Never`"),
    "const": ({"enum": ["it's \"so\"\n"]}, "x", "it should be `it's \"so\"\n`"),
    "numbers": ({"enum": [1, 2]}, 3, "it is not as the release's schema wants it"),
    "pattern": ({"pattern": "^[a-z'\\\\]+$"}, "a'b - at '/x': c", "it does not match the pattern `^[a-z'\\\\]+$`"),
    "date": ({"format": "date-time"}, "yester'day", "it is not written as a date-time"),
    "duration": ({"format": "duration"}, "soon", "it is not written as a duration"),
    "short": ({"minLength": 3}, "ab", "it has 2 characters, and at least 3 are allowed"),
    "long": ({"maxLength": 1000}, "x" * 1200, "it has 1,200 characters, and at most 1,000 are allowed"),
    "few": ({"minItems": 1}, [], "it has 0 entries, and at least 1 are allowed"),
    "many": ({"maxItems": 1000}, MANY, "it has 1,200 entries, and at most 1,000 are allowed"),
    "empty": ({"minProperties": 1}, {}, "it has 0 entries, and at least 1 are allowed"),
    "full": ({"maxProperties": 1}, {"a": 1, "b": 2}, "it has 2 entries, and at most 1 are allowed"),
    "low": ({"minimum": 1}, -70000, "it is below the minimum 1"),
    "high": ({"maximum": 2.5}, 1e30, "it is above the maximum 2.5"),
    "twice": ({"uniqueItems": True}, ["a", "b", "a"], "its entries 0 and 2 are equal"),
}  # fmt: skip


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Refusal, ...]:
    """What kubeconform says about an object that breaks every keyword, below a shared definition."""
    folder = tmp_path_factory.mktemp("kubeconform")
    for name in ("schemas/first/acme.example", "schemas/second/acme.example", "objects/a b/-x"):
        (folder / name).mkdir(parents=True)
    schema = {
        "type": "object",
        "properties": {"spec": {"$ref": "#/$defs/0"}},
        "$defs": {
            "0": {"type": "object", "properties": {key: {"$ref": f"#/$defs/{key}"} for key in KEYWORDS}},
            **{key: schema for key, (schema, _, _) in KEYWORDS.items()},
        },
    }
    (folder / "schemas/second/acme.example/thing_v1.json").write_text(json.dumps(schema))
    body = {
        "apiVersion": "acme.example/v1",
        "kind": "Thing",
        "metadata": {"name": "t"},
        "spec": {key: value for key, (_, value, _) in KEYWORDS.items()},
    }
    unknown = {**body, "kind": "Other"}
    text = f"{json.dumps(body)}\n---\n{json.dumps(unknown)}\n---\nkind: Thing\nkind: Twice\n"
    (folder / "objects/a b/-x/t.yaml").write_text(text)
    run = subprocess.run([kubeconform(), *arguments(["first", "second"])], cwd=folder, capture_output=True, timeout=60)
    return read_answer(run.stdout, run.returncode, 3)


def test_each_keyword_is_said_at_its_field(answer: tuple[Refusal, ...]) -> None:
    (refusal,) = (item for item in answer if (item.kind, item.name) == ("Thing", "t"))
    assert refusal.file == "objects/a b/-x/t.yaml"
    said = {reason.place: reason.text for reason in reasons(refusal)}
    assert said == {("spec", key): text for key, (_, _, text) in KEYWORDS.items()}


def test_an_object_that_cannot_be_looked_at_is_said_to_be_so(answer: tuple[Refusal, ...]) -> None:
    others = [reasons(item) for item in answer if (item.kind, item.name) != ("Thing", "t")]
    assert sorted(others) == [
        (Reason((), "its file is not YAML that kubeconform can read"),),
        (Reason((), "the release's schemas have no such kind"),),
    ]


def test_without_schemas_of_our_own_it_is_not_asked() -> None:
    with pytest.raises(ValueError, match="network"):
        arguments([])
