"""A small fleet, as a team would keep it: the repository that the tests explain."""

from __future__ import annotations

from servewright import Compilation, Repository, compile_repository

FLEET = {
    "servewright.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: Project
metadata:
  name: acme-models
spec:
  platform: {name: openshift-ai, version: "3.4"}
  gitops: {engine: argocd}
  images:
    ovms-image: registry.example.com/rhoai/odh-openvino-model-server-rhel9@sha256:1111111111111111111111111111111111111111111111111111111111111111
    mlserver-image: registry.example.com/rhoai/odh-mlserver-rhel9@sha256:2222222222222222222222222222222222222222222222222222222222222222
    vllm-cuda-image: registry.example.com/rhaiis/vllm-cuda-rhel9@sha256:3333333333333333333333333333333333333333333333333333333333333333
    vllm-rocm-image: registry.example.com/rhaiis/vllm-rocm-rhel9@sha256:4444444444444444444444444444444444444444444444444444444444444444
    vllm-spyre-image: registry.example.com/rhaiis/vllm-spyre-rhel9@sha256:5555555555555555555555555555555555555555555555555555555555555555
""",
    "catalog/hardware-profiles.yaml": """\
apiVersion: v1
kind: List
items:
- apiVersion: infrastructure.opendatahub.io/v1
  kind: HardwareProfile
  metadata:
    name: default-profile
    namespace: redhat-ods-applications
    annotations:
      opendatahub.io/display-name: Default
  spec:
    identifiers:
    - {identifier: cpu, resourceType: CPU, minCount: 1, defaultCount: 2, maxCount: 4}
    - {identifier: memory, resourceType: Memory, minCount: 2Gi, defaultCount: 4Gi, maxCount: 8Gi}
- apiVersion: infrastructure.opendatahub.io/v1
  kind: HardwareProfile
  metadata:
    name: nvidia-a100
    namespace: redhat-ods-applications
    annotations:
      opendatahub.io/display-name: NVIDIA A100
  spec:
    identifiers:
    - {identifier: cpu, resourceType: CPU, minCount: 2, defaultCount: 8, maxCount: 32}
    - {identifier: memory, resourceType: Memory, minCount: 16Gi, defaultCount: 64Gi, maxCount: 512Gi}
    - {identifier: nvidia.com/gpu, resourceType: Accelerator, minCount: 1, defaultCount: 1, maxCount: 8}
    scheduling:
      node:
        nodeSelector:
          nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB
        tolerations:
        - effect: NoSchedule
          key: nvidia.com/gpu
          operator: Exists
      type: Node
- apiVersion: infrastructure.opendatahub.io/v1
  kind: HardwareProfile
  metadata:
    name: amd-mi300x
    namespace: redhat-ods-applications
    annotations:
      opendatahub.io/display-name: AMD MI300X, queued
  spec:
    identifiers:
    - {identifier: cpu, resourceType: CPU, minCount: 4, defaultCount: 8, maxCount: 64}
    - {identifier: memory, resourceType: Memory, minCount: 32Gi, defaultCount: 96Gi, maxCount: 768Gi}
    - {identifier: amd.com/gpu, resourceType: Accelerator, minCount: 1, defaultCount: 1, maxCount: 8}
    scheduling:
      kueue:
        localQueueName: amd-queue
      type: Queue
""",
    "catalog/dashboard.yaml": """\
apiVersion: opendatahub.io/v1alpha
kind: OdhDashboardConfig
metadata: {name: odh-dashboard-config, namespace: redhat-ods-applications}
spec:
  modelServing: {deploymentStrategy: rolling}
""",
    "catalog/namespaces.yaml": """\
apiVersion: v1
kind: Namespace
metadata:
  name: vision
  labels:
    opendatahub.io/dashboard: "true"
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: gpus
  namespace: chat
spec:
  hard:
    requests.nvidia.com/gpu: "16"
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: models
  namespace: tabular
spec:
  accessModes: [ReadWriteMany]
  resources:
    requests:
      storage: 50Gi
---
apiVersion: v1
kind: Secret
metadata:
  name: registry-pull
  namespace: chat
  labels:
    opendatahub.io/dashboard: "true"
  annotations:
    opendatahub.io/connection-type-protocol: oci
    openshift.io/display-name: Team registry
type: kubernetes.io/dockerconfigjson
""",
    "deployments/chat/connections.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: llm-s3, namespace: chat}
spec:
  displayName: LLM weights
  s3: {endpoint: "https://s3.example.com", bucket: llm-weights}
---
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: quay-models, namespace: chat}
spec:
  displayName: Model images
  oci: {registry: quay.io/acme}
  secret:
    external:
      store: {kind: SecretStore, name: team-vault}
      refreshInterval: 15m
      keys:
        .dockerconfigjson: {key: registries/quay, property: dockerconfigjson}
""",
    "deployments/chat/granite.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: granite-31-8b, namespace: chat}
spec:
  displayName: Granite 3.1 8B
  description: Chat model
  model:
    type: generative
    source:
      oci: {image: "oci://quay.io/acme/granite-3.1-8b-instruct:1.0", connection: quay-models}
  hardware: {profile: nvidia-a100}
  replicas: 2
  strategy: Recreate
  expose: {route: true, timeoutSeconds: 600, return401: true}
  auth: {tokens: [default-token, CI Bot]}
  aiAsset: {useCase: chat}
  args:
  - --max-model-len=8192
  - --enable-auto-tool-choice
  - --tool-call-parser=granite
  env:
  - {name: VLLM_LOGGING_LEVEL, value: INFO}
  - {name: HF_TOKEN, valueFrom: {secretKeyRef: {name: hugging-face, key: token}}}
""",
    "deployments/chat/llama.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: llama-70b, namespace: chat}
spec:
  displayName: Llama 3.3 70B
  model:
    type: generative
    source:
      s3: {connection: llm-s3, path: llama/3.3-70b-instruct}
  hardware:
    profile: nvidia-a100
    resources:
      requests: {nvidia.com/gpu: "4", memory: 256Gi}
  runtime: llm-d
  llmd:
    maas: true
    parallelism: {tensor: 4}
    prefill:
      replicas: 2
      parallelism: {tensor: 2}
      resources: {requests: {nvidia.com/gpu: "2"}}
""",
    "deployments/chat/mixtral-amd.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: mixtral, namespace: chat}
spec:
  displayName: Mixtral 8x7B
  model:
    type: generative
    source:
      oci: {image: "oci://quay.io/acme/mixtral-8x7b:2.1", connection: registry-pull}
  hardware:
    profile: amd-mi300x
    resources: {limits: {amd.com/gpu: "2"}, requests: {amd.com/gpu: "2"}}
  args:
  - --tensor-parallel-size=2
""",
    "deployments/chat/qwen.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: qwen-7b, namespace: chat}
spec:
  displayName: Qwen2.5 7B
  model:
    type: generative
    servedName: Qwen/Qwen2.5-7B-Instruct
    source:
      uri: {url: "hf://Qwen/Qwen2.5-7B-Instruct"}
  hardware: {profile: nvidia-a100}
  runtime: llm-d
  replicas: 2
  auth: {tokens: [default-token]}
  args:
  - --max-model-len=16384
""",
    "deployments/tabular/churn.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: churn, namespace: tabular}
spec:
  displayName: Churn risk
  model:
    type: predictive
    format: {name: xgboost, version: "2"}
    source:
      pvc: {claim: models, path: churn/2026-10}
  hardware: {profile: default-profile}
  env:
  - {name: MLSERVER_MODEL_URI, value: /mnt/models/churn-2026-10.ubj}
  auth:
    subjects:
    - {kind: ServiceAccount, name: crm, namespace: sales}
""",
    "deployments/tabular/iris.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: iris, namespace: tabular}
spec:
  displayName: Iris
  description: The flower classifier of the onboarding course
  model:
    type: predictive
    format: {name: sklearn, version: "1"}
    source:
      pvc: {claim: models, path: iris/v1}
  hardware: {profile: default-profile}
""",
    "deployments/vision/connections.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: vision-s3, namespace: vision}
spec:
  displayName: Vision models
  s3: {endpoint: "https://s3.example.com", bucket: vision-models, region: eu-central-1}
  secret:
    external:
      store: {kind: ClusterSecretStore, name: vault}
      keys:
        AWS_ACCESS_KEY_ID: {key: models/vision, property: access_key_id}
        AWS_SECRET_ACCESS_KEY: {key: models/vision, property: secret_access_key}
""",
    "deployments/vision/segmentation.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata:
  name: segmentation
  namespace: vision
  labels: {team: vision}
spec:
  displayName: Part segmentation
  model:
    type: predictive
    format: {name: openvino_ir, version: opset13}
    source:
      s3: {connection: vision-s3, path: segmentation/7}
    registeredModel: {id: "12", versionId: "7", name: segmentation}
  hardware:
    profile: default-profile
    resources: {requests: {cpu: 1500m}, limits: {cpu: "3"}}
  replicas: 2
""",
    "deployments/vision/oci-documentation.yaml": """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: sample-isvc-using-oci, namespace: oci-model-example}
spec:
  model:
    type: predictive
    format: {name: onnx}
    source:
      oci: {image: "oci://quay.io/example/oci-model:1.0"}
  hardware:
    resources: {requests: {memory: 500Mi, cpu: 100m}, limits: {memory: 4Gi, cpu: 500m}}
  runtime: {template: kserve-ovms, name: kserve-ovms}
---
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: sample-isvc-using-private-oci, namespace: oci-model-example}
spec:
  model:
    type: predictive
    format: {name: onnx}
    source:
      oci: {image: "oci://quay.io/example/private-oci-model:1.0", pullSecrets: [quay-pull-secret]}
  hardware:
    resources: {requests: {memory: 500Mi, cpu: 100m}, limits: {memory: 4Gi, cpu: 500m}}
  runtime: {template: kserve-ovms, name: kserve-ovms}
""",
}


def compiled(files: dict[str, str] | None = None) -> Compilation:
    """The fleet, compiled, with these files added or replaced."""
    return compile_repository(Repository.of({**FLEET, **(files or {})}))


def model(name: str, body: str, namespace: str = "lab") -> str:
    """A ModelDeployment with a spec."""
    head = "apiVersion: servewright.dev/v1alpha1\nkind: ModelDeployment\n"
    return f"{head}metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n{body}"
