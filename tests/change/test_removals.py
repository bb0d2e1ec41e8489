"""Deployments that go, or get another name, and the guard against many that go."""

from __future__ import annotations

from typing import Any

import pytest

from change.cases import Document, findings, in_file, in_namespace, predictive, said, slugs
from check.rules.cases import deployment, llmd

GUARD = "mass-deletion"


def fleet(count: int, namespace: str = "demo") -> list[Document]:
    return [in_namespace(predictive(f"m{number}"), namespace) for number in range(count)]


def test_a_removed_deployment_is_named_with_its_file_and_address() -> None:
    keep = fleet(9)
    model = deployment(expose={"route": True}, auth={"tokens": ["bot"]})
    (found,) = (item for item in findings([*keep, model], keep) if item.rule.slug == "deployment-removed")
    assert found.message == (
        "`demo/granite` of `deployments/modeldeployment-granite.yaml` is removed: its pods are deleted, and nothing answers at "
        "`https://granite-predictor.demo.svc.cluster.local:8443` and the host of the route `granite` any more"
    )
    assert found.where is None
    assert GUARD not in slugs([*keep, model], keep)


def test_of_a_stopped_deployment_no_pods_are_deleted() -> None:
    keep = fleet(9)
    (message,) = said("deployment-removed", [*keep, llmd(stopped=True)], keep)
    assert "is removed: it was stopped, and nothing answers" in message


def test_another_name_is_another_model() -> None:
    keep = fleet(1)
    before, after = in_file(deployment("granite"), "g"), in_file(deployment("granite-2"), "g")
    assert said("deployment-renamed", [*keep, before], [*keep, after]) == [
        "`granite` becomes `granite-2`, and another name is another model: `granite` is deleted, and callers must go to "
        "`http://granite-2-predictor.demo.svc.cluster.local:8080`"
    ]
    assert not slugs([*keep, before], [*keep, after]) & {GUARD, "deployment-removed"}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (10, 8, None),  # 20 %, and no more
        (
            10,
            7,
            "3 deployments are removed from the namespace `demo` (3 of 10, 30 %): their objects and pods are deleted, while files of models in storage stay",
        ),
        (
            4,
            3,
            "1 deployment is removed from the namespace `demo` (1 of 4, 25 %): its objects and pods are deleted, while files of models in storage stay",
        ),
        (5, 4, None),
        (
            2,
            0,
            "2 deployments are removed from the namespace `demo` (all that there were): their objects and pods are deleted, while files of models in storage stay",
        ),
        (
            1,
            0,
            "1 deployment is removed from the namespace `demo` (all that there were): its objects and pods are deleted, while files of models in storage stay",
        ),
        (0, 3, None),
    ],
)
def test_many_deletions_in_a_namespace_are_an_error(before: int, after: int, message: str | None) -> None:
    other = fleet(3, "web")
    sides = [*other, *fleet(before)], [*other, *fleet(after)]
    assert said(GUARD, *sides) == ([message] if message else [])
    assert said(GUARD, *sides, allow_deletions=True) == []
    assert ("deployment-removed" in slugs(*sides, allow_deletions=True)) == (after < before)


def test_each_namespace_counts_for_itself() -> None:
    (message,) = said(GUARD, [*fleet(9), *fleet(2, "web")], [*fleet(9), *fleet(1, "web")])
    assert "`web` (1 of 2, 50 %)" in message


def test_what_comes_does_not_make_up_for_what_goes() -> None:
    others = [deployment(f"n{number}") for number in range(4)]
    assert len(said(GUARD, fleet(4), others)) == 1


def test_a_namespace_whose_deployments_all_get_other_names_keeps_its_models() -> None:
    renamed = [predictive(f"n{number}") for number in range(4)]
    assert said(GUARD, fleet(4), renamed) == []
    assert len(said("deployment-renamed", fleet(4), renamed)) == 4


def test_the_guard_says_how_to_go_on() -> None:
    (found,) = (item for item in findings(fleet(2), fleet(0)) if item.rule.slug == GUARD)
    assert found.rule.severity == "error"
    assert found.where is None  # so that no deployment can waive it
    assert found.help is not None and "`--allow-deletions`" in found.help


def test_one_that_moves_to_another_namespace_is_the_same_model() -> None:
    keep = [*fleet(1), *fleet(1, "web")]
    before, after = deployment(), in_namespace(deployment(), "web")
    (found,) = (item for item in findings([*keep, before], [*keep, after]) if item.rule.slug == "deployment-renamed")
    assert found.message == (
        "`demo/granite` becomes `web/granite`, and in another namespace it is another model: the old one is deleted, and "
        "callers must go to `http://granite-predictor.web.svc.cluster.local:8080`"
    )
    assert "Secrets" in (found.help or "")
    assert not slugs([*keep, before], [*keep, after]) & {GUARD, "deployment-removed", "deployment-added"}
    (message,) = said("demand-changes", [*keep, before], [*keep, after])  # of the new namespace's quotas
    assert message.startswith("`granite` is new and asks for")


def test_one_that_only_looks_alike_does_not_move() -> None:
    keep = [*fleet(9), *fleet(9, "web")]
    before, after = in_file(deployment(), "a"), in_file(in_namespace(deployment("other"), "web"), "b")
    assert said("deployment-renamed", [*keep, before], [*keep, after]) == []
    assert len(said("deployment-removed", [*keep, before], [*keep, after])) == 1


def test_what_takes_a_models_place_in_its_file_is_no_deletion() -> None:
    def of(name: str, path: str, **more: Any) -> Document:
        source = {"pvc": {"claim": "models", "path": path}}
        return in_file(deployment(name, model={"type": "generative", "source": source}, **more), "g")

    before, after = of("granite", "granite/8b"), of("granite-2", "granite/2b", args=["--max-model-len=8192"])
    assert len(said("deployment-renamed", [before], [after])) == 1
    assert said(GUARD, [before], [after]) == []
    unlike = in_file(predictive("fraud"), "g")
    assert said("deployment-renamed", [before], [unlike]) == []
    assert len(said(GUARD, [before], [unlike])) == 1


def test_advice_about_a_renamed_model_agrees_with_itself() -> None:
    texts = [item.help or "" for item in findings([deployment("a")], [deployment("b")])]
    assert any("remove the old one in a later commit" in text for text in texts)
    assert not any("a commit before" in text for text in texts)


def test_tokens_of_a_renamed_model_are_said_to_go() -> None:
    def of(name: str, *tokens: str, **more: Any) -> Document:
        return in_file(deployment(name, **({"auth": {"tokens": list(tokens)}} if tokens else {}), **more), "m")

    (message,) = said("deployment-renamed", of("old", "bot"), of("new", "bot"))
    assert message.endswith("; its token `bot` is deleted with it, and none of the same name has the same value")
    (message,) = said("deployment-renamed", of("old", "bot", "ci"), of("new", "bot", "ci"))
    assert "; its tokens `bot` and `ci` are deleted with it" in message
    (message,) = said("deployment-renamed", of("old"), of("new"))
    assert "token" not in message
