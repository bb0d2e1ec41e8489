"""Whole objects: metadata, the rules of built-in kinds, order, size, and that what we render is fine."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from check.cluster.released import of_release
from check.cluster.samples import objects
from servewright.check.cluster import NOT_REFUSED, REASONS, Memo, check_object
from servewright.check.cluster.violation import BLOCKING, order

LOAD = of_release()
ACCOUNT = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: b}}"
SERVICE = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: a, namespace: b}
spec: {predictor: {model: {modelFormat: {name: onnx}, env: [{name: A}, {name: B}]}}}
"""
ROLE = "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: a, namespace: b}, rules: []}"
BINDING = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: a, namespace: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}
subjects: [{kind: ServiceAccount, name: a, namespace: b}]
"""
SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}}"


def changed(base: str, change: str) -> dict[str, Any]:
    """``base`` with the fields of ``change`` in their places; null takes one away."""

    def lay(lower: dict[str, Any], upper: dict[str, Any]) -> None:
        for key, value in upper.items():
            if value is None:
                lower.pop(key, None)
            elif isinstance(value, dict) and isinstance(lower.get(key), dict):
                lay(lower[key], value)
            else:
                lower[key] = value

    body = yaml.safe_load(base)
    lay(body, yaml.safe_load(change) or {})
    return dict(body)


def said(body: dict[str, Any]) -> list[str]:
    found = check_object(body, LOAD)
    assert all(item.reason in REASONS for item in found)
    return [f"{'.'.join(map(str, path))}: {reason}" for path, reason, _ in found]


@pytest.mark.parametrize("base", [ACCOUNT, SERVICE, ROLE, BINDING, SECRET])
def test_a_sound_object_has_no_problems(base: str) -> None:
    assert said(yaml.safe_load(base)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("metadata: {name: A}", ["metadata.name: metadata-name"]),
        ("metadata: {name: a_b}", ["metadata.name: metadata-name"]),
        ("metadata: {name: a.b-1}", []),
        (f"metadata: {{name: {'a' * 253}}}", []),
        (f"metadata: {{name: {'a' * 254}}}", ["metadata.name: metadata-name"]),
        ("metadata: {name: null}", ["metadata.name: metadata-name"]),
        ("metadata: {name: null, generateName: a-}", ["metadata.name: metadata-name"]),
        ("metadata: {generateName: a-}", []),
        ("metadata: {generateName: A-}", ["metadata.generateName: metadata-name"]),
        ("metadata: {namespace: a.b}", ["metadata.namespace: metadata-name"]),
        (f"metadata: {{namespace: {'a' * 64}}}", ["metadata.namespace: metadata-name"]),
        ("metadata: {labels: {a/b: c}}", []),
        ("metadata: {labels: {a/b/c: d}}", ["metadata.labels.a/b/c: metadata-label"]),
        ("metadata: {labels: {A/b: d}}", ["metadata.labels.A/b: metadata-label"]),
        ("metadata: {labels: {a: b c}}", ["metadata.labels.a: metadata-label"]),
        (f"metadata: {{labels: {{a: {'b' * 64}}}}}", ["metadata.labels.a: metadata-label"]),
        ('metadata: {labels: {a: ""}}', []),
        ("metadata: {labels: {a: 1}}", ["metadata.labels.a: wrong-type"]),
        ("metadata: {annotations: {A/b: any text}}", []),
        ("metadata: {annotations: {a b: c}}", ["metadata.annotations.a b: metadata-annotation"]),
        (f"metadata: {{annotations: {{a: {'b' * 262143}}}}}", []),
        (f"metadata: {{annotations: {{a: {'b' * 262144}}}}}", ["metadata.annotations: metadata-annotation"]),
        (f"metadata: {{annotations: {{a: {'é' * 131072}}}}}", ["metadata.annotations: metadata-annotation"]),
        ("metadata: {anotations: {a: b}}", ["metadata.anotations: unknown-field"]),
        ("metadata: {finalizers: [a/b, example.com/c d]}", ["metadata.finalizers.1: metadata"]),
        ("metadata: {finalizers: [a, a]}", ["metadata.finalizers.1: duplicate-item"]),
        ("metadata: {finalizers: [orphan, foregroundDeletion]}", ["metadata.finalizers: metadata"]),
        ("metadata: {uid: x}", ["metadata.uid: metadata"]),
        ("metadata: {resourceVersion: '1'}", ["metadata.resourceVersion: metadata"]),
        ("metadata: {managedFields: [{manager: x}]}", ["metadata.managedFields: metadata"]),
        ("metadata: {generation: -1}", ["metadata.generation: metadata"]),
        (
            "metadata: {ownerReferences: [{apiVersion: v1, kind: Event, name: a, uid: ''}]}",
            ["metadata.ownerReferences.0.kind: metadata", "metadata.ownerReferences.0.uid: metadata"],
        ),
        (
            "metadata: {ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: x, controller: true}, "
            "{apiVersion: v1, kind: Pod, name: b, uid: y, controller: true}]}",
            ["metadata.ownerReferences.1.controller: metadata"],
        ),
        ("metadata: null", ["metadata: missing-field"]),
        ("secrets: [{}]", ["secrets.0.name: missing-key"]),
        ("secrets: [{name: null}]", []),
        ("kind: Unheard", ["kind: unknown-kind"]),
        ("apiVersion: v2", ["kind: unknown-kind"]),
        ("sepc: {}", ["sepc: unknown-field"]),
    ],
)
def test_metadata(change: str, expected: list[str]) -> None:
    assert said(changed(ACCOUNT, change)) == expected


@pytest.mark.parametrize(
    ("base", "change", "expected"),
    [
        (SECRET, "{type: kubernetes.io/service-account-token}", ["metadata.annotations.kubernetes.io/service-account.name: value"]),
        (
            SECRET,
            "{type: kubernetes.io/service-account-token, metadata: {annotations: {kubernetes.io/service-account.name: a}}}",
            [],
        ),
        (SECRET, "{type: kubernetes.io/tls}", ["data.tls.crt: value", "data.tls.key: value"]),
        (SECRET, "{type: kubernetes.io/tls, data: {tls.crt: ''}, stringData: {tls.key: ''}}", []),
        (SECRET, "{type: kubernetes.io/basic-auth, stringData: {password: a}}", []),
        (SECRET, "{type: kubernetes.io/basic-auth}", ["data.username: value"]),
        (SECRET, "{type: kubernetes.io/ssh-auth, data: {ssh-privatekey: ''}}", ["data.ssh-privatekey: value"]),
        (SECRET, "{type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: '{}'}}", []),
        (SECRET, "{type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: '[]'}}", ["data..dockerconfigjson: value"]),
        (SECRET, "{type: kubernetes.io/dockercfg}", ["data..dockercfg: value"]),
        (SECRET, "{type: example.com/other}", []),
        (SECRET, "{stringData: {a b: c}}", ["stringData.a b: value"]),
        (SECRET, "{stringData: {..a: c}}", ["stringData...a: value"]),
        (SECRET, "{data: {a: '*'}}", ["data.a: format"]),
        (SECRET, "{data: {a: YQ}}", ["data.a: format"]),
        (SECRET, "{data: {a: \"YW\\nI=\", b: ''}}", []),
        (SECRET, f"{{stringData: {{a: {'b' * (1024 * 1024 + 1)}}}}}", ["data: too-large"]),
        (ROLE, "{metadata: {name: 'a:B_c'}}", []),
        (ROLE, "{metadata: {name: a/b}}", ["metadata.name: metadata-name"]),
        (ROLE, "{metadata: {name: ..}}", ["metadata.name: metadata-name"]),
        (ROLE, "{rules: [{verbs: [get], apiGroups: [''], resources: [pods]}]}", []),
        (ROLE, "{rules: [null]}", ["rules.0.apiGroups: value", "rules.0.resources: value", "rules.0.verbs: value"]),
        (ROLE, "{rules: [{verbs: []}]}", ["rules.0.apiGroups: value", "rules.0.resources: value", "rules.0.verbs: value"]),
        (ROLE, "{rules: [{verbs: [get], nonResourceURLs: [/]}]}", ["rules.0.nonResourceURLs: value"]),
        (BINDING, "{roleRef: {apiGroup: null}}", []),
        (BINDING, "{roleRef: {kind: null}}", ["roleRef.kind: enum", "roleRef.kind: missing-field"]),
        (BINDING, "{roleRef: {kind: Other}}", ["roleRef.kind: enum"]),
        (BINDING, "{roleRef: {apiGroup: other}}", ["roleRef.apiGroup: enum"]),
        (BINDING, "{roleRef: {name: ''}}", ["roleRef.name: value"]),
        (BINDING, "{subjects: [{kind: Group, name: 'system:authenticated'}]}", []),
        (BINDING, "{subjects: [{kind: User, name: a, apiGroup: other}]}", ["subjects.0.apiGroup: enum"]),
        (BINDING, "{subjects: [{kind: ServiceAccount, name: A, apiGroup: rbac.authorization.k8s.io}]}", ["subjects.0.apiGroup: enum", "subjects.0.name: value"]),
        (BINDING, "{subjects: [{kind: Robot, name: ''}]}", ["subjects.0.kind: enum", "subjects.0.name: value"]),
    ],
)  # fmt: skip
def test_built_in_kinds(base: str, change: str, expected: list[str]) -> None:
    assert said(changed(base, change)) == expected


def test_a_custom_kind_has_the_strict_names_even_if_it_is_called_role() -> None:
    schema = {"type": "object", "properties": {"apiVersion": {}, "kind": {}, "metadata": {}}}
    body = {"apiVersion": "example.com/v1", "kind": "Role", "metadata": {"name": "a:b"}}
    assert [item.path for item in check_object(body, lambda *_: schema)] == [("metadata", "name")]


def test_a_kind_without_namespaces_may_not_have_one() -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "namespace": "b"}}
    assert said(body) == ["metadata.namespace: metadata-name"]


def test_problems_are_in_the_order_of_their_paths() -> None:
    body = changed(
        SERVICE, "{spec: {predictor: {model: {args: [1, 2, a, 3, 4, 5, 6, 7, 8, 9, a, 10]}}}, aaa: 1, metadata: {x: 1}}"
    )
    paths = [item.path for item in check_object(body, LOAD)]
    assert paths == sorted(paths, key=order)
    assert paths[0] == ("aaa",)
    assert [path[-1] for path in paths[2:]] == [0, 1, 3, 4, 5, 6, 7, 8, 9, 11]


def test_an_object_that_etcd_cannot_take_is_too_large() -> None:
    body = changed(SERVICE, "{spec: {predictor: {model: {args: []}}}}")
    body["spec"]["predictor"]["model"]["args"] = ["x" * 1000] * 1600
    assert said(body) == [": too-large"]
    body["spec"]["predictor"]["model"]["args"] = ["x" * 1000] * 1500
    assert said(body) == []


def test_a_checked_spec_is_not_looked_at_again() -> None:
    first = changed(SERVICE, "{spec: {predictor: {model: {env: [{name: A}, {name: A, valeu: x}]}}}}")
    memo = Memo()
    plain = check_object(first, LOAD)
    assert check_object(first, LOAD, memo) == plain
    assert len(plain) == 2
    # Mended in place, against the contract: the verdict shows that the old one was used.
    spec, first["spec"] = first["spec"], copy.deepcopy(first["spec"])
    spec["predictor"]["model"]["env"].pop()
    second = first | {"spec": spec, "metadata": {"name": "B"}}
    assert check_object(second, LOAD, memo)[1:] == plain
    assert [item.path for item in check_object(second, LOAD)] == [("metadata", "name")]


def test_everything_that_is_rendered_is_admitted() -> None:
    memo, count = Memo(), 0
    for load, file, body in objects():
        assert check_object(body, load) == [], file
        assert check_object(body, load, memo) == [], file
        count += 1
    assert count > 100


def test_the_vocabulary_is_closed() -> None:
    assert REASONS.keys() > NOT_REFUSED
    assert REASONS.keys() > BLOCKING


@pytest.mark.parametrize("field", ["labels", "annotations"])
@pytest.mark.parametrize("key", [1, None, True])
def test_a_key_that_is_no_text_is_seen_at_first_sight(field: str, key: object) -> None:
    """No YAML gives one, but a program may."""
    body = yaml.safe_load(SERVICE)
    body["metadata"][field] = {key: "x"}
    assert check_object(body, LOAD)


@pytest.mark.parametrize(
    "body", [{}, {"kind": 1, "apiVersion": []}, {"apiVersion": "v1", "kind": "Secret", "data": []}]
)
def test_nonsense_is_refused_without_a_crash(body: dict[str, Any]) -> None:
    assert check_object(body, LOAD)
