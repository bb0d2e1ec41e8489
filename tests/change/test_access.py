"""Where a model answers, to whom, and what requests look like."""

from __future__ import annotations

import pytest

from change.cases import Document, findings, predictive, said, slugs
from check.rules.cases import deployment, llmd, template

TOKEN = {"auth": {"tokens": ["bot"]}}
ROUTE = {"expose": {"route": True}}
MAAS = {"llmd": {"maas": True}, "auth": {}}
INSIDE = "`http://granite-predictor.demo.svc.cluster.local:8080`"
INSIDE_TLS = "`https://granite-predictor.demo.svc.cluster.local:8443`"
TOKENS_CHANGE = {"callers-removed", "access-tightened"}


def test_a_route_that_goes_is_an_address_that_is_gone() -> None:
    before, after = deployment(**ROUTE, **TOKEN), deployment(**TOKEN)
    assert said("url-changes", before, after) == [
        f"`granite` is no longer at the host of the route `granite`, but at {INSIDE_TLS}"
    ]
    assert "newly-exposed" not in slugs(before, after)


def test_a_route_that_comes_takes_no_address_away() -> None:
    before, after = deployment(**TOKEN), deployment(**ROUTE, **TOKEN)
    assert slugs(before, after) == {"newly-exposed", "model-restarts", "rollout-accelerators"}
    assert said("newly-exposed", before, after) == [
        "`granite` can be called from outside of the cluster, with a token, at the host of the route `granite`"
    ]
    assert "without a token" in said("newly-exposed", deployment(), deployment(**ROUTE))[0]


def test_a_new_deployment_is_not_newly_exposed() -> None:
    keep = predictive()
    assert slugs([keep], [keep, deployment(**ROUTE)]) == {"demand-changes", "deployment-added"}


def test_tokens_change_the_address_in_the_cluster() -> None:
    assert said("url-changes", deployment(), deployment(**TOKEN)) == [
        f"`granite` is no longer at {INSIDE}, but at {INSIDE_TLS}"
    ]


def test_another_port_of_the_runtime_is_another_address() -> None:
    model = deployment(runtime="own")
    ports = [[{"containerPort": number, "protocol": "TCP"}] for number in (8000, 9000)]
    before, after = ([template({"ports": item}), model] for item in ports)
    assert said("url-changes", before, after) == [
        "`granite` is no longer at `http://granite-predictor.demo.svc.cluster.local:8000`, but at "
        "`http://granite-predictor.demo.svc.cluster.local:9000`"
    ]
    # A runtime that is in no file may well listen on the same port.
    unknown = [template({"ports": ports[0]}), deployment(runtime={"existing": "theirs"})]
    assert said("url-changes", before, unknown) == []
    assert said("request-changes", before, unknown) == []


def test_llm_d_is_behind_a_gateway() -> None:
    assert said("url-changes", deployment(**TOKEN), llmd()) == [
        f"`granite` is no longer at {INSIDE_TLS}, but at `/demo/granite` of the platform's gateway"
    ]
    assert said("newly-exposed", deployment(**TOKEN), llmd()) == [
        "`granite` can be called from outside of the cluster, with a token, at `/demo/granite` of the platform's gateway"
    ]
    gateway = {"llmd": {"gateway": {"name": "inner", "namespace": "web"}}}
    assert said("url-changes", llmd(), llmd(**gateway)) == [
        "`granite` is no longer at `/demo/granite` of the platform's gateway, but at `/demo/granite` of the gateway `web/inner`"
    ]


@pytest.mark.parametrize(
    ("before", "after", "who"),
    [
        (deployment(**TOKEN), deployment(), "every pod of the cluster"),
        (deployment(**ROUTE, **TOKEN), deployment(**ROUTE), "whoever reaches its address"),
        (llmd(), llmd(auth={}), "whoever reaches its address"),
        (llmd(**MAAS), llmd(auth={}), "whoever reaches its address"),
    ],
)
def test_a_model_that_wants_no_token_any_more(before: Document, after: Document, who: str) -> None:
    assert said("newly-unauthenticated", before, after) == [f"`granite` wants no token any more: {who} may call it"]
    assert not slugs(before, after) & {"callers-removed", "access-tightened"}


def test_a_group_that_everyone_is_in_protects_nothing() -> None:
    everyone = {"auth": {"subjects": [{"kind": "Group", "name": "system:authenticated"}]}}
    assert said("newly-unauthenticated", deployment(**TOKEN), deployment(**everyone))


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (deployment(), deployment(**TOKEN), "callers without a token are refused from now on"),
        (llmd(auth={}), llmd(**MAAS), "callers without a token of Models-as-a-Service are refused from now on"),
        (llmd(), llmd(**MAAS), "it takes tokens of Models-as-a-Service from now on, and none of the cluster"),
        (llmd(**MAAS), llmd(), "it takes tokens of the cluster from now on, and none of Models-as-a-Service"),
    ],
)
def test_callers_that_are_refused_from_now_on(before: Document, after: Document, refused: str) -> None:
    assert said("access-tightened", before, after) == [f"`granite`: {refused}"]
    assert not slugs(before, after) & {"callers-removed", "newly-unauthenticated"}


def test_each_caller_whose_access_ends_is_named() -> None:
    def of(tokens: list[str], *subjects: Document) -> Document:
        return deployment(auth={"tokens": tokens, "subjects": list(subjects)})

    app = {"kind": "ServiceAccount", "name": "app", "namespace": "web"}
    ann = {"kind": "User", "name": "ann"}
    assert said("callers-removed", of(["bot", "CI Bot"], app, ann), of(["bot"])) == [
        "callers of `granite` with the token `CI Bot` are refused: its Secret `ci-bot-granite-sa` is deleted",
        "the ServiceAccount `web/app` and User `ann` may not call `granite` any more",
    ]
    assert slugs(of(["bot"]), of(["bot", "two"], app)) == set()
    (message,) = said("callers-removed", of(["bot", "CI Bot"]), of([], app))
    assert message == (
        "callers of `granite` with the tokens `bot` and `CI Bot` are refused: "
        "their Secrets `bot-granite-sa` and `ci-bot-granite-sa` are deleted"
    )
    # The same Secret under another way to write its name.
    assert slugs(of(["ci bot"]), of(["CI Bot"])) <= {"callers-removed"}
    assert said("callers-removed", of(["ci bot"]), of(["CI Bot"])) == []


def test_nobody_is_told_to_hand_out_what_does_not_exist_yet() -> None:
    def help_of(before: Document, after: Document) -> str:
        (text,) = (item.help for item in findings([before], [after]) if item.rule.slug in TOKENS_CHANGE)
        return text or ""

    renamed = help_of(deployment(auth={"tokens": ["batch job"]}), deployment(auth={"tokens": ["Batch"]}))
    assert "add the new one first, and remove the old one in a later commit" in renamed
    subjects = {"subjects": [{"kind": "ServiceAccount", "name": "app", "namespace": "web"}]}
    assert "beside the subjects" in help_of(deployment(**TOKEN), deployment(auth=subjects))
    assert "exist only once this is synced" in help_of(deployment(), deployment(**TOKEN))


def test_requests_that_must_name_another_model() -> None:
    served = llmd(model={**llmd()["spec"]["model"], "servedName": "g"})
    assert said("request-changes", llmd(), served) == [
        "requests must name the model `g`: `granite` no longer answers to `granite`"
    ]
    assert said("request-changes", llmd(), llmd(args=["--served-model-name=g"]))
    assert said("request-changes", deployment(), deployment(args=["--max-model-len=8192"])) == []


def test_another_api_is_told() -> None:
    assert said("request-changes", predictive("granite"), deployment()) == [
        "`granite` no longer speaks the Open Inference Protocol, but the OpenAI API"
    ]
