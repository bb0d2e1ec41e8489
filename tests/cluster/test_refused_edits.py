"""What our rules say that an edit of an existing object is refused for, KServe's webhooks refuse; what they let pass is
admitted.

The objects are those of the examples on the page, base and head, and of `tests/change/test_refused_edits.py`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from change.cases import Document, files
from change.test_refused_edits import nodes
from check.rules.cases import deployment
from cluster.conftest import Setup
from cluster.control_plane import ControlPlane
from cluster.test_refusals import decided_by
from diagnostics.test_pages import repository
from servewright import Repository, compile_repository
from servewright.diagnostics import pages
from servewright.diagnostics.codes import is_consequence

Json = dict[str, Any]
CODE = "SW821"
SIZE = "parallelism size"
RELEASE = ("openshift-ai", "3.5")
SETUP = Setup("openshift-ai-3.5", webhooks=True)


class Edit(NamedTuple):
    """A base, its head, and a pattern of what the cluster says of the change; None: it is admitted.

    ``status`` is what a controller has written meanwhile, into the objects of the base that have a status.
    """

    before: list[Json]
    after: list[Json]
    says: str | None
    status: Json | None = None


def objects(*documents: Document) -> list[Json]:
    compilation = compile_repository(Repository.of(files(*documents, release=RELEASE)))
    return [copy.deepcopy(item.body) for item in compilation.objects]


def page() -> Edit:
    shown = pages.load(CODE)
    sides = (repository(shown.before), repository(shown.before, shown.refused))
    before, after = ([item.body for item in compile_repository(Repository.of(side)).objects] for side in sides)
    return Edit(before, after, SIZE)


def altered(kind: str, change: Callable[[Json, bool], None], says: str | None) -> Edit:
    """An edit that no spec leads to: ``change`` makes the base (False) and the head (True) of an object."""
    sides = (
        objects(deployment(runtime="vllm-cuda-runtime-template")),
        objects(deployment(runtime="vllm-cuda-runtime-template")),
    )
    for head, side in enumerate(sides):
        change(next(item for item in side if item["kind"] == kind), bool(head))
    return Edit(*sides, says)


def deployment_mode(obj: Json, head: bool) -> None:
    obj["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] = "Knative" if head else "Standard"
    if head:
        del obj["spec"]["predictor"]["deploymentStrategy"]  # refused in that mode for a reason of its own


def predictor_name(obj: Json, head: bool) -> None:
    obj["spec"]["predictor"]["name"] = "b" if head else "a"


def predictor_name_and_model(obj: Json, head: bool) -> None:
    predictor_name(obj, head)
    obj["spec"]["predictor"]["model"]["storageUri"] += "-next" if head else ""


def workers(obj: Json, head: bool) -> None:
    if not head:
        obj["spec"]["workerSpec"] = {"containers": [{"name": "worker-container", "image": "quay.io/acme/vllm:1"}]}


def workers_that_come(obj: Json, head: bool) -> None:
    workers(obj, not head)


def prefill(data: int) -> Document:
    return nodes({"prefill": {"worker": True, "parallelism": {"data": data, "dataLocal": 2}}}, tensor=2)


EDITS = {
    "page": page(),
    "pipeline": Edit(objects(nodes({"worker": True}, pipeline=2)), objects(nodes({"worker": True}, pipeline=3)), SIZE),
    "fewer nodes": Edit(objects(nodes({"worker": True}, data=4, dataLocal=2)), objects(nodes(tensor=2)), SIZE),
    "prefill": Edit(objects(prefill(4)), objects(prefill(8)), SIZE),
    "prefill that comes": Edit(objects(nodes(tensor=2)), objects(prefill(4)), None),
    "prefill that goes": Edit(objects(prefill(4)), objects(nodes(tensor=2)), None),
    "the same quotient": Edit(
        objects(nodes({"worker": True}, data=4, dataLocal=2)),
        objects(nodes({"worker": True}, 1, data=2, dataLocal=1)),
        None,
    ),
    "tensor": Edit(objects(nodes(tensor=1)), objects(nodes(tensor=2)), None),
    "one node, data": Edit(objects(nodes(tensor=2)), objects(nodes(data=2, dataLocal=2)), None),
    "deployment mode": altered("InferenceService", deployment_mode, "deploymentMode cannot be changed")._replace(
        status={"deploymentMode": "Standard"}
    ),
    "predictor name": altered("InferenceService", predictor_name, "predictor.name change requires a model change"),
    "predictor name and model": altered("InferenceService", predictor_name_and_model, None),
    "workers": altered("ServingRuntime", workers, "workerSpec"),
    "workers that come": altered("ServingRuntime", workers_that_come, None),
}


def test_every_rule_about_refused_edits_is_here() -> None:
    assert {code for code in decided_by("KServe admission webhook") if is_consequence(code)} == {CODE}


@pytest.mark.parametrize("cluster", [SETUP], indirect=True)
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_refused_or_admitted_as_the_rule_says(cluster: ControlPlane, name: str) -> None:
    edit = EDITS[name]
    cluster.namespaces(*{obj["metadata"]["namespace"] for obj in edit.before})
    try:
        for obj in edit.before:
            verdict = cluster.apply(obj)
            assert verdict.accepted, verdict.reason
            if edit.status is not None and obj["kind"] == "InferenceService":
                path = f"{cluster.client.path(obj)}/status"
                patch = {"status": edit.status}
                cluster.client.request("PATCH", path, patch, content_type="application/merge-patch+json").expect(path)
        reasons = [verdict.reason for obj in edit.after if not (verdict := cluster.apply(obj)).accepted]
        if edit.says is None:
            assert reasons == []
        else:
            assert [reason for reason in reasons if re.search(edit.says, reason)], reasons or "everything was accepted"
    finally:
        cluster.delete(edit.before)
