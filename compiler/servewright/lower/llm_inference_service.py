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
    Body,
    Object,
    Row,
    annotation,
    drift_free,
    from_spec,
    given,
    platform,
)
from servewright.lower.inference_service import container_fields
from servewright.lower.service_metadata import ROWS, service_metadata
from servewright.model.deployment import Llmd, Parallelism
from servewright.model.omit_empty import omit_empty
from servewright.resolve.arguments import LLMD_ARGUMENTS
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions

KIND = "LLMInferenceService"
CONTAINER = "main"
# Stops all old pods first and starts none beside them: Recreate's effect in the terms that the field has.
RECREATE = {"maxSurge": 0, "maxUnavailable": "100%"}

_TOPOLOGY_TYPE = "opendatahub.io/topology-type"
_TOPOLOGY_REF = "opendatahub.io/topology-config-ref"
_ROUTING_REF = "opendatahub.io/routing-config-ref"
_MAAS_TIERS = "alpha.maas.opendatahub.io/tiers"
_FROM_PREFILL = from_spec("spec.llmd.prefill")
_FROM_POD = from_spec("spec.pod")
_BY_DEFAULT = platform("an empty part means the platform's default for it")
_ALWAYS_RECREATE = drift_free("llm-d is always Recreate: all old pods stop first, none is started beside them")
_PREFILL = ("spec", "prefill")
_ROWS: tuple[Row, ...] = (
    *ROWS,
    (annotation(_TOPOLOGY_TYPE), from_spec("spec.llmd.topology")),
    (annotation(_TOPOLOGY_REF), from_spec("spec.llmd.topology")),
    (annotation(_ROUTING_REF), from_spec("spec.llmd.routing")),
    (annotation(_MAAS_TIERS), from_spec("spec.llmd.maas", "published to every tier of Models-as-a-Service")),
    (("spec", "model", "name"), from_spec("spec.model.servedName")),
    (("spec", "model", "uri"), CONNECTION),
    (("spec", "replicas"), from_spec("spec.replicas")),
    (("spec", "parallelism"), from_spec("spec.llmd.parallelism")),
    (("spec", "router", "route"), _BY_DEFAULT),
    (("spec", "router", "gateway"), _BY_DEFAULT),
    (("spec", "router", "scheduler"), _BY_DEFAULT),
    (("spec", "labels"), _FROM_POD),
    (("spec", "annotations"), _FROM_POD),
    (("spec", "template"), RESOURCES),
    (("spec", "worker"), from_spec("spec.llmd.worker")),
    (("spec", "rolloutStrategy"), _ALWAYS_RECREATE),
    (("spec", "baseRefs"), from_spec("spec.llmd.baseRefs", "the configs that the service is merged over")),
    *(((*_PREFILL, name), _FROM_PREFILL) for name in ("replicas", "parallelism", "template", "worker")),
    ((*_PREFILL, "labels"), _FROM_POD),
    ((*_PREFILL, "annotations"), _FROM_POD),
    ((*_PREFILL, "rolloutStrategy"), _ALWAYS_RECREATE),
)
_GATEWAY: Row = (("spec", "router", "gateway"), from_spec("spec.llmd.gateway"))


def lower(decisions: Decisions, context: Context) -> Object:
    """The LLMInferenceService of a deployment."""
    spec, naming, choice = decisions.deployment.spec, decisions.naming, decisions.llmd
    llmd = spec.llmd or Llmd()
    rollout = RECREATE if context.release.has("llm-rollout-strategy") else None
    workload = _pod_template(decisions, decisions.hardware.requests, decisions.hardware.limits)
    gateway = {"refs": [dict(zip(("name", "namespace"), choice.gateway, strict=True))]} if choice.gateway else {}
    labels, annotations, own = service_metadata(decisions)
    annotations |= given(
        {
            _TOPOLOGY_TYPE: llmd.topology.type if llmd.topology else None,
            _TOPOLOGY_REF: choice.topology_ref,
            _ROUTING_REF: llmd.routing,
            # odh-dashboard of that release, modelAvailabilityField: an empty list is every tier.
            _MAAS_TIERS: "[]" if llmd.maas and context.release.has("maas-tiers") else None,
        }
    )
    service = {
        "model": given({"name": spec.model.served_name or naming.name, "uri": decisions.source.uri}),
        "replicas": spec.replicas,
        "parallelism": _parallelism(llmd.parallelism),
        "router": given({"route": {}, "gateway": gateway, "scheduler": {} if choice.scheduler else None}),
        "labels": spec.pod.labels or None,
        "annotations": spec.pod.annotations or None,
        "template": workload,
        "worker": workload if llmd.worker else None,
        "rolloutStrategy": rollout,
        "baseRefs": [{"name": name} for name in choice.base_refs] or None,
    }
    if llmd.prefill is not None:
        requests, limits = decisions.hardware.prefill or (decisions.hardware.requests, decisions.hardware.limits)
        prefill = _pod_template(decisions, requests, limits) if decisions.hardware.prefill else workload
        service["prefill"] = given(
            {
                "replicas": llmd.prefill.replicas,
                "parallelism": _parallelism(llmd.prefill.parallelism),
                "labels": spec.pod.labels or None,
                "annotations": spec.pod.annotations or None,
                "template": prefill,
                "worker": prefill if choice.prefill_worker else None,
                "rolloutStrategy": rollout,
            }
        )
    body: Body = {
        "apiVersion": context.release.llm_api_version,
        "kind": KIND,
        "metadata": {
            "name": naming.name,
            "namespace": naming.namespace,
            "labels": labels,
            "annotations": annotations,
        },
        "spec": given(service),
    }
    return Object(body, (*_ROWS, _GATEWAY, *own) if choice.gateway else (*_ROWS, *own))


def _parallelism(wanted: Parallelism | None) -> dict[str, Any] | None:
    if wanted is None:
        return None
    fields = {
        "tensor": wanted.tensor,
        "data": wanted.data,
        "dataLocal": wanted.data_local,
        "pipeline": wanted.pipeline,
        "expert": wanted.expert or None,  # the typed webhooks drop `false`
    }
    return given(fields) or None


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
