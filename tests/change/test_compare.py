"""Which fields of an object differ, as Kubernetes reads them."""

from __future__ import annotations

from typing import Any

import pytest

from servewright.catalog.release import load_release
from servewright.change.compare import compare
from servewright.change.model import Item
from servewright.change.paths import show
from servewright.check.schemas import load
from servewright.diagnostics.escape import REDACTED

Rows = list[tuple[str, Any, Any]]


def rows(before: dict[str, Any], after: dict[str, Any], kind: str = "InferenceService") -> Rows:
    release = load_release("openshift-ai", "3.4")
    assert release is not None
    identity = {"kind": kind}
    schema = load(release, "serving.kserve.io/v1beta1", kind)
    found = compare({**identity, **before}, {**identity, **after}, schema)
    return [(show(field.path), field.before, field.after) for field in found]


def predictor(**fields: Any) -> dict[str, Any]:
    return {"spec": {"predictor": fields}}


def env(*names: str) -> dict[str, Any]:
    return predictor(model={"env": [{"name": name, "value": name.lower()} for name in names]})


P, M = "spec.predictor", "spec.predictor.model"
A, B, C = ({"name": name, "value": name.lower()} for name in "ABC")

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], Rows]] = {
    "a value": (predictor(minReplicas=1), predictor(minReplicas=2), [(f"{P}.minReplicas", 1, 2)]),
    "a value that comes": (predictor(), predictor(minReplicas=2), [(f"{P}.minReplicas", None, 2)]),
    "a value that goes": (predictor(minReplicas=2), predictor(), [(f"{P}.minReplicas", 2, None)]),
    "keys in another order": (predictor(a="1", b="2"), predictor(b="2", a="1"), []),
    "a key with dots": (
        predictor(model={"resources": {"limits": {"nvidia.com/gpu": "1"}}}),
        predictor(model={"resources": {"limits": {"nvidia.com/gpu": "2"}}}),
        [(f"{M}.resources.limits['nvidia.com/gpu']", "1", "2")],
    ),
    "a flat mapping that comes, field by field": (
        predictor(),
        predictor(nodeSelector={"a": "1", "b/c": "2"}),
        [(f"{P}.nodeSelector.a", None, "1"), (f"{P}.nodeSelector['b/c']", None, "2")],
    ),
    "a mapping with structure that comes, as a whole": (
        predictor(model={}),
        predictor(model={"livenessProbe": {"httpGet": {"path": "/x"}, "periodSeconds": 3}}),
        [(f"{M}.livenessProbe", None, {"httpGet": {"path": "/x"}, "periodSeconds": 3})],
    ),
    "a mapping with structure that changes, down to the value": (
        predictor(model={"livenessProbe": {"httpGet": {"path": "/x"}}}),
        predictor(model={"livenessProbe": {"httpGet": {"path": "/y"}}}),
        [(f"{M}.livenessProbe.httpGet.path", "/x", "/y")],
    ),
    "a mapping that is emptied": (predictor(x={"a": "1"}), predictor(x={}), [(f"{P}.x.a", "1", None)]),
    "an empty mapping that goes": (predictor(x={}), predictor(), [(f"{P}.x", {}, None)]),
    "null is as absent": (predictor(x=None), predictor(), []),
    "another type": (predictor(x="1"), predictor(x={"a": "1"}), [(f"{P}.x", "1", {"a": "1"})]),
    "the value of a variable, wherever it is": (
        env("A", "B"),
        predictor(model={"env": [{"name": "N", "value": "n"}, A, {**B, "value": "x"}]}),
        [
            (f"{M}.env[name=B].value", "b", "x"),
            (f"{M}.env[name=N]", None, {"name": "N", "value": "n"}),
        ],
    ),
    "variables that come and go": (
        env("A", "B"),
        env("B", "C"),
        [(f"{M}.env[name=A]", A, None), (f"{M}.env[name=C]", None, C)],
    ),
    "another order of variables, which pods see": (
        env("A", "B", "C"),
        env("C", "A", "B"),
        [(f"{M}.env", ["A", "B", "C"], ["C", "A", "B"])],
    ),
    "an order that only an insertion moves": (env("A", "B"), env("C", "A", "B"), [(f"{M}.env[name=C]", None, C)]),
    "the first variables": (predictor(model={}), env("A"), [(f"{M}.env[name=A]", None, A)]),
    "a variable that is given twice makes a list": (
        env("A", "A"),
        env("A", "B"),
        [(f"{M}.env[1].name", "A", "B"), (f"{M}.env[1].value", "a", "b")],
    ),
    "a mount, by its path": (
        predictor(model={"volumeMounts": [{"name": "x", "mountPath": "/a b"}, {"name": "y", "mountPath": "/c"}]}),
        predictor(model={"volumeMounts": [{"name": "z", "mountPath": "/a b"}, {"name": "y", "mountPath": "/c"}]}),
        [(f"{M}.volumeMounts[mountPath='/a b'].name", "x", "z")],
    ),
    "a port, by its number": (
        predictor(model={"ports": [{"containerPort": 8080, "protocol": "TCP"}]}),
        predictor(model={"ports": [{"containerPort": 8080, "protocol": "UDP"}]}),
        [(f"{M}.ports[containerPort=8080].protocol", "TCP", "UDP")],
    ),
    "a constraint, by a key that only the schema knows": (
        predictor(topologySpreadConstraints=[{"topologyKey": "zone", "whenUnsatisfiable": "x", "maxSkew": 1}]),
        predictor(topologySpreadConstraints=[{"topologyKey": "zone", "whenUnsatisfiable": "x", "maxSkew": 2}]),
        [(f"{P}.topologySpreadConstraints[topologyKey=zone].maxSkew", 1, 2)],
    ),
    "a container and a volume": (
        predictor(containers=[{"name": "main", "image": "a"}], volumes=[{"name": "v", "emptyDir": {}}]),
        predictor(containers=[{"name": "main", "image": "b"}]),
        [(f"{P}.containers[name=main].image", "a", "b"), (f"{P}.volumes[name=v]", {"name": "v", "emptyDir": {}}, None)],
    ),
    "an argument": (
        predictor(model={"args": ["--a", "--b=1"]}),
        predictor(model={"args": ["--a", "--b=2"]}),
        [(f"{M}.args[1]", "--b=1", "--b=2")],
    ),
    "an argument in between": (
        predictor(model={"args": ["--a", "--c"]}),
        predictor(model={"args": ["--a", "--b", "--c"]}),
        [(f"{M}.args[1]", None, "--b")],
    ),
    "one argument less, and another": (
        predictor(model={"args": ["--a", "--b", "--c"]}),
        predictor(model={"args": ["--b", "--d"]}),
        [(f"{M}.args[0]", "--a", None), (f"{M}.args[1]", None, "--d"), (f"{M}.args[2]", "--c", None)],
    ),
    "arguments in another order": (
        predictor(model={"args": ["--a", "--b"]}),
        predictor(model={"args": ["--b", "--a"]}),
        [(f"{M}.args[0]", "--a", "--b"), (f"{M}.args[1]", "--b", "--a")],
    ),
    "the first arguments": (predictor(model={}), predictor(model={"args": ["-a"]}), [(f"{M}.args", None, ["-a"])]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_fields_that_differ(case: str) -> None:
    before, after, expected = CASES[case]
    assert rows(before, after) == expected
    assert rows(before, before) == []


def test_an_order_that_no_pod_sees_is_no_change() -> None:
    subjects = [{"kind": "ServiceAccount", "name": "a"}, {"kind": "User", "name": "b"}]
    assert rows({"subjects": subjects}, {"subjects": subjects[::-1]}, "RoleBinding") == []
    formats = [{"name": "onnx"}, {"name": "tensorflow"}]
    runtime = {"spec": {"supportedModelFormats": formats}}
    assert rows(runtime, {"spec": {"supportedModelFormats": formats[::-1]}}, "ServingRuntime") == []


def test_no_value_that_may_be_secret_is_in_a_row() -> None:
    token = "hf_" + "a1b2" * 9
    before = predictor(model={"env": [{"name": "HF_TOKEN", "value": "hunter2"}], "args": ["--x"]})
    after = predictor(
        model={
            "env": [{"name": "HF_TOKEN", "value": "hunter3"}, {"name": "URL", "value": "https://u:pw1@h/"}],
            "args": ["--x", f"--y={token}"],
        }
    )
    found = rows(before, after)
    assert [row[0] for row in found] == [f"{M}.args[1]", f"{M}.env[name=HF_TOKEN].value", f"{M}.env[name=URL]"]
    assert found[1][1:] == (REDACTED, REDACTED)
    assert not any(secret in repr(found) for secret in ("hunter", "pw1", token))


@pytest.mark.parametrize("before", [["--x"], ["--api-key"], ["--api-key", "$(KEY)"], ["--x", "--api-key", "hunter3"]])
@pytest.mark.parametrize("value", ["hunter2", "hunter two", 'hunter"'])
def test_an_argument_behind_an_option_for_a_credential_is_in_no_row(before: list[str], value: str) -> None:
    found = rows(predictor(model={"args": before}), predictor(model={"args": ["--x", "--api-key", value]}))
    assert found and "hunter" not in repr(found)
    assert "hunter" not in repr(rows(predictor(model={}), predictor(model={"args": ["--api-key", value]})))


def test_an_argument_behind_any_other_option_is_shown() -> None:
    args = ["--max-tokens", "--api-key", "--eos-token", "$(KEY)"]
    for index, shown in enumerate(("hunter", "--x", "hunter", "$(KEY)")):
        after = [*args[: index + 1], shown]
        (row,) = rows(predictor(model={"args": args[: index + 1]}), predictor(model={"args": after}))
        assert row[2] == shown


def test_arguments_that_are_joined_are_shown_without_their_credentials() -> None:
    def joined(text: str) -> dict[str, Any]:
        return predictor(model={"env": [{"name": "VLLM_ADDITIONAL_ARGS", "value": text}]})

    (row,) = rows(joined("--a"), joined("--a --api-key hunter --b --hf-token $(KEY)"))
    assert row[1:] == ("--a", f"--a {REDACTED} --b --hf-token $(KEY)")


def test_a_key_that_is_no_plain_word_is_quoted() -> None:
    assert show(("spec", "env", Item("name", "a]b"), "value")) == "spec.env[name='a]b'].value"
    assert show(("spec", Item("name", "it's"), 0)) == 'spec[name="it\'s"][0]'
