"""A made-up but realistic fleet of deployment specs, the same for the same seed.

    python bench/fleet.py FOLDER [COUNT [SEED]]

Teams of about 25 deployments share a namespace with three connections (S3, OCI, URI). The mix is that of a platform
with both kinds of models: OpenVINO and MLServer, vLLM on NVIDIA and AMD, with a runtime of their own or one that the team
shares, tuned by hand or not, and llm-d, loaded from S3, OCI images, URLs and claims, with tokens, environment variables
and arguments. A spec has about 30 lines.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable

APPLICATIONS = "redhat-ods-applications"
TEAM_SIZE = 25

PROJECT = """\
apiVersion: servewright.dev/v1alpha1
kind: Project
metadata:
  name: fleet
spec:
  platform: {name: openshift-ai, version: "3.4"}
  gitops: {engine: argocd}
  rules:
    llmd-rolls: "off"
  images:
    ovms-image: registry.example.com/rhoai/ovms@sha256:1111111111111111111111111111111111111111111111111111111111111111
    mlserver-image: registry.example.com/rhoai/mlserver@sha256:2222222222222222222222222222222222222222222222222222222222222222
    vllm-cuda-image: registry.example.com/rhaiis/cuda@sha256:3333333333333333333333333333333333333333333333333333333333333333
    vllm-rocm-image: registry.example.com/rhaiis/rocm@sha256:4444444444444444444444444444444444444444444444444444444444444444
"""

DASHBOARD = f"""\
apiVersion: opendatahub.io/v1alpha
kind: OdhDashboardConfig
metadata:
  name: odh-dashboard-config
  namespace: {APPLICATIONS}
spec:
  dashboardConfig:
    disableLLMd: false
  modelServing:
    deploymentStrategy: rolling
    isLLMdDefault: false
  templateDisablement: []
  templateOrder: []
"""

# name, cpu, memory, accelerator, scheduling
PROFILES = (
    ("cpu-small", (1, 2, 8), ("2Gi", "4Gi", "16Gi"), None, None),
    ("cpu-large", (4, 8, 64), ("8Gi", "32Gi", "256Gi"), None, None),
    ("nvidia-l4", (2, 4, 16), ("8Gi", "24Gi", "64Gi"), "nvidia.com/gpu", "NVIDIA-L4"),
    ("nvidia-a100", (2, 8, 32), ("16Gi", "64Gi", "512Gi"), "nvidia.com/gpu", "NVIDIA-A100-SXM4-80GB"),
    ("nvidia-h100", (4, 16, 64), ("32Gi", "128Gi", "1Ti"), "nvidia.com/gpu", "NVIDIA-H100-80GB-HBM3"),
    ("amd-mi300x", (4, 8, 64), ("32Gi", "96Gi", "768Gi"), "amd.com/gpu", "queue"),
)


def write_fleet(folder: str, count: int, seed: int = 1, *, limited: bool = False) -> list[str]:
    """Write a repository with ``count`` deployments into ``folder``; the paths of their specs.

    ``limited``: the catalog says of each namespace what it has and what it may use.
    """
    fleet = generate(count, seed)
    if limited:
        namespaces = sorted({path.split("/")[1] for path in fleet if path.startswith("deployments/")})
        fleet["catalog/namespaces.yaml"] = "---\n".join(map(_limits, namespaces))
    for path, text in fleet.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
    return [os.path.join(folder, path) for path in fleet if path.startswith("deployments/") and "/models/" in path]


def generate(count: int, seed: int = 1) -> dict[str, str]:
    """Path to text of every file of the repository."""
    chance = random.Random(seed)
    files = {
        "servewright.yaml": PROJECT,
        "catalog/dashboard.yaml": DASHBOARD,
        "catalog/hardware-profiles.yaml": _profiles(),
    }
    for team in range(-(-count // TEAM_SIZE)):
        namespace = f"{chance.choice(_DOMAINS)}-{team:03d}"
        files[f"deployments/{namespace}/connections.yaml"] = _connections(namespace)
        for number in range(min(TEAM_SIZE, count - team * TEAM_SIZE)):
            (kind,) = chance.choices(_KINDS, weights=_WEIGHTS)
            name = f"{chance.choice(_MODELS)}-{chance.choice(_PURPOSES)}-{number:02d}"
            files[f"deployments/{namespace}/models/{name}.yaml"] = kind(name, namespace, chance)
    return files


_DOMAINS = ("vision", "fraud", "support", "search", "pricing", "speech", "legal", "claims", "ops")
_MODELS = ("granite", "llama", "mixtral", "qwen", "bert", "resnet", "yolo", "churn", "ranker", "mistral")
_PURPOSES = ("chat", "triage", "extract", "score", "detect", "route", "embed", "review")


def _head(name: str, namespace: str, chance: random.Random) -> str:
    title = name.replace("-", " ").capitalize()
    return f"""\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    team: {namespace}
    tier: {chance.choice(("gold", "silver", "bronze"))}
spec:
  displayName: {title}
  description: {title} for the {namespace} team, ticket {chance.randrange(1000, 9999)}
"""


def _ovms(name: str, namespace: str, chance: random.Random) -> str:
    version = chance.randrange(1, 40)
    return f"""\
{_head(name, namespace, chance)}\
  model:
    type: predictive
    format: {{name: onnx, version: "1"}}
    source:
      s3:
        connection: models-s3
        path: {name}/{version}
    registeredModel: {{id: "{chance.randrange(1, 500)}", versionId: "{version}", name: {name}}}
  hardware:
    profile: {chance.choice(("cpu-small", "cpu-large"))}
    resources:
      requests: {{cpu: "4", memory: 8Gi}}
      limits: {{cpu: "8"}}
  runtime: kserve-ovms
  replicas: {chance.randrange(1, 5)}
"""


def _mlserver(name: str, namespace: str, chance: random.Random) -> str:
    format_name, version = chance.choice((("sklearn", "1"), ("xgboost", "2"), ("lightgbm", "4")))
    return f"""\
{_head(name, namespace, chance)}\
  model:
    type: predictive
    format:
      name: {format_name}
      version: "{version}"
    source:
      pvc: {{claim: models, path: {name}/{chance.randrange(1, 40)}}}
  hardware: {{profile: cpu-small}}
  auth:
    subjects:
    - kind: ServiceAccount
      name: app-{chance.randrange(1, 9)}
      namespace: {namespace}-web
  env:
  - name: MLSERVER_MODEL_URI
    value: /mnt/models/{name}.bin
"""


def _vllm_image(name: str, namespace: str, chance: random.Random) -> str:
    return f"""\
{_head(name, namespace, chance)}\
  model:
    type: generative
    source:
      oci: {{image: "oci://quay.example.com/{namespace}/{name}:{chance.randrange(1, 9)}.0", connection: models-oci}}
  hardware: {{profile: {chance.choice(("nvidia-l4", "nvidia-a100"))}}}
  replicas: {chance.randrange(1, 4)}
  strategy: Recreate
  expose: {{route: true, timeoutSeconds: 600}}
  auth: {{tokens: [default-token, {chance.choice(("CI Bot", "gateway", "batch"))}]}}
  aiAsset: {{useCase: chat}}
  args:
  - --max-model-len={chance.choice((4096, 8192, 16384))}
  - --enable-auto-tool-choice
  - --tool-call-parser=granite
  env:
  - {{name: VLLM_LOGGING_LEVEL, value: INFO}}
  - {{name: HF_HUB_OFFLINE, value: "1"}}
"""


def _vllm_url(name: str, namespace: str, chance: random.Random) -> str:
    return f"""\
{_head(name, namespace, chance)}\
  model:
    type: generative
    source:
      uri:
        connection: models-uri
  hardware:
    profile: nvidia-h100
    resources:
      requests: {{nvidia.com/gpu: "2"}}
  replicas: {chance.randrange(1, 3)}
  auth:
    tokens: [default-token]
  args:
  - --tensor-parallel-size=2
  - --gpu-memory-utilization=0.{chance.randrange(80, 96)}
  env:
  - name: HF_TOKEN
    valueFrom:
      secretKeyRef: {{name: hugging-face, key: token}}
"""


def _vllm_amd(name: str, namespace: str, chance: random.Random) -> str:
    return f"""\
{_head(name, namespace, chance)}\
  model:
    type: generative
    source:
      s3: {{connection: models-s3, path: {name}/{chance.randrange(1, 9)}}}
  hardware:
    profile: amd-mi300x
  strategy: RollingUpdate
  args:
  - --max-model-len=8192
  - --tensor-parallel-size=1
  pod:
    labels: {{cost-centre: "{chance.randrange(100, 999)}"}}
    annotations: {{example.com/contact: {namespace}@example.com}}
  container:
    readinessProbe:
      httpGet: {{path: /health, port: 8080}}
      periodSeconds: 20
"""


def _llmd(name: str, namespace: str, chance: random.Random) -> str:
    source = chance.choice(
        (f"s3: {{connection: models-s3, path: {name}/weights}}", f'uri: {{url: "hf://{namespace}/{name}"}}')
    )
    accelerators = chance.choice((2, 4))
    return f"""\
{_head(name, namespace, chance)}\
  model:
    type: generative
    servedName: {name}
    source:
      {source}
  hardware:
    profile: nvidia-h100
    resources:
      requests: {{nvidia.com/gpu: "{accelerators}", memory: 256Gi}}
  runtime: llm-d
  replicas: {chance.randrange(1, 4)}
  auth: {{tokens: [default-token]}}
  args:
  - --max-model-len=32768
  llmd:
    parallelism: {{tensor: {accelerators}}}
    prefill:
      replicas: 2
      parallelism: {{tensor: {accelerators}}}
"""


def _vllm_shared(name: str, namespace: str, chance: random.Random) -> str:
    """Of a team that runs many small models on one runtime."""
    return f"""\
{_head(name, namespace, chance)}\
  model:
    type: generative
    source:
      s3: {{connection: models-s3, path: adapters/{name}/{chance.randrange(1, 9)}}}
  hardware: {{profile: nvidia-l4}}
  runtime: {{template: vllm-cuda-runtime-template, name: team-vllm}}
  auth: {{tokens: [default-token]}}
  args: [--max-model-len=4096]
"""


def _vllm_tuned(name: str, namespace: str, chance: random.Random) -> str:
    """What somebody has tuned for weeks."""
    args = "".join(
        f"  - --{option}\n"
        for option in (
            f"max-model-len={chance.choice((32768, 65536, 131072))}",
            f"max-num-seqs={chance.randrange(32, 256)}",
            f"max-num-batched-tokens={chance.choice((8192, 16384))}",
            "tensor-parallel-size=4",
            "enable-chunked-prefill",
            "enable-prefix-caching",
            "kv-cache-dtype=fp8",
            f"swap-space={chance.randrange(4, 17)}",
            "disable-log-requests",
            f"seed={chance.randrange(1, 99)}",
        )
    )
    env = "".join(
        f'  - {{name: {key}, value: "{value}"}}\n'
        for key, value in (
            ("HF_HUB_OFFLINE", 1),
            ("NCCL_P2P_LEVEL", "NVL"),
            ("OMP_NUM_THREADS", 8),
            ("TORCH_NCCL_ASYNC_ERROR_HANDLING", 1),
            ("VLLM_LOGGING_LEVEL", "WARNING"),
            ("VLLM_WORKER_MULTIPROC_METHOD", "spawn"),
        )
    )
    return f"""\
{_head(name, namespace, chance)}\
  model:
    type: generative
    source:
      pvc: {{claim: models, path: {name}/fp8}}
  hardware:
    profile: nvidia-h100
    resources:
      requests: {{cpu: "16", memory: 256Gi, nvidia.com/gpu: "4"}}
      limits: {{cpu: "32", memory: 384Gi}}
  replicas: {chance.randrange(1, 3)}
  strategy: Recreate
  auth: {{tokens: [default-token, batch, evaluation]}}
  args:
{args}\
  env:
{env}\
  pod:
    labels: {{cost-centre: "{chance.randrange(100, 999)}"}}
    tolerations:
    - {{key: dedicated, operator: Equal, value: {namespace}, effect: NoSchedule}}
  container:
    startupProbe:
      httpGet: {{path: /health, port: 8080}}
      periodSeconds: 10
      failureThreshold: 120
"""


_KINDS: tuple[Callable[[str, str, random.Random], str], ...] = (
    _ovms,
    _mlserver,
    _vllm_image,
    _vllm_url,
    _vllm_amd,
    _llmd,
    _vllm_shared,
    _vllm_tuned,
)
_WEIGHTS = (23, 13, 17, 12, 8, 12, 8, 7)


def _connections(namespace: str) -> str:
    return f"""\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {{name: models-s3, namespace: {namespace}}}
spec:
  displayName: Models of {namespace}
  s3: {{endpoint: "https://s3.example.com", bucket: {namespace}-models, region: eu-central-1}}
  secret:
    external:
      store: {{kind: ClusterSecretStore, name: vault}}
      keys:
        AWS_ACCESS_KEY_ID: {{key: {namespace}/s3, property: id}}
        AWS_SECRET_ACCESS_KEY: {{key: {namespace}/s3, property: secret}}
---
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {{name: models-oci, namespace: {namespace}}}
spec:
  oci: {{registry: quay.example.com/{namespace}}}
---
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {{name: models-uri, namespace: {namespace}}}
spec:
  uri: {{url: "https://models.example.com/{namespace}/model.tar.gz"}}
"""


def _limits(namespace: str) -> str:
    """Quota, limit range, claim, service account and Secrets of a namespace; there is room for all."""
    secrets = "".join(
        f"---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        for name in ("hugging-face", "registry", "default-dockercfg")
    )
    return f"""\
apiVersion: v1
kind: ResourceQuota
metadata: {{name: team, namespace: {namespace}}}
spec:
  hard: {{requests.cpu: "100000", limits.memory: 5000Ti, requests.nvidia.com/gpu: "100000", pods: "100000"}}
---
apiVersion: v1
kind: LimitRange
metadata: {{name: team, namespace: {namespace}}}
spec:
  limits:
  - type: Container
    max: {{cpu: "1000", memory: 100Ti}}
    default: {{cpu: "1", memory: 1Gi}}
    defaultRequest: {{cpu: "1", memory: 1Gi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: models, namespace: {namespace}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: default, namespace: {namespace}}}
{secrets}"""


def _profiles() -> str:
    """An export of all profiles, with what the API server adds."""
    items = "".join(_profile(*row) for row in PROFILES)
    return f'apiVersion: v1\nkind: List\nmetadata:\n  resourceVersion: ""\nitems:\n{items}'


def _profile(
    name: str,
    cpu: tuple[int, int, int],
    memory: tuple[str, str, str],
    accelerator: str | None,
    scheduling: str | None,
) -> str:
    text = f"""\
- apiVersion: infrastructure.opendatahub.io/v1
  kind: HardwareProfile
  metadata:
    annotations:
      opendatahub.io/dashboard-feature-visibility: '[]'
      opendatahub.io/display-name: {name}
    creationTimestamp: "2026-05-11T08:14:02Z"
    generation: 1
    name: {name}
    namespace: {APPLICATIONS}
    resourceVersion: "1309361"
    uid: 6b7cc0ea-52e4-4a40-8a43-a6a1f9a1c111
  spec:
    identifiers:
{_identifier("CPU", "cpu", cpu, "CPU")}\
{_identifier("Memory", "memory", memory, "Memory")}\
"""
    if accelerator:
        text += _identifier("GPU", accelerator, (1, 1, 8), "Accelerator")
    if scheduling == "queue":
        text += "    scheduling:\n      kueue:\n        localQueueName: accelerators\n      type: Queue\n"
    elif scheduling:
        text += f"""\
    scheduling:
      node:
        nodeSelector:
          nvidia.com/gpu.product: {scheduling}
        tolerations:
        - effect: NoSchedule
          key: nvidia.com/gpu
          operator: Exists
      type: Node
"""
    return text


def _identifier(title: str, identifier: str, counts: tuple[object, object, object], kind: str) -> str:
    minimum, default, maximum = counts
    return f"""\
    - defaultCount: {default}
      displayName: {title}
      identifier: {identifier}
      maxCount: {maximum}
      minCount: {minimum}
      resourceType: {kind}
"""


if __name__ == "__main__":
    write_fleet(sys.argv[1], *map(int, sys.argv[2:]))
