"""What is said of a deployment that comes, and of what must be told about the folders that come and go with it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from change.cases import Document, files, in_namespace, predictive, said, slugs
from change.comparison import consequences
from check.rules.cases import deployment, llmd, named
from servewright.diagnostics.model import Finding, Where

ADDED, SYNC, TAKEOVER = "deployment-added", "sync-outdated", "engine-takeover"
REPOSITORY = {"repository": {"url": "https://git.example.com/acme/models.git"}}
FLUX = {"engine": "flux", **REPOSITORY}
APPLICATIONS = {"engine": "argocd", "argocd": {"applicationSet": False}, **REPOSITORY}
SECRET = {"secretKeyRef": {"name": "hugging-face", "key": "token"}}


def connection(namespace: str = "demo", **secret: Any) -> Document:
    spec = {"s3": {"endpoint": "https://s3.example.com", "bucket": "models"}, **({"secret": secret} if secret else {})}
    return {
        "apiVersion": "servewright.dev/v1alpha1",
        "kind": "Connection",
        "metadata": {"name": "weights", "namespace": namespace},
        "spec": spec,
    }


EXTERNAL = {
    "external": {
        "store": {"kind": "ClusterSecretStore", "name": "vault"},
        "keys": {
            "AWS_ACCESS_KEY_ID": {"key": "models", "property": "id"},
            "AWS_SECRET_ACCESS_KEY": {"key": "models", "property": "secret"},
        },
    }
}
S3 = {"model": {"type": "generative", "source": {"s3": {"connection": "weights", "path": "granite"}}}}


def told(slug: str, *sides: tuple[list[Document], dict[str, Any] | None], name: str = "base") -> list[Finding]:
    """What is said of a change, each side with its ``spec.gitops``; ``name`` is the later Project's."""
    texts = []
    for documents, gitops in sides:
        text = files(*documents)
        project = yaml.safe_load(text["servewright.yaml"])
        project["spec"] |= {"gitops": gitops} if gitops else {}
        project["metadata"]["name"] = name if texts else "base"
        texts.append({**text, "servewright.yaml": yaml.safe_dump(project)})
    return [found for _, found in consequences(*texts) if found.rule.slug == slug]


def test_a_new_model_says_who_may_call_it_and_what_it_needs() -> None:
    keep = predictive()
    new = in_namespace(deployment(expose={"route": True}, env=[{"name": "TOKEN", "valueFrom": SECRET}]), "web")
    assert said(ADDED, [keep], [keep, new]) == [
        "`granite` is new, and answers at `http://granite-predictor.web.svc.cluster.local:8080` and the host of the route "
        "`granite`, to whoever reaches that, without a token; its namespace `web` is new; the Secret `hugging-face` must "
        "be there, since nothing here brings it"
    ]
    (message,) = said(ADDED, [keep], [keep, deployment(auth={"tokens": ["bot"]})])
    assert message.endswith(":8443`, inside the cluster, with a token")
    (message,) = said(ADDED, [keep], [keep, llmd(stopped=True)])
    assert "answers once it is started at `/demo/granite` of the platform's gateway" in message


@pytest.mark.parametrize(
    ("there", "needed"),
    [
        ([connection()], True),
        ([connection(**EXTERNAL)], False),
        (
            [
                connection(),
                named("Secret", "weights", "v1", "demo"),
            ],
            False,
        ),
    ],
)
def test_a_secret_that_something_brings_is_not_asked_for(there: list[Document], needed: bool) -> None:
    keep = [predictive(), *there]
    if there[1:]:
        there[1]["metadata"] |= {
            "labels": {"opendatahub.io/dashboard": "true", "opendatahub.io/managed": "true"},
            "annotations": {"opendatahub.io/connection-type-ref": "s3", "opendatahub.io/connection-type": "s3"},
        }
    (message,) = said(ADDED, keep, [*keep, deployment(**S3)])
    assert ("the Secret `weights` must be there" in message) == needed
    assert "is new;" not in message  # the namespace


def test_of_a_renamed_model_only_new_callers_are_told() -> None:
    secured = deployment(auth={"tokens": ["bot"]})
    assert said(ADDED, [secured], [deployment("other", auth={"tokens": ["bot"]})]) == []
    (message,) = said(ADDED, [secured], [deployment("other")])
    assert message.startswith("`other` goes on under another name, and answers at ")
    assert message.endswith("to every pod of the cluster, without a token")


def test_flux_has_to_be_told_of_each_new_folder() -> None:
    keep = [predictive(), in_namespace(predictive("x"), "web")]
    assert told(SYNC, (keep, FLUX), ([*keep, deployment()], FLUX)) == []
    (found,) = told(SYNC, (keep, FLUX), ([*keep, in_namespace(deployment(), "new")], FLUX))
    assert found.message.startswith("Flux knows nothing of `rendered/new/deployments` yet")
    assert "`servewright gitops flux`" in (found.help or "")
    assert isinstance(found.where, Where)
    assert found.where.path == ("metadata", "namespace")
    (found,) = told(SYNC, (keep, FLUX), ([*keep, connection("web", **EXTERNAL)], FLUX))
    assert "`rendered/web/connections`" in found.message
    shared = deployment(runtime={"template": "vllm-cuda-runtime-template", "name": "shared"})
    (found,) = told(SYNC, (keep, FLUX), ([*keep, shared], FLUX))
    assert "`rendered/demo/runtimes`" in found.message
    another = deployment("b", runtime={"template": "vllm-cuda-runtime-template", "name": "second"})
    assert told(SYNC, ([*keep, shared], FLUX), ([*keep, shared, another], FLUX)) == []


def test_the_first_tree_of_a_repository_is_printed_anyway() -> None:
    text = files(predictive())
    project = yaml.safe_load(text["servewright.yaml"])
    project["spec"]["gitops"] = FLUX
    found = consequences({}, {**text, "servewright.yaml": yaml.safe_dump(project)})
    assert {finding.rule.slug for _, finding in found} == {ADDED, "demand-changes"}


def test_what_goes_is_printed_again_once_it_is_pruned() -> None:
    keep = [predictive()]
    (found,) = told(SYNC, ([*keep, in_namespace(deployment(), "old")], FLUX), (keep, FLUX))
    assert found.message.startswith("nothing is left in `rendered/old/deployments`")
    assert "`servewright render --allow-deletions`, and then `servewright gitops flux`" in (found.help or "")


def test_argo_cd_without_an_application_set_has_to_be_told_of_namespaces() -> None:
    keep = [predictive()]
    (found,) = told(SYNC, (keep, APPLICATIONS), ([*keep, in_namespace(deployment(), "new")], APPLICATIONS))
    assert found.message.startswith("Argo CD knows nothing of `rendered/new` yet")
    assert "`servewright gitops argocd`" in (found.help or "")
    assert told(SYNC, (keep, APPLICATIONS), ([*keep, connection(**EXTERNAL)], APPLICATIONS)) == []
    # A namespace that had connections was one already.
    base = [*keep, connection("new", **EXTERNAL)]
    assert told(SYNC, (base, APPLICATIONS), ([*base, in_namespace(deployment(), "new")], APPLICATIONS)) == []


@pytest.mark.parametrize("gitops", [None, {"engine": "argocd", **REPOSITORY}, {"engine": "flux"}, {"engine": "none"}])
def test_who_finds_folders_by_himself_is_told_nothing(gitops: dict[str, Any] | None) -> None:
    keep = [predictive()]
    assert told(SYNC, (keep, gitops), ([*keep, in_namespace(deployment(), "new")], gitops)) == []


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (None, {"engine": "flux"}, "Flux takes over from Argo CD"),  # Argo CD is the default
        (FLUX, APPLICATIONS, "Argo CD takes over from Flux"),
        ({"engine": "none"}, FLUX, "Flux takes over"),
        (FLUX, {**FLUX, "flux": {"namespace": "gitops"}}, "Flux syncs from the namespace `gitops`"),
    ],
)
def test_another_engine_restarts_every_inference_service(
    before: dict[str, Any] | None, after: dict[str, Any], why: str
) -> None:
    fleet = [predictive(), deployment("stopped", stopped=True), deployment("llm", runtime="llm-d"), deployment()]
    (found,) = told(TAKEOVER, (fleet, before), (fleet, after))
    assert found.message == (
        f"{why}, and its first sync restarts all 2 InferenceServices that run, since what it writes on them reaches the "
        "pods: `demo/fraud` and `demo/granite`"
    )
    assert found.rule.severity == "warning"
    assert isinstance(found.where, Where)
    assert found.where.document.source.path == "servewright.yaml"


def test_another_name_of_the_project_does_so_too() -> None:
    (found,) = told(TAKEOVER, ([deployment()], FLUX), ([deployment()], FLUX), name="other")
    assert found.message.startswith("Flux syncs by other names when the Project goes from `base` to `other`")
    assert told(TAKEOVER, ([deployment()], None), ([deployment()], None), name="other") == []


def test_an_engine_that_goes_or_stays_restarts_nothing() -> None:
    assert told(TAKEOVER, ([deployment()], FLUX), ([deployment()], {"engine": "none"})) == []
    assert told(TAKEOVER, ([deployment()], FLUX), ([deployment()], {**FLUX, "createNamespaces": False})) == []
    assert told(TAKEOVER, ([llmd()], FLUX), ([llmd()], APPLICATIONS)) == []


def test_a_strategy_says_what_later_changes_do() -> None:
    rolling, recreate = deployment(), deployment(strategy="Recreate")
    assert said("strategy-changes", rolling, recreate) == [
        "`granite` goes from RollingUpdate to Recreate: that by itself restarts nothing, but each later change stops all "
        "pods before new ones start, so it answers nothing meanwhile, and needs no room beside them"
    ]
    (message,) = said("strategy-changes", recreate, rolling)
    assert message.endswith(
        "needs room for 1 pod (2.1 cpu, 4.07Gi memory, 1 nvidia.com/gpu, `kube-rbac-proxy` included) beside its pods"
    )
    assert slugs(rolling, deployment(strategy="RollingUpdate")) == set()
