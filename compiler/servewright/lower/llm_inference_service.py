"""LLMInferenceService: the llm-d path.

No webhook touches worker and prefill workloads, so profile, connection, environment, service account and pull
secrets are written into every one of them.
"""

from __future__ import annotations

from servewright.hints import Any
from servewright.lower.environment import environment
from servewright.lower.fields import (
    CONNECTION,
    RESOURCES,
    Object,
    Row,
    annotation,
    build,
    drift_free,
    from_spec,
    platform,
)
from servewright.lower.inference_service import container_fields
from servewright.lower.service_metadata import metadata_rows
from servewright.model.deployment import Llmd, Parallelism
from servewright.model.omit_empty import omit_empty
from servewright.resolve.arguments import LLMD_ARGUMENTS
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

KIND = "LLMInferenceService"
CONTAINER = "main"
# Stops all old pods first and starts none beside them: Recreate's effect in the terms that the field has.
RECREATE = {"maxSurge": 0, "maxUnavailable": "100%"}

_TOPOLOGY_TYPE = annotation("opendatahub.io/topology-type")
_TOPOLOGY_REF = annotation("opendatahub.io/topology-config-ref")
_ROUTING_REF = annotation("opendatahub.io/routing-config-ref")
_MAAS_TIERS = annotation("alpha.maas.opendatahub.io/tiers")
_FROM_TOPOLOGY = from_spec("spec.llmd.topology")
_FROM_ROUTING = from_spec("spec.llmd.routing")
_FROM_SERVED = from_spec("spec.model.servedName")
_FROM_REPLICAS = from_spec("spec.replicas")
_FROM_PARALLELISM = from_spec("spec.llmd.parallelism")
_FROM_PREFILL = from_spec("spec.llmd.prefill")
_FROM_WORKER = from_spec("spec.llmd.worker")
_FROM_BASE_REFS = from_spec("spec.llmd.baseRefs", "the configs that the service is merged over")
_FROM_GATEWAY = from_spec("spec.llmd.gateway")
_FROM_MAAS = from_spec("spec.llmd.maas", "published to every tier of Models-as-a-Service")
_FROM_POD = from_spec("spec.pod")
_ROUTER = platform("an empty part means the platform's default for it")
_ALWAYS_RECREATE = drift_free("llm-d is always Recreate: all old pods stop first, none is started beside them")


def lower(decisions: Decisions, context: Context) -> Object:
    """The LLMInferenceService of a deployment."""
    spec, naming, choice = decisions.deployment.spec, decisions.naming, decisions.llmd
    llmd = spec.llmd or Llmd()
    rollout = RECREATE if context.release.has("llm-rollout-strategy") else None
    workload = _pod_template(decisions, decisions.hardware.requests, decisions.hardware.limits)
    gateway = {"refs": [dict(zip(("name", "namespace"), choice.gateway, strict=True))]} if choice.gateway else {}
    rows: list[Row] = [
        *metadata_rows(decisions),
        (_TOPOLOGY_TYPE, llmd.topology.type if llmd.topology else None, _FROM_TOPOLOGY),
        (_TOPOLOGY_REF, choice.topology_ref, _FROM_TOPOLOGY),
        (_ROUTING_REF, llmd.routing, _FROM_ROUTING),
        # odh-dashboard of that release, modelAvailabilityField: an empty list is every tier.
        (_MAAS_TIERS, "[]" if llmd.maas and context.release.has("maas-tiers") else None, _FROM_MAAS),
        (("spec", "model", "name"), spec.model.served_name or naming.name, _FROM_SERVED),
        (("spec", "model", "uri"), decisions.source.uri, CONNECTION),
        (("spec", "replicas"), spec.replicas, _FROM_REPLICAS),
        (("spec", "parallelism"), _parallelism(llmd.parallelism), _FROM_PARALLELISM),
        (("spec", "router", "route"), {}, _ROUTER),
        (("spec", "router", "gateway"), gateway, _FROM_GATEWAY if choice.gateway else _ROUTER),
        (("spec", "router", "scheduler"), {} if choice.scheduler else None, _ROUTER),
        (("spec", "labels"), spec.pod.labels or None, _FROM_POD),
        (("spec", "annotations"), spec.pod.annotations or None, _FROM_POD),
        (("spec", "template"), workload, RESOURCES),
        (("spec", "worker"), workload if llmd.worker else None, _FROM_WORKER),
        (("spec", "rolloutStrategy"), rollout, _ALWAYS_RECREATE),
        (("spec", "baseRefs"), [{"name": name} for name in choice.base_refs] or None, _FROM_BASE_REFS),
    ]
    if llmd.prefill is not None:
        requests, limits = decisions.hardware.prefill or (decisions.hardware.requests, decisions.hardware.limits)
        prefill = _pod_template(decisions, requests, limits) if decisions.hardware.prefill else workload
        rows += [
            (("spec", "prefill", "replicas"), llmd.prefill.replicas, _FROM_PREFILL),
            (("spec", "prefill", "parallelism"), _parallelism(llmd.prefill.parallelism), _FROM_PREFILL),
            (("spec", "prefill", "labels"), spec.pod.labels or None, _FROM_POD),
            (("spec", "prefill", "annotations"), spec.pod.annotations or None, _FROM_POD),
            (("spec", "prefill", "template"), prefill, _FROM_PREFILL),
            (("spec", "prefill", "worker"), prefill if choice.prefill_worker else None, _FROM_PREFILL),
            (("spec", "prefill", "rolloutStrategy"), rollout, _ALWAYS_RECREATE),
        ]
    return build(context.release.llm_api_version, KIND, rows)


def _parallelism(wanted: Parallelism | None) -> dict[str, Any] | None:
    if wanted is None:
        return None
    given = {
        "tensor": wanted.tensor,
        "data": wanted.data,
        "dataLocal": wanted.data_local,
        "pipeline": wanted.pipeline,
        "expert": wanted.expert or None,  # the typed webhooks drop `false`
    }
    return {name: value for name, value in given.items() if value is not None} or None


def _pod_template(decisions: Decisions, requests: dict[str, str], limits: dict[str, str]) -> dict[str, Any]:
    """A workload's pod: the container ``main``, and what profile, connection and spec say about the pod."""
    spec, hardware, source = decisions.deployment.spec, decisions.hardware, decisions.source
    pod = spec.pod
    resources: dict[str, Any] = {}
    if requests:
        resources["requests"] = requests
    if limits:
        resources["limits"] = limits
    # A listed container without `resources` would get `{}` on write: a difference inside a list.
    container: dict[str, Any] = {"name": CONTAINER, "resources": resources, **container_fields(spec.container)}
    env = environment(spec.env)
    if decisions.args and all(variable["name"] != LLMD_ARGUMENTS for variable in env):  # both were refused
        env.append({"name": LLMD_ARGUMENTS, "value": " ".join(decisions.args)})
    if env:
        container["env"] = env
    pull_secrets = [*source.pull_secrets, *(name for name in pod.image_pull_secrets if name not in source.pull_secrets)]
    template = {
        "containers": [container],
        "serviceAccountName": pod.service_account_name or source.service_account,
        "imagePullSecrets": [{"name": name} for name in pull_secrets],
        "nodeSelector": hardware.node_selector,
        "tolerations": list(hardware.tolerations),
        "priorityClassName": pod.priority_class_name,
        "schedulerName": pod.scheduler_name,
        "volumes": list(omit_empty(pod.volumes, "volumes")),
    }
    template = {name: value for name, value in template.items() if value}
    if pod.affinity is not None:
        template["affinity"] = omit_empty(pod.affinity, "affinity")
    return template
