"""The judge of reports: what is true passes, and each kind of untruth is found."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from change.story.claims import Json, Objects, untrue

NAME = "InferenceService/chat/a"


def service(**predictor: Any) -> Json:
    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    model = {"args": ["--x"], "env": env, "resources": {"limits": {"nvidia.com/gpu": "1"}}}
    return {
        "kind": "InferenceService",
        "metadata": {"name": "a", "namespace": "chat", "labels": {"x.y/z": "1"}},
        "spec": {"predictor": {"minReplicas": 1, "model": model, **predictor}},
    }


def report(change: str, fields: list[Json], *slugs: str) -> Json:
    consequences = [{"slug": slug, "severity": "info"} for slug in slugs]
    objects = [{"object": NAME, "change": change, "fields": fields}]
    deployment = {
        "namespace": "chat",
        "name": "a",
        "change": change,
        "renamed": None,
        "objects": objects,
        "consequences": consequences,
    }
    return {"deployments": [deployment]}


BEFORE: Objects = {NAME: service()}
AFTER: Objects = {NAME: copy.deepcopy(service(minReplicas=2))}
AFTER[NAME]["spec"]["predictor"]["model"]["env"] = [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]
AFTER[NAME]["metadata"]["labels"]["x.y/z"] = "2"
FIELDS: list[Json] = [
    {"path": "spec.predictor.minReplicas", "from": 1, "to": 2},
    {"path": "spec.predictor.model.env[name=B].value", "from": "2", "to": "3"},
    {"path": "metadata.labels['x.y/z']", "from": "1", "to": "2"},
]
SLUGS = ("model-restarts", "demand-changes")


def test_what_is_true_passes() -> None:
    assert untrue(report("changed", FIELDS, *SLUGS), BEFORE, AFTER) == []
    assert untrue(report("added", []), {}, AFTER) == []
    assert untrue(report("removed", [], "deployment-removed"), BEFORE, {}) == []
    assert untrue({"deployments": []}, BEFORE, BEFORE) == []


@pytest.mark.parametrize(
    ("told", "before", "after", "problem"),
    [
        (report("changed", FIELDS[:2], *SLUGS), BEFORE, AFTER, "metadata.labels.x.y/z differs, and the report does not"),
        (report("changed", [*FIELDS, {"path": "spec.predictor.model.args[0]", "from": "--x", "to": "--x"}], *SLUGS), BEFORE, AFTER, "args[0] does not differ"),
        (report("changed", [{**FIELDS[0], "to": 3}, *FIELDS[1:]], *SLUGS), BEFORE, AFTER, "to is 3 in the report, 2 in the tree"),
        (report("changed", [{"path": "spec.predictor.gone", "from": 1, "to": None}, *FIELDS], *SLUGS), BEFORE, AFTER, "from is 1"),
        (report("added", []), BEFORE, AFTER, "changed, but the report says added"),
        ({"deployments": []}, BEFORE, AFTER, "changed, but the report says None"),
        (report("changed", FIELDS, *SLUGS), BEFORE, BEFORE, "None, but the report says changed"),
        (report("changed", FIELDS, "demand-changes"), BEFORE, AFTER, "its pods differ, but it restarts: False"),
        (report("changed", FIELDS, "model-restarts"), BEFORE, AFTER, "1 accelerators become 2"),
        (report("removed", []), BEFORE, {}, "is removed, and nothing is said of it"),
        (report("changed", FIELDS[:1], *SLUGS), BEFORE, {NAME: service(minReplicas=2)}, "its pods are the same, but it restarts: True"),
    ],
)  # fmt: skip
def test_what_is_not_is_found(told: Json, before: Objects, after: Objects, problem: str) -> None:
    assert any(problem in found for found in untrue(told, before, after)), untrue(told, before, after)
