"""A deployment becomes the same, and hears the same, whatever others of its repository say.

What several specs have in common is worked out once; these specs have all but one thing in common.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from harness import BASE, Json
from servewright import Repository, compile_repository
from servewright.compilation import Compilation

SPEC: Json = {
    "displayName": "A model",
    "model": {
        "type": "generative",
        "source": {"s3": {"connection": "models-s3", "path": "granite"}},
    },
    "hardware": {"profile": "nvidia-gpu", "resources": {"requests": {"cpu": "2"}}},
    "auth": {"tokens": ["default-token"]},
}
# What the catalog has in one namespace, under the names that it has for all.
OWN = """\
apiVersion: infrastructure.opendatahub.io/v1
kind: HardwareProfile
metadata: {name: nvidia-gpu, namespace: own}
spec:
  identifiers:
  - {displayName: CPU, identifier: cpu, minCount: 1, defaultCount: 3, resourceType: CPU}
  - {displayName: Memory, identifier: memory, minCount: 1Gi, defaultCount: 7Gi, resourceType: Memory}
  - {displayName: GPU, identifier: nvidia.com/gpu, minCount: 1, defaultCount: 2, resourceType: Accelerator}
---
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata:
  name: there
  namespace: own
  annotations: {opendatahub.io/recommended-accelerators: '["nvidia.com/gpu"]'}
spec:
  containers: [{name: kserve-container, image: registry.example.com/own:1}]
  supportedModelFormats: [{name: vLLM}]
---
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: beside-template
  namespace: redhat-ods-applications
  annotations: {opendatahub.io/model-type: '["generative"]', opendatahub.io/modelServingSupport: '["single"]'}
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {name: beside, annotations: {opendatahub.io/recommended-accelerators: '["nvidia.com/gpu"]'}}
  spec:
    containers:
    - {name: kserve-container, image: registry.example.com/own:1}
    - {name: beside, image: registry.example.com/own:1, resources: {limits: {cpu: "1"}}}
    supportedModelFormats: [{name: vLLM}]
"""
# Namespaces in which every amount of every pod is too much, and is said; the last one gives other defaults. Of pods of
# high priority, or that want to be near those of another namespace, there may be one.
_TOO_LITTLE = """\
apiVersion: v1
kind: LimitRange
metadata: {{name: small, namespace: {namespace}}}
spec:
  limits:
  - type: Container
    max: {{cpu: 1m, memory: 1Mi}}
    maxLimitRequestRatio: {{cpu: "1"}}
    default: {{ephemeral-storage: {default}}}
  - {{type: Pod, max: {{cpu: 1m, memory: 1Mi}}}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {{name: important, namespace: {namespace}}}
spec:
  hard: {{pods: "1"}}
  scopeSelector: {{matchExpressions: [{{scopeName: PriorityClass, operator: In, values: [high]}}]}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {{name: near, namespace: {namespace}}}
spec:
  hard: {{pods: "1"}}
  scopeSelector: {{matchExpressions: [{{scopeName: CrossNamespacePodAffinity, operator: Exists}}]}}
"""
LIMITS = {
    f"catalog/{namespace}.yaml": _TOO_LITTLE.format(namespace=namespace, default=default)
    for namespace, default in (("tight-a", "1Gi"), ("tight-b", "1Gi"), ("tight-c", "2Gi"))
}


def _connection(namespace: str) -> Json:
    return {
        "apiVersion": "servewright.dev/v1alpha1",
        "kind": "Connection",
        "metadata": {"name": "models-s3", "namespace": namespace},
        "spec": {"s3": {"endpoint": "https://s3.example.com", "bucket": "models"}},
    }


def _with(**changes: Any) -> Json:
    spec = copy.deepcopy(SPEC)
    for path, value in changes.items():
        *steps, last = path.split("__")
        place = spec
        for step in steps:
            place = place.setdefault(step, {})
        if value is None:
            del place[last]
        else:
            place[last] = value
    return spec


VARIANTS: dict[str, tuple[str, Json]] = {
    "plain": ("demo", SPEC),
    "again": ("demo", SPEC),
    "elsewhere": ("web", SPEC),
    "own-profile": ("own", SPEC),
    "more": ("demo", _with(hardware__resources__requests__cpu="3")),
    "order": ("demo", _with(hardware__resources__requests={"memory": "9Gi", "cpu": "2"})),
    "other-order": ("demo", _with(hardware__resources__requests={"cpu": "2", "memory": "9Gi"})),
    "as-limit": ("demo", _with(hardware__resources={"limits": {"cpu": "2"}})),
    "too-much": ("demo", _with(hardware__resources__requests__cpu="9000")),
    "too-much-too": ("demo", _with(hardware__resources__requests__cpu="9000")),
    "no-profile": ("demo", _with(hardware__profile=None)),
    "unknown-profile": ("demo", _with(hardware__profile="no-such")),
    "by-hand": ("demo", _with(runtime="vllm-cuda-runtime-template")),
    "by-hand-rocm": ("demo", _with(runtime="vllm-rocm-runtime-template")),
    "called": ("demo", _with(runtime={"template": "vllm-cuda-runtime-template", "name": "one"})),
    "called-too": ("demo", _with(runtime={"template": "vllm-cuda-runtime-template", "name": "two"})),
    "itself": ("demo", _with(runtime={"template": "vllm-cuda-runtime-template", "name": "itself"})),
    "too-long": ("demo", _with(runtime={"template": "vllm-cuda-runtime-template", "name": "r" * 60})),
    "existing": ("own", _with(runtime={"existing": "there"})),
    "existing-not": ("demo", _with(runtime={"existing": "there"})),
    "llm-d": ("demo", _with(runtime="llm-d")),
    "prefill": ("demo", _with(runtime="llm-d", llmd={"prefill": {"replicas": 2}})),
    "own-prefill": (
        "demo",
        _with(runtime="llm-d", llmd={"prefill": {"replicas": 2, "resources": {"requests": {"cpu": "3"}}}}),
    ),
    "scheduled": (
        "demo",
        _with(pod={"nodeSelector": {"zone": "a"}, "tolerations": [{"key": "k", "operator": "Exists"}]}),
    ),
    "scheduled-too": ("demo", _with(pod={"nodeSelector": {"zone": "b"}})),
    "predictive": ("demo", _with(model__type="predictive", model__format={"name": "onnx", "version": "1"})),
    "predictive2": ("demo", _with(model__type="predictive", model__format={"name": "onnx", "version": "2"})),
    "no-format": ("demo", _with(model__type="predictive")),
    "wrong-type": ("demo", _with(model__type="predictive", model__format=7)),
    "wrong-runtime": ("demo", _with(runtime=7)),
    "wrong-name": ("demo", SPEC),
}
_BARE = {"resources": {"requests": {"nvidia.com/gpu": "1"}}}
_FAR = {
    "podAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone", "namespaces": ["other"]}]
    }
}
_TIGHT: dict[str, Json] = {
    "plain": SPEC,
    "more": _with(hardware__resources__requests__cpu="3"),
    "as-limit": _with(hardware__resources={"requests": {"cpu": "2"}, "limits": {"cpu": "3"}}),
    "mounted": _with(model__source={"pvc": {"claim": "models", "path": "granite"}}),
    "image": _with(model__source={"oci": {"image": "oci://quay.io/org/model:1"}}),
    "by-hand-rocm": _with(runtime="vllm-rocm-runtime-template"),
    "ovms": _with(model__type="predictive", model__format={"name": "onnx", "version": "1"}),
    "somewhere": _with(runtime={"existing": "anywhere"}),
    "llm-d": _with(runtime="llm-d"),
    "llm-d-open": _with(runtime="llm-d", llmd={"baseRefs": ["base"]}),
    "prefill": _with(runtime="llm-d", llmd={"prefill": {"replicas": 2}}),
    "bare": _with(hardware=_BARE, runtime="vllm-cuda-runtime-template"),
    "bare-high": _with(hardware=_BARE, runtime="vllm-cuda-runtime-template", pod={"priorityClassName": "high"}),
    "bare-far": _with(hardware=_BARE, runtime="vllm-cuda-runtime-template", pod={"affinity": _FAR}),
    "bare-sidecar": _with(hardware=_BARE, runtime="beside-template"),
}
VARIANTS |= {
    f"{name}-{namespace}": (namespace, spec)
    for name, spec in _TIGHT.items()
    for namespace in ("tight-a", "tight-b", "tight-c")
}
NAMES = {"wrong-name": "Wrong"}


def _file(variant: str) -> tuple[str, str]:
    namespace, spec = VARIANTS[variant]
    name = NAMES.get(variant, variant)
    document = {
        "apiVersion": "servewright.dev/v1alpha1",
        "kind": "ModelDeployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
    return f"deployments/{variant}.yaml", yaml.safe_dump(document, sort_keys=False)


def _compile(*variants: str) -> Compilation:
    places = sorted({VARIANTS[variant][0] for variant in variants} - {"demo"})
    connections = {f"deployments/c-{place}.yaml": yaml.safe_dump(_connection(place)) for place in places}
    limits = {path: text for path, text in LIMITS.items() if any(f"namespace: {place}}}" in text for place in places)}
    files = {**BASE, **limits, "catalog/own.yaml": OWN, **connections, **dict(map(_file, variants))}
    return compile_repository(Repository.of(files))


def _of(compilation: Compilation, variant: str) -> list[object]:
    path, _ = _file(variant)
    place = (VARIANTS[variant][0], NAMES.get(variant, variant))
    return [
        [unit for unit in compilation.units if unit.where.document.source.path == path],
        [item for item in compilation.diagnostics if item.span is not None and item.span.file == path],
        compilation.decisions.get(place),
    ]


COMPANY = _compile(*VARIANTS)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_deployment_is_the_same_in_company(variant: str) -> None:
    assert _of(COMPANY, variant) == _of(_compile(variant), variant)


def test_some_of_them_are_rendered_and_some_refused() -> None:
    """Or the comparison would be of nothing with nothing."""
    refused = {variant for variant in VARIANTS if not _of(COMPANY, variant)[0]}
    assert refused == {
        "as-limit",
        "no-profile",
        "too-much",
        "too-much-too",
        "unknown-profile",
        "too-long",
        "predictive2",
        "no-format",
        "wrong-type",
        "wrong-runtime",
        "wrong-name",
    }
