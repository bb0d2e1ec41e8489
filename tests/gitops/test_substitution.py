"""Flux may substitute variables in what it applies: text of ours that looks like one survives, in every kind and place."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gitops.inputs import EXTERNAL
from harness import Json, Objects, Repo, project

GUARD = "kustomize.toolkit.fluxcd.io/substitute"
CATALOG = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: shell-runtime
  namespace: redhat-ods-applications
  annotations: {opendatahub.io/model-type: '["generative"]'}
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {name: shell-runtime}
  spec:
    supportedModelFormats: [{name: vLLM, autoSelect: true}]
    containers:
    - name: kserve-container
      image: quay.io/acme/server:1
      command: [sh, -c, 'exec serve --port ${PORT}']
---
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceServiceConfig
metadata: {name: tuned, namespace: redhat-ods-applications}
spec:
  template:
    containers:
    - name: main
      args: ['--cache=${CACHE}']
"""


@pytest.fixture
def repo(repo: Repo) -> Repo:
    repo.write("servewright.yaml", project(gitops={"engine": "flux"}))
    repo.write("catalog/more.yaml", CATALOG)
    return repo


def everything(repo: Repo) -> Objects:
    """One object of each kind that can hold such text."""
    repo.write(
        "deployments/external.yaml",
        EXTERNAL.replace("AWS_ACCESS_KEY_ID: {key: a}", 'AWS_ACCESS_KEY_ID: {key: "${team}/id"}'),
    )
    repo.deploy(
        name="served", args=["--chat-template=${template}"], runtime="shell-runtime", auth={"tokens": ["for ${team}"]}
    )
    repo.deploy(name="llm", runtime="llm-d", env=[{"name": "PRICE", "value": "$$5"}], llmd={"config": "tuned"})
    repo.deploy(
        name="plain",
        runtime="vllm-cuda-runtime-template",
        args=["--max-model-len=8192"],
        env=[{"name": "HOME", "value": "$(DIR)/$x"}],
    )
    return repo.render()


def test_what_looks_like_a_variable_is_guarded(repo: Repo) -> None:
    objects = everything(repo)
    assert {item["kind"] for item in objects if guarded(item)} == {
        "ExternalSecret",
        "InferenceService",
        "LLMInferenceService",
        "LLMInferenceServiceConfig",
        "Secret",
        "ServingRuntime",
    }


def test_what_does_not_is_not(repo: Repo) -> None:
    """The annotation of an InferenceService reaches the pods: it is there only when it has to be."""
    assert not [item for item in everything(repo) if item["metadata"]["name"].startswith("plain") and guarded(item)]


def test_flux_changes_nothing(repo: Repo) -> None:
    for item in everything(repo):
        assert guarded(item) or substituted(item) == item


@pytest.mark.parametrize("engine", ["argocd", "none"])
def test_other_engines_need_no_guard(engine: str, repo: Repo) -> None:
    repo.write("servewright.yaml", project(gitops={"engine": engine}))
    assert not [item for item in everything(repo) if guarded(item)]


def guarded(item: Json) -> bool:
    """Whether Flux leaves the object as it is."""
    return item["metadata"].get("annotations", {}).get(GUARD) == "disabled"


def substituted(value: Any) -> Any:
    """What Flux makes of a value (fluxcd/pkg envsubst): `${…}` becomes empty, `$$` one `$`; in keys too."""
    if isinstance(value, str):
        return re.sub(r"\$\$|\$\{[^}]*\}", lambda match: "$" if match[0] == "$$" else "", value)
    if isinstance(value, dict):
        return {substituted(key): substituted(item) for key, item in value.items()}
    return [substituted(item) for item in value] if isinstance(value, list) else value
