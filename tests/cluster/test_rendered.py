"""What the examples and goldens render to is what a cluster of their release stores: nothing is refused, changed,
removed or added, and a second apply moves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from cluster.conftest import Setup
from cluster.control_plane import ControlPlane
from cluster.corpus import Tree, trees
from cluster.definitions import RELEASES
from cluster.differences import differences

Json = dict[str, Any]

TREES = trees()

# KServe v0.20.0 needs the version v1alpha2 of LLMInferenceService, which openshift-ai 3.3 does not have: its managers
# do not start there.
WITH_WEBHOOKS = tuple(release for release in RELEASES if release != "openshift-ai-3.3")

CLUSTERS = pytest.mark.parametrize(
    ("cluster", "tree"),
    [
        pytest.param(Setup(tree.release, webhooks), tree, id=f"{Setup(tree.release, webhooks)}-{tree.name}")
        for tree in TREES
        for webhooks in (False, True)
        if not webhooks or tree.release in WITH_WEBHOOKS
    ],
    indirect=["cluster"],
)

# Every leaf that is added: kind, whether by KServe's webhooks, what and why that is no difference.
ADDED = [
    # KServe's type of a model embeds a container, whose name is written even when it is empty. It is a key of a map
    # that no one sent, which no engine compares; and sending it would differ where no webhook adds it.
    ("InferenceService", True, "added spec.predictor.model.name: ''"),
]


def explained(obj: Json, *, webhooks: bool) -> list[str]:
    return [difference for kind, by_webhooks, difference in ADDED if obj["kind"] == kind and webhooks >= by_webhooks]


def title(obj: Json) -> str:
    return f"{obj['kind']} {obj['metadata']['namespace']}/{obj['metadata']['name']}"


def test_every_release_has_something_to_apply() -> None:
    assert {tree.release for tree in TREES} == set(RELEASES)
    assert "examples" in {tree.name for tree in TREES}


@CLUSTERS
def test_everything_is_stored_as_it_was_sent(cluster: ControlPlane, tree: Tree, request: pytest.FixtureRequest) -> None:
    webhooks = request.node.callspec.params["cluster"].webhooks
    cluster.namespaces(*tree.namespaces)
    found, expected = {}, {}
    try:
        for obj in tree.objects:
            verdict = cluster.apply(obj)
            stored = cluster.get(obj) if verdict.accepted else None
            found[title(obj)] = [str(item) for item in differences(obj, stored)] if stored else [verdict.reason]
            expected[title(obj)] = explained(obj, webhooks=webhooks)
        assert found == expected
    finally:
        cluster.delete(reversed(tree.objects))


@CLUSTERS
def test_a_second_apply_moves_nothing(cluster: ControlPlane, tree: Tree) -> None:
    """Neither a field, nor the version that watchers see, nor the generation that controllers act on."""
    cluster.namespaces(*tree.namespaces)
    try:
        first = [cluster.apply(obj) for obj in tree.objects]
        second = [cluster.apply(obj) for obj in tree.objects]
        assert second == first
    finally:
        cluster.delete(reversed(tree.objects))
