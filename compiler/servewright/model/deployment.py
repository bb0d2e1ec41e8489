"""The ModelDeployment document: what a team writes to have a model served."""

from __future__ import annotations

from servewright.hints import Any
from servewright.record import NamedTuple

Quantities = dict[str, str]
KubernetesMap = dict[str, Any]


class Format(NamedTuple):
    """A model format; ``version`` stays out when the runtime lists the name once."""

    name: str = ""
    version: str | None = None


class S3Source(NamedTuple):
    """A path in the bucket of a connection."""

    connection: str = ""
    path: str = ""


class OciSource(NamedTuple):
    """A model image; neither connection nor pull secrets for a public one."""

    image: str = ""
    connection: str | None = None
    pull_secrets: tuple[str, ...] = ()


class UriSource(NamedTuple):
    """A URL, or a connection that holds one."""

    url: str | None = None
    connection: str | None = None


class PvcSource(NamedTuple):
    """A path in a persistent volume claim."""

    claim: str = ""
    path: str = ""


class ModelSource(NamedTuple):
    """Where the model is: exactly one is set."""

    s3: S3Source | None = None
    oci: OciSource | None = None
    uri: UriSource | None = None
    pvc: PvcSource | None = None


class RegisteredModel(NamedTuple):
    """The model registry entry that the model comes from."""

    id: str | None = None
    version_id: str | None = None
    name: str | None = None


class Model(NamedTuple):
    """What is served."""

    type: str = ""
    format: Format | None = None
    served_name: str | None = None
    source: ModelSource = ModelSource()
    registered_model: RegisteredModel | None = None


class Resources(NamedTuple):
    """Quantities by resource name, as written."""

    requests: Quantities = {}  # noqa: RUF012 - never changed
    limits: Quantities = {}  # noqa: RUF012 - never changed


class ProfileReference(NamedTuple):
    """A hardware profile; without a namespace it is looked up in the deployment's, then the applications namespace."""

    name: str = ""
    namespace: str | None = None


class Hardware(NamedTuple):
    """A profile, resources or both."""

    profile: ProfileReference | None = None
    resources: Resources | None = None


class RuntimeReference(NamedTuple):
    """How the runtime is chosen: ``template`` may be auto or llm-d; ``name`` shares the emitted runtime."""

    template: str | None = "auto"
    scope: str | None = None
    name: str | None = None
    existing: str | None = None


class Expose(NamedTuple):
    """How the model is reached from outside."""

    route: bool = False
    timeout_seconds: int | None = None
    return401: bool = False


class Subject(NamedTuple):
    """Who may call the model."""

    kind: str = ""
    name: str = ""
    namespace: str | None = None


class Auth(NamedTuple):
    """Access: tokens to make, and subjects that exist."""

    tokens: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()


class AiAsset(NamedTuple):
    """Publish as an AI asset endpoint."""

    use_case: str | None = None


class EnvVar(NamedTuple):
    """An environment variable: a literal, or a reference."""

    name: str = ""
    value: str | None = None
    value_from: KubernetesMap | None = None


class Pod(NamedTuple):
    """Pod-level settings that reach every workload of the deployment."""

    labels: dict[str, str] = {}  # noqa: RUF012 - never changed
    annotations: dict[str, str] = {}  # noqa: RUF012 - never changed
    service_account_name: str | None = None
    image_pull_secrets: tuple[str, ...] = ()
    node_selector: dict[str, str] = {}  # noqa: RUF012 - never changed
    tolerations: tuple[KubernetesMap, ...] = ()
    affinity: KubernetesMap | None = None
    priority_class_name: str | None = None
    scheduler_name: str | None = None
    volumes: tuple[KubernetesMap, ...] = ()


class Container(NamedTuple):
    """Settings of the model's container in every workload."""

    image: str | None = None
    volume_mounts: tuple[KubernetesMap, ...] = ()
    startup_probe: KubernetesMap | None = None
    readiness_probe: KubernetesMap | None = None
    liveness_probe: KubernetesMap | None = None
    security_context: KubernetesMap | None = None
    lifecycle: KubernetesMap | None = None


class Parallelism(NamedTuple):
    """How a model is spread over accelerators and nodes."""

    tensor: int | None = None
    data: int | None = None
    data_local: int | None = None
    pipeline: int | None = None
    expert: bool | None = None


class Prefill(NamedTuple):
    """The prefill side of a disaggregated deployment."""

    replicas: int = 1
    parallelism: Parallelism | None = None
    resources: Resources | None = None
    worker: bool | None = None


class Gateway(NamedTuple):
    """A Gateway."""

    name: str = ""
    namespace: str = ""


class Topology(NamedTuple):
    """An llm-d topology, and the config that describes it."""

    type: str = ""
    config: str | None = None


class Llmd(NamedTuple):
    """Settings of the llm-d runtime."""

    gateway: Gateway | None = None
    maas: bool = False
    parallelism: Parallelism | None = None
    prefill: Prefill | None = None
    worker: bool = False
    config: str | None = None
    topology: Topology | None = None
    routing: str | None = None
    base_refs: tuple[str, ...] = ()


class DeploymentSpec(NamedTuple):
    """``spec`` of a ModelDeployment."""

    display_name: str | None = None
    description: str | None = None
    stopped: bool = False
    model: Model = Model()
    hardware: Hardware = Hardware()
    runtime: RuntimeReference = RuntimeReference()
    replicas: int = 1
    strategy: str | None = None
    expose: Expose | None = None
    auth: Auth = Auth()
    ai_asset: AiAsset | None = None
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    pod: Pod = Pod()
    container: Container = Container()
    llmd: Llmd | None = None


class DeploymentMetadata(NamedTuple):
    """``metadata`` of a ModelDeployment."""

    name: str | None = None
    namespace: str = ""
    labels: dict[str, str] = {}  # noqa: RUF012 - never changed
    annotations: dict[str, str] = {}  # noqa: RUF012 - never changed


class ModelDeployment(NamedTuple):
    """A deployment spec."""

    metadata: DeploymentMetadata = DeploymentMetadata()
    spec: DeploymentSpec = DeploymentSpec()
