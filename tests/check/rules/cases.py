"""One deployment and a bit of catalog, compiled: what the rules say about it."""

from __future__ import annotations

from typing import Any

import yaml

from diagnostics.test_pages import repository
from servewright import Compilation, Repository, compile_repository
from servewright.diagnostics.model import Diagnostic

APPLICATIONS = "redhat-ods-applications"


def deployment(name: str = "granite", **spec: Any) -> dict[str, Any]:
    """A ModelDeployment; ``spec`` over that of a generative model on one GPU."""
    return {
        "apiVersion": "servewright.dev/v1alpha1",
        "kind": "ModelDeployment",
        "metadata": {"name": name, "namespace": "demo"},
        "spec": {
            "model": {"type": "generative", "source": {"uri": {"url": "hf://ibm-granite/granite-3.1-8b-instruct"}}},
            "hardware": {"profile": "nvidia-gpu"},
            **({"auth": {"tokens": ["bot"]}} if spec.get("runtime") == "llm-d" else {}),
            **spec,
        },
    }


def llmd(**spec: Any) -> dict[str, Any]:
    """An llm-d deployment."""
    return deployment(runtime="llm-d", **spec)


def gpus(count: int) -> dict[str, Any]:
    """Hardware with as many GPUs in each pod."""
    return {"profile": "nvidia-gpu", "resources": {"requests": {"nvidia.com/gpu": str(count)}}}


def template(container: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """The Template `own`, of a runtime with this model container."""
    return {
        "apiVersion": "template.openshift.io/v1",
        "kind": "Template",
        "metadata": {
            "name": "own",
            "namespace": APPLICATIONS,
            "labels": {"opendatahub.io/dashboard": "true"},
            "annotations": {"opendatahub.io/model-type": '["generative"]'},
        },
        "objects": [
            {
                "apiVersion": "serving.kserve.io/v1alpha1",
                "kind": "ServingRuntime",
                "metadata": {
                    "name": "own",
                    "annotations": {"opendatahub.io/recommended-accelerators": '["nvidia.com/gpu"]'},
                },
                "spec": {
                    "supportedModelFormats": [{"name": "vLLM"}],
                    "containers": [{"name": "kserve-container", "image": "quay.io/acme/own:1", **container}],
                    **spec,
                },
            }
        ],
    }


def named(kind: str, name: str, api_version: str = "v1", namespace: str = "demo", **body: Any) -> dict[str, Any]:
    """An object of the catalog."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **body}


def config(name: str, namespace: str = APPLICATIONS, version: str = "v1alpha2", **spec: Any) -> dict[str, Any]:
    """An LLMInferenceServiceConfig of the catalog."""
    return named("LLMInferenceServiceConfig", name, f"serving.kserve.io/{version}", namespace, spec=spec)


def compiled(*documents: dict[str, Any], release: str = "3.4") -> Compilation:
    """What the documents compile to, over the base repository of the pages."""
    files: dict[str, str | None] = {}
    for number, document in enumerate(documents):
        folder = "deployments" if document["apiVersion"].startswith("servewright.dev/") else "catalog"
        files[f"{folder}/{number}.yaml"] = yaml.safe_dump(document)
    text = repository(files)
    text["servewright.yaml"] = text["servewright.yaml"].replace('version: "3.4"', f'version: "{release}"')
    del text["deployments/iris.yaml"]
    return compile_repository(Repository.of(text))


def reported(*documents: dict[str, Any], code: str, release: str = "3.4") -> list[Diagnostic]:
    """The diagnostics of one code; others may be there too."""
    return [found for found in compiled(*documents, release=release).diagnostics if found.code == code]


def messages(*documents: dict[str, Any], code: str, release: str = "3.4") -> list[str]:
    return [found.message for found in reported(*documents, code=code, release=release)]
