"""llm-d: configs and their copies, gateway, parallelism."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.catalog.plain_object import PlainObject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Problems, Where
from servewright.model.deployment import Gateway, Llmd, ModelDeployment, Parallelism
from servewright.resolve.accelerators import accelerators_of
from servewright.resolve.context import Context
from servewright.resolve.decisions import ConfigCopy, HardwareChoice, LlmdChoice, Naming
from servewright.resolve.hardware import profile_path

_PATH: Path = ("spec", "llmd")
# odh-dashboard, maasDeploymentTransformer.ts
MAAS_GATEWAY = Gateway("maas-default-gateway", "openshift-ingress")
# The accelerator that llm-d's own image is built for.
NATIVE_ACCELERATOR = "nvidia.com/gpu"
SINGLE_NODE = "workload-single-node"
_COPY_NAME_LIMIT = 253


def decide_llmd(
    deployment: ModelDeployment, naming: Naming, hardware: HardwareChoice | None, context: Context, problems: Problems
) -> LlmdChoice:
    """The llm-d settings with configs found in the catalog."""
    llmd = deployment.spec.llmd or Llmd()
    base_refs: list[str] = []
    copies: list[ConfigCopy] = []
    reasons: list[str] = []
    topology_ref = None
    if llmd.config and (config := _config(llmd.config, (*_PATH, "config"), naming.namespace, context, problems)):
        copies.append(ConfigCopy(naming.name, config))
        base_refs.append(naming.name)
        reasons.append(
            f"the config `{llmd.config}` is copied as `{naming.name}`; the wizard leaves the scheduler out then"
        )
    if llmd.topology and llmd.topology.config and llmd.topology.config != "default":
        path = (*_PATH, "topology", "config")
        if config := _config(llmd.topology.config, path, naming.namespace, context, problems):
            topology_ref = topology_copy_name(naming.name, llmd.topology.config)
            copies.append(ConfigCopy(topology_ref, config, llmd.topology.type))
            base_refs.append(topology_ref)
            reasons.append(f"the topology config `{llmd.topology.config}` is copied as `{topology_ref}`")
    elif llmd.topology and llmd.topology.type not in ("", SINGLE_NODE) and not llmd.topology.config:
        problems.add(
            codes.MISSING_FIELD,
            f"the topology `{llmd.topology.type}` needs a config",
            (*_PATH, "topology"),
            on="key",
            help="add `config`, an LLMInferenceServiceConfig of the catalog with the label opendatahub.io/config-type of this topology",
        )
    if llmd.routing:
        base_refs.append(llmd.routing)
    base_refs += [name for name in llmd.base_refs if name not in base_refs]
    _check_parallelism(llmd, problems)
    _check_accelerator(llmd, hardware, naming.namespace, context, problems)
    return LlmdChoice(
        tuple(base_refs),
        tuple(copies),
        _gateway(llmd, problems),
        scheduler=llmd.config is None,
        topology_ref=topology_ref,
        prefill_worker=_prefill_worker(llmd),
        reasons=tuple(reasons),
    )


def topology_copy_name(name: str, config: str) -> str:
    """The copy's name as the wizard builds it (odh-dashboard, llmd-serving deployments/topology.ts)."""
    joined = config if config.startswith(f"{name}-") else f"{name}-{config}"
    return joined[:_COPY_NAME_LIMIT].rstrip("-")


def _config(name: str, path: Path, namespace: str, context: Context, problems: Problems) -> PlainObject | None:
    configs = context.catalog.llm_configs
    found = configs.get((namespace, name)) or configs.get((context.applications_namespace, name))
    if found is None:
        from servewright.diagnostics.suggest import did_you_mean

        places = (namespace, context.applications_namespace)
        known = sorted({known for place, known in configs if place in places})
        near = did_you_mean(name, known)
        problems.add(
            codes.LLMD_CONFIG_UNKNOWN,
            f"there is no LLMInferenceServiceConfig `{name}` in the catalog for `{namespace}` or `{context.applications_namespace}`",
            path,
            help=f"did you mean `{near}`?"
            if near
            else f"export it into the catalog: `oc get llminferenceserviceconfig {name} -n {context.applications_namespace} -o yaml`",
        )
        return None
    version = found.body.get("apiVersion")
    if version not in context.release.llm_versions_served:
        problems.add(
            codes.LLMD_NOT_IN_RELEASE,
            f"the LLMInferenceServiceConfig `{name}` is of `{version}`, which {context.release.name} does not serve",
            path,
            help=f"export it from a cluster of {context.release.name}, or name that cluster's release in servewright.yaml",
            notes=(Note("the config", Where(found.where.document, ("apiVersion",))),),
        )
        return None
    return found


def _gateway(llmd: Llmd, problems: Problems) -> tuple[str, str] | None:
    gateway = llmd.gateway
    if llmd.maas:
        if gateway is not None and gateway != MAAS_GATEWAY:
            problems.add(
                codes.FIELD_NOT_HERE,
                "Models-as-a-Service has a gateway of its own",
                (*_PATH, "gateway"),
                on="key",
                help="remove `gateway`, or remove `maas`",
            )
        gateway = MAAS_GATEWAY
    return (gateway.name, gateway.namespace) if gateway else None


def _prefill_worker(llmd: Llmd) -> bool:
    prefill = llmd.prefill
    if prefill is None:
        return False
    if prefill.worker is not None:
        return prefill.worker
    spread = prefill.parallelism
    return llmd.worker and spread is not None and (spread.data is not None or spread.pipeline is not None)


def _check_parallelism(llmd: Llmd, problems: Problems) -> None:
    _check_spread(llmd.parallelism, llmd.worker, (*_PATH, "parallelism"), (*_PATH, "worker"), problems)
    if llmd.prefill is not None:
        prefill = (*_PATH, "prefill")
        _check_spread(llmd.prefill.parallelism, _prefill_worker(llmd), (*prefill, "parallelism"), prefill, problems)


def _check_spread(spread: Parallelism | None, worker: bool, path: Path, worker_path: Path, problems: Problems) -> None:
    """What KServe's validating webhook refuses (llm_inference_service_validation.go), and what it rounds down."""
    data = spread.data if spread else None
    local = spread.data_local if spread else None
    pipeline = spread.pipeline if spread else None
    if worker and data is None and pipeline is None:
        problems.add(
            codes.LLMD_PARALLELISM,
            "a multi-node workload needs `parallelism` with `data` and `dataLocal`, or with `pipeline`",
            worker_path,
            on="key",
            help="add for example `parallelism: {data: 16, dataLocal: 8}`, or remove `worker`",
        )
    if pipeline is not None and (data is not None or local is not None):
        problems.add(
            codes.LLMD_PARALLELISM,
            "`pipeline` cannot be combined with `data` or `dataLocal`",
            (*path, "pipeline"),
            on="key",
            help="keep `pipeline`, or `data` and `dataLocal`",
        )
    elif (data is None) != (local is None):
        problems.add(
            codes.LLMD_PARALLELISM,
            "`data` and `dataLocal` go together",
            (*path, "data" if data is not None else "dataLocal"),
            on="key",
            help="give both: copies in all, and copies per node",
        )
    elif data is not None and local is not None and data % local:
        problems.add(
            codes.LLMD_PARALLELISM,
            f"`data` ({data}) is not a multiple of `dataLocal` ({local}): the controller would round the number of nodes down",
            (*path, "data"),
            help=f"write a multiple of {local}",
        )


def _check_accelerator(
    llmd: Llmd, hardware: HardwareChoice | None, namespace: str, context: Context, problems: Problems
) -> None:
    if hardware is None or llmd.config:
        return
    given = accelerators_of(hardware.requests | hardware.limits, hardware.profile)
    if NATIVE_ACCELERATOR in given:
        return
    accelerator = min(given, default=None)
    fitting = sorted(
        name
        for (place, name), config in context.catalog.llm_configs.items()
        if place in (namespace, context.applications_namespace)
        and (not accelerator or accelerator in keys.json_list(config.annotations.get(keys.RECOMMENDED_ACCELERATORS)))
    )
    problems.add(
        codes.LLMD_ACCELERATOR,
        f"llm-d's own image is for `{NATIVE_ACCELERATOR}`, but the hardware {f'has `{accelerator}`' if accelerator else 'has none'}",
        profile_path(problems.document) if hardware.profile else ("spec", "hardware"),
        help="write " + " or ".join(f"`llmd: {{config: {name}}}`" for name in dict.fromkeys(fitting))
        if fitting
        else "set `llmd.config` to an LLMInferenceServiceConfig for this hardware, or choose another profile",
    )
