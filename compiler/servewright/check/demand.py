"""What a deployment's workloads need, in plain numbers: replicas, pods of each, and pods beside them in a rollout."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.hints import Any
from servewright.lower.fields import Object
from servewright.model.deployment import Llmd, Parallelism
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions, SourceChoice

# How KServe attaches a model (pkg/utils/storage.go, llmisvc/workload_storage.go); everything else it downloads.
_BY_SCHEME = {"pvc": "mount", "oci": "image", "oci+native": "mount", "oci+fetch": "mount"}


class Workload(NamedTuple):
    """Pods of one kind: ``extra`` replicas run beside the old ones while a change rolls out.

    ``requests`` and ``limits`` are those of the model's container.
    """

    name: str
    replicas: int
    pods_per_replica: int
    extra: int
    requests: dict[str, str]
    limits: dict[str, str]


class Demand(NamedTuple):
    """What a deployment needs of its namespace, before anything is known about quotas.

    ``storage`` is how the model gets into the pods: ``download``, ``image`` or ``mount``. ``open`` says that configs
    of the cluster may add to what the model's container gets.
    """

    workloads: tuple[Workload, ...]
    llmd: bool
    stopped: bool
    storage: str
    scheduler: bool
    priority_class: str | None
    affinity: dict[str, Any] | None
    open: bool


def demand_of(decisions: Decisions, objects: Iterable[Object]) -> Demand:
    """The demand of a deployment; its ``objects`` say how llm-d replaces pods in this release."""
    spec, runtime = decisions.deployment.spec, decisions.runtime
    rolls = runtime.llmd and not any(
        "rolloutStrategy" in item.body["spec"] for item in objects if item.body["kind"] == "LLMInferenceService"
    )
    return Demand(
        workloads_of(decisions, rolls),
        runtime.llmd,
        spec.stopped,
        storage_of(decisions.source),
        runtime.llmd and decisions.llmd.scheduler,
        spec.pod.priority_class_name,
        spec.pod.affinity,
        bool(decisions.llmd.base_refs),
    )


def workloads_of(decisions: Decisions, llmd_rolls: bool) -> tuple[Workload, ...]:
    """The workloads as if the model ran. ``llmd_rolls``: llm-d updates them as Kubernetes does by default.

    Facts: a Deployment's RollingUpdate has 25 % surge, rounded up, and 25 % unavailable, rounded down (KServe's
    deployment_reconciler.go; of llm-d, which sets nothing, the defaults of Kubernetes). A LeaderWorkerSet replaces one
    replica after the other and starts none beside them (llmisvc/workload_multi_node.go).
    """
    spec, hardware = decisions.deployment.spec, decisions.hardware
    main = (hardware.requests, hardware.limits)
    if not decisions.runtime.llmd:
        extra = surge(spec.replicas) if decisions.strategy.type == "RollingUpdate" else 0
        return (Workload("predictor", spec.replicas, 1, extra, *main),)
    llmd = spec.llmd or Llmd()

    def workload(
        name: str,
        replicas: int,
        several: bool,
        spread: Parallelism | None,
        resources: tuple[dict[str, str], dict[str, str]],
    ) -> Workload:
        extra = surge(replicas) if llmd_rolls and not several else 0
        return Workload(name, replicas, nodes_of(spread) if several else 1, extra, *resources)

    prefill = llmd.prefill
    workloads = [workload("decode" if prefill else "main", spec.replicas, llmd.worker, llmd.parallelism, main)]
    if prefill is not None:
        own = hardware.prefill or main
        worker = decisions.llmd.prefill_worker
        workloads.append(workload("prefill", prefill.replicas, worker, prefill.parallelism, own))
    return tuple(workloads)


def surge(replicas: int) -> int:
    """Extra pods of a rolling update: 25 % of the replicas, rounded up."""
    return -(-replicas // 4)


def spared(replicas: int) -> int:
    """Pods that a rolling update may do without: 25 % of the replicas, rounded down."""
    return replicas // 4


def nodes_of(spread: Parallelism | None) -> int:
    """Nodes of a replica: the pipeline's stages, or as many as hold all copies of the model."""
    if spread is None:
        return 1
    if spread.pipeline is not None:
        return spread.pipeline
    return spread.data // spread.data_local if spread.data and spread.data_local else 1


def storage_of(source: SourceChoice) -> str:
    """How the model gets into the pods: ``download``, ``image`` or ``mount``."""
    scheme = (source.uri or "s3").partition("://")[0]
    return _BY_SCHEME.get(scheme, "download")
