"""What people write for pods and containers is emitted as the cluster's typed webhooks would store it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.model.omit_empty import omit_empty

TYPES: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parents[1] / "data" / "core_v1_types.json").read_text(encoding="utf-8")
)["types"]
ROOTS = {"pod": "PodSpec", "container": "Container"}

# A webhook drops these too, but the CRD schemas have `default: ""` for them.
NAMES_WITH_A_DEFAULT = {
    "LocalObjectReference",
    "ConfigMapEnvSource",
    "SecretEnvSource",
    "ConfigMapKeySelector",
    "SecretKeySelector",
    "ConfigMapVolumeSource",
    "ConfigMapProjection",
    "SecretProjection",
}

ALWAYS_WRITTEN = {"divisor", "metadata", "resources", "service"}

SCALARS = {"string": "", "bool": False, "Quantity": "0", "IntOrString": 0}


@pytest.mark.parametrize(
    ("kind", "written", "stored"),
    [
        (
            "tolerations",
            [{"key": "nvidia.com/gpu", "operator": "Exists", "value": "", "effect": "NoSchedule"}],
            [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
        ),
        (
            "tolerations",
            [{"operator": "Exists", "tolerationSeconds": 0}, {"key": "a", "tolerationSeconds": None}],
            [{"operator": "Exists", "tolerationSeconds": 0}, {"key": "a"}],
        ),
        (
            "env",
            [{"name": "EMPTY", "value": ""}, {"name": "ONE", "value": "1"}],
            [{"name": "EMPTY"}, {"name": "ONE", "value": "1"}],
        ),
        (
            "env",
            [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "hf", "key": "token", "optional": False}}}],
            [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "hf", "key": "token", "optional": False}}}],
        ),
        (
            "env",
            [{"name": "CORES", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "containerName": ""}}}],
            [{"name": "CORES", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}}],
        ),
        (
            "env",
            [{"name": "MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1024Ki"}}}],
            [{"name": "MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}}],
        ),
        (
            "volumeMounts",
            [{"name": "shm", "mountPath": "/dev/shm", "readOnly": False, "subPath": ""}],
            [{"name": "shm", "mountPath": "/dev/shm"}],
        ),
        (
            "volumes",
            [
                {"name": "cache", "emptyDir": {}},
                {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2048Mi"}},
            ],
            [{"name": "cache", "emptyDir": {}}, {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}}],
        ),
        (
            "volumes",
            [{"name": "a", "secret": {"secretName": "s", "defaultMode": 0, "optional": False, "items": []}}],
            [{"name": "a", "secret": {"secretName": "s", "defaultMode": 0, "optional": False}}],
        ),
        (
            "volumes",
            [{"name": "a", "persistentVolumeClaim": {"claimName": "models", "readOnly": False}}],
            [{"name": "a", "persistentVolumeClaim": {"claimName": "models"}}],
        ),
        (
            "volumes",
            [
                {
                    "name": "a",
                    "downwardAPI": {"items": [{"path": "cpu", "resourceFieldRef": {"resource": "limits.cpu"}}]},
                }
            ],
            [
                {
                    "name": "a",
                    "downwardAPI": {
                        "items": [{"path": "cpu", "resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}]
                    },
                }
            ],
        ),
        (
            "volumes",
            [
                {
                    "name": "a",
                    "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": [], "storageClassName": ""}}},
                }
            ],
            [
                {
                    "name": "a",
                    "ephemeral": {
                        "volumeClaimTemplate": {"metadata": {}, "spec": {"storageClassName": "", "resources": {}}}
                    },
                }
            ],
        ),
        (
            "readinessProbe",
            {
                "httpGet": {"path": "/health", "port": 8080, "host": "", "scheme": "", "httpHeaders": []},
                "initialDelaySeconds": 0,
                "periodSeconds": 10,
                "failureThreshold": 0,
                "terminationGracePeriodSeconds": 0,
            },
            {"httpGet": {"path": "/health", "port": 8080}, "periodSeconds": 10, "terminationGracePeriodSeconds": 0},
        ),
        ("livenessProbe", {"grpc": {"port": 9000}}, {"grpc": {"port": 9000, "service": ""}}),
        ("startupProbe", {"grpc": {"port": 9000, "service": "m"}}, {"grpc": {"port": 9000, "service": "m"}}),
        (
            "lifecycle",
            {"preStop": {"exec": {"command": []}}, "postStart": {"sleep": {"seconds": 0}}},
            {"preStop": {"exec": {}}, "postStart": {"sleep": {"seconds": 0}}},
        ),
        (
            "securityContext",
            {
                "runAsUser": 0,
                "runAsNonRoot": False,
                "allowPrivilegeEscalation": False,
                "privileged": None,
                "capabilities": {"drop": ["ALL"], "add": []},
                "seLinuxOptions": {"level": ""},
            },
            {
                "runAsUser": 0,
                "runAsNonRoot": False,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "seLinuxOptions": {},
            },
        ),
        ("securityContext", {}, {}),
        ("affinity", {}, {}),
        (
            "affinity",
            {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "topologyKey": "zone",
                            "namespaces": [],
                            "labelSelector": {"matchLabels": {}, "matchExpressions": []},
                        }
                    ]
                }
            },
            {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone", "labelSelector": {}}]
                }
            },
        ),
        ("nodeSelector", {"gpu": "", "zone": "a"}, {"gpu": "", "zone": "a"}),
        (
            "resources",
            {"requests": {"cpu": "1000m", "memory": "1.5Gi", "nvidia.com/gpu": 1}, "limits": {}},
            {"requests": {"cpu": "1", "memory": "1536Mi", "nvidia.com/gpu": "1"}},
        ),
        (
            "pod",
            {
                "tolerations": [],
                "nodeSelector": {},
                "affinity": {},
                "priorityClassName": "",
                "volumes": [],
                "labels": {},
            },
            {"affinity": {}},
        ),
        (
            "container",
            {"args": [], "env": [], "image": "", "securityContext": {}, "resources": {}, "livenessProbe": None},
            {"securityContext": {}, "resources": {}},
        ),
    ],
)
def test_the_stored_form(kind: str, written: Any, stored: Any) -> None:
    assert omit_empty(written, kind) == stored


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ({"key": "a", "operator": "Exists", "value": ""}, {"key": "a", "operator": "Exists"}),
        ([{"name": "A", "value": ""}], [{"name": "A"}]),
        ({"name": "a", "mountPath": "/a", "readOnly": False}, {"name": "a", "mountPath": "/a"}),
        ({"name": "a", "emptyDir": {"medium": ""}}, {"name": "a", "emptyDir": {}}),
        ({"tcpSocket": {"port": 1, "host": ""}, "timeoutSeconds": 0}, {"tcpSocket": {"port": 1}}),
        ({"kubernetes.io/arch": ""}, {"kubernetes.io/arch": ""}),
        ({"limits": {"cpu": "0.5"}, "requests": {}}, {"limits": {"cpu": "500m"}}),
    ],
)
def test_without_a_kind_a_mapping_is_recognised_by_its_keys(written: Any, stored: Any) -> None:
    assert omit_empty(written) == stored


def test_one_item_of_a_list_may_be_given_and_a_tuple_stays_a_tuple() -> None:
    assert omit_empty({"name": "A", "value": ""}, "env") == {"name": "A"}
    assert omit_empty(({"key": "a", "value": ""},), "tolerations") == ({"key": "a"},)


def test_what_is_wrong_or_unknown_is_left_for_the_checks_to_refuse() -> None:
    probe = {"initialDelaySeconds": False, "httpGet": "/"}
    assert omit_empty(probe, "startupProbe") == probe
    written = [
        {"name": "a", "mountPath": "/a", "readOnly": 0, "readonly": False},
        "text",
        {"name": "a", "mountPath": "", "subPath": []},
    ]
    assert omit_empty(written, "volumeMounts") == written
    assert omit_empty({"limits": {"cpu": "many", "memory": True}}, "resources") == {
        "limits": {"cpu": "many", "memory": True}
    }
    assert omit_empty([{"name": "a", "newInKubernetes": {"size": 0}}], "volumes") == [
        {"name": "a", "newInKubernetes": {"size": 0}}
    ]


def test_results_share_nothing_that_was_added() -> None:
    volume = {"name": "a", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}
    first: Any = omit_empty(volume, "volumes")
    first["ephemeral"]["volumeClaimTemplate"]["metadata"]["labels"] = {"a": "b"}
    second: Any = omit_empty(volume, "volumes")
    assert second["ephemeral"]["volumeClaimTemplate"]["metadata"] == {}


def test_an_unknown_kind_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        omit_empty({}, "toleration")


def _places(name: str, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Every object that can be below one of a Go type: its type, and the path to it."""
    yield name, path
    for field, go in TYPES[name].items():
        inner = go.removesuffix(" omitempty").lstrip("*[]")
        if inner in TYPES:
            yield from _places(inner, (*path, field, 0) if go.startswith("[]") else (*path, field))


def _put(item: object, path: tuple[str | int, ...]) -> object:
    for step in reversed(path):
        item = [item] if step == 0 else {step: item}
    return item


def _get(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _zero(go: str) -> object:
    if go.startswith("[]"):
        return []
    if go.startswith("map:") or go.lstrip("*") in TYPES:
        return {}
    return SCALARS.get(go.lstrip("*"), 0)


def _is_dropped(name: str, field: str) -> bool:
    """What encoding/json does to a zero value; but for what the CRD schemas would put back."""
    go = TYPES[name][field]
    kind = go.removesuffix(" omitempty")
    never_empty = kind.startswith("*") or kind in TYPES or kind in {"Quantity", "IntOrString"}
    return go != kind and not never_empty and not (field == "name" and name in NAMES_WITH_A_DEFAULT)


@pytest.mark.parametrize("root", ROOTS)
def test_every_field_is_treated_as_its_go_type_demands(root: str) -> None:
    wrong = []
    for name, path in _places(ROOTS[root]):
        for field, go in TYPES[name].items():
            zero = _zero(go.removesuffix(" omitempty"))
            stored = _get(omit_empty(_put({field: zero}, path), root), path)
            if (field not in stored) is not _is_dropped(name, field):
                wrong.append(".".join(map(str, (*path, field))))
            if field in _get(omit_empty(_put({field: None}, path), root), path) and field not in ALWAYS_WRITTEN:
                wrong.append(".".join(map(str, (*path, field, None))))
    assert wrong == []


@pytest.mark.parametrize("root", ROOTS)
def test_every_quantity_is_respelt(root: str) -> None:
    wrong = []
    for name, path in _places(ROOTS[root]):
        for field, go in TYPES[name].items():
            if "Quantity" in go:
                written, wanted = ({"a": "1000m"}, {"a": "1"}) if go.startswith("map:") else ("1000m", "1")
                if _get(omit_empty(_put({field: written}, path), root), (*path, field)) != wanted:
                    wrong.append(".".join(map(str, (*path, field))))
    assert wrong == []


def _objects(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={field: _values(go) for field, go in TYPES[name].items()})


def _values(go: str) -> st.SearchStrategy[Any]:
    kind = go.removesuffix(" omitempty").lstrip("*")
    if kind.startswith("[]"):
        return st.lists(_values(kind[2:]), max_size=2)
    if kind.startswith("map:"):
        return st.dictionaries(st.sampled_from(["a", "b"]), _values(kind[4:]), max_size=2)
    if kind in TYPES:
        return st.deferred(lambda: _objects(kind))
    some = (
        ["2048Mi", "0.5", 1] if kind == "Quantity" else [True] if kind == "bool" else ["x"] if kind == "string" else [5]
    )
    return st.sampled_from([SCALARS.get(kind, 0), None, *some])


@settings(derandomize=True, deadline=None)
@given(root=st.sampled_from(list(ROOTS)), data=st.data())
def test_the_stored_form_is_stable_and_the_argument_untouched(root: str, data: st.DataObject) -> None:
    written = data.draw(_objects(ROOTS[root]))
    before = copy.deepcopy(written)
    once = omit_empty(written, root)
    assert written == before
    assert omit_empty(once, root) == once
