"""What a chosen ServingRuntime must be and have, or KServe would never get the model ready."""

from __future__ import annotations

from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Problems, Where
from servewright.model.deployment import Hardware, ModelDeployment
from servewright.model.names import is_dns_label
from servewright.resolve.accelerators import accelerators_of
from servewright.resolve.candidates import templates_for
from servewright.resolve.context import Context
from servewright.resolve.decisions import RuntimeChoice
from servewright.resolve.runtime_place import runtime_place

# The name becomes a Service port's (<name>-metrics), and those have at most 63 characters.
RUNTIME_NAME_LIMIT = 55
# KServe defaults the protocol of these formats; all others take the runtime's own.
PROTOCOL_BY_FORMAT = {"vLLM": "v2", "triton": "v2"}


def check_runtime(
    choice: RuntimeChoice,
    deployment: ModelDeployment,
    profile: HardwareProfile | None,
    context: Context,
    problems: Problems,
) -> bool:
    """Whether the deployment can go on with the choice; everything wrong with it is reported."""
    runtime = choice.runtime
    if choice.kind == "existing" and runtime is None:
        return True  # another deployment may emit it; that is checked when all are known
    path, on = runtime_place(problems.document, "template", "existing")
    if runtime is None:
        problems.add(
            codes.RUNTIME_INVALID,
            f"the template `{choice.template}` does not hold a usable ServingRuntime",
            path,
            on=on,
            help="correct `objects[0]` of the Template, or choose another template",
        )
        return False
    before = len(problems.findings)
    check_usable(choice, runtime, deployment.metadata.namespace, context, problems)
    if not is_dns_label(choice.name or "x") or len(choice.name) > RUNTIME_NAME_LIMIT:
        name_path, name_on = runtime_place(problems.document, "name", "existing")
        problems.add(
            codes.NAME_INVALID,
            f"a ServingRuntime's name has at most {RUNTIME_NAME_LIMIT} lower-case letters, digits and `-`: a Service port is named after it",
            name_path,
            on=name_on,
            help="write a shorter, plain name",
        )
    failed = any(finding.rule.severity == "error" for finding in problems.findings[before:])
    _warn(choice, runtime, deployment, profile, context, problems)
    return not failed


def check_usable(
    choice: RuntimeChoice, runtime: ServingRuntime, namespace: str, context: Context, problems: Problems
) -> None:
    """Report what keeps KServe from serving the choice's format with ``runtime``."""
    path, on = runtime_place(problems.document, "template", "existing")
    _check_format(choice, runtime, namespace, context, problems)
    for applies, rule, inside, message, help_text in (
        (
            runtime.disabled,
            codes.RUNTIME_DISABLED,
            "disabled",
            "is disabled",
            "remove `disabled: true` from the runtime's spec, or choose another runtime",
        ),
        (
            "kserve-container" not in runtime.containers,
            codes.RUNTIME_INVALID,
            "containers",
            "has no container named `kserve-container`",
            "give its container that name, or choose another runtime",
        ),
        (
            runtime.multi_node and choice.kind == "template",
            codes.RUNTIME_INVALID,
            "workerSpec",
            "is for multi-node serving, which an InferenceService made from a spec has no workers for",
            "use llm-d for several nodes: `runtime: llm-d` with `llmd: {worker: true}`",
        ),
        (
            runtime.multi_model,
            codes.RUNTIME_INVALID,
            "multiModel",
            "is for multi-model serving",
            "remove `multiModel: true` from the runtime's spec, or choose another runtime",
        ),
    ):
        if applies:
            notes = _note(runtime, ("spec", inside))
            problems.add(rule, f"the runtime `{runtime.name}` {message}", path, on=on, help=help_text, notes=notes)
    protocol = PROTOCOL_BY_FORMAT.get(choice.format.name)
    if protocol and runtime.protocols and protocol not in runtime.protocols:
        problems.add(
            codes.RUNTIME_PROTOCOL,
            f"the runtime `{runtime.name}` speaks `{'`, `'.join(runtime.protocols)}`, but for the format `{choice.format.name}` KServe asks for `{protocol}`",
            path,
            on=on,
            help=f"add `{protocol}` to its `protocolVersions` if it speaks that, or choose another runtime",
            notes=_note(runtime, ("spec", "protocolVersions")),
        )


def _note(runtime: ServingRuntime, path: Path) -> tuple[Note, ...]:
    """A note that shows ``path`` of the runtime, when the runtime is (in) a document of the repository."""
    if runtime.where is None:
        return ()
    document = runtime.where.document
    inside: Path = ("objects", 0) if document.data.get("kind") == "Template" else ()
    return (Note("the runtime", Where(document, (*inside, *path), "key")),)


def _check_format(
    choice: RuntimeChoice, runtime: ServingRuntime, namespace: str, context: Context, problems: Problems
) -> None:
    wanted = choice.format
    named = [entry for entry in runtime.formats if entry.name == wanted.name]
    if runtime.serves(wanted.name, wanted.version):
        return
    given = problems.document.data["spec"]
    model = given.get("model") if isinstance(given, dict) else None
    path, on = runtime_place(problems.document, "template", "existing")
    if isinstance(model, dict) and "format" in model:
        path, on = ("spec", "model", "format", "version" if named and wanted.version else "name"), "value"
    versions = sorted({entry.version for entry in named if entry.version})
    if named and wanted.version is None:
        choices = " or ".join(f'`version: "{version}"`' for version in versions)
        problems.add(
            codes.FORMAT_VERSION_NEEDED,
            f"the runtime `{runtime.name}` lists `{wanted.name}` {len(named)} times, and no version is given",
            path,
            on=on,
            help=f"add {choices}",
        )
        return
    version = f" {wanted.version}" if wanted.version else ""
    listing = ", ".join(dict.fromkeys(f"{entry.name} {entry.version or ''}".strip() for entry in runtime.formats))
    serving = dict.fromkeys(
        f"`runtime: {item.name}`"
        for item in templates_for(namespace, context)
        if item.runtime and item.runtime.serves(wanted.name, wanted.version)
    )
    help_text = (
        f"choose {' or '.join(serving)}; " if serving else "choose another runtime; "
    ) + f"this one serves {listing}"
    if versions:
        help_text = "write " + " or ".join(f'`version: "{item}"`' for item in versions)
    elif named:
        help_text = "leave the version out"
    problems.add(
        codes.RUNTIME_FORMAT_MISMATCH,
        f"the runtime `{runtime.name}` does not serve `{wanted.name}`{version}",
        path,
        on=on,
        help=help_text,
        notes=_note(runtime, ("spec", "supportedModelFormats")),
    )


def _hardware_known(deployment: ModelDeployment, profile: HardwareProfile | None) -> bool:
    """False where the hardware, or the profile that it names, could not be used (reported): nothing goes by it."""
    hardware = deployment.spec.hardware
    return hardware != Hardware() and (hardware.profile is None or profile is not None)


def _warn(
    choice: RuntimeChoice,
    runtime: ServingRuntime,
    deployment: ModelDeployment,
    profile: HardwareProfile | None,
    context: Context,
    problems: Problems,
) -> None:
    path, on = runtime_place(problems.document, "template", "existing")
    wanted = deployment.spec.hardware.resources
    given = accelerators_of((*wanted.requests, *wanted.limits) if wanted else (), profile)
    # Predictive runtimes recommend accelerators but run without (OpenVINO); generative ones that name one need it.
    needs_one = bool(runtime.accelerators) and deployment.spec.model.type == "generative"
    if _hardware_known(deployment, profile) and given.isdisjoint(runtime.accelerators) and (given or needs_one):
        made_for = (
            f"made for `{'`, `'.join(runtime.accelerators)}`" if runtime.accelerators else "made for no accelerator"
        )
        but = (
            f"not for `{'`, `'.join(sorted(given))}`" if given and runtime.accelerators else "and the hardware has none"
        )
        if given and not runtime.accelerators:
            but = f"but the hardware reserves `{'`, `'.join(sorted(given))}`"
        problems.add(
            codes.RUNTIME_ACCELERATOR,
            f"the runtime `{choice.template or runtime.name}` is {made_for}, {but}",
            path,
            on=on,
            help="choose a runtime for this hardware, or another hardware profile",
        )
    if runtime.server_type is None and _wants_model_class(runtime):
        problems.add(
            codes.RUNTIME_SERVER_TYPE,
            f"the runtime `{runtime.name}` has no annotation `serving.kserve.io/server-type`, so MLSERVER_MODEL_IMPLEMENTATION becomes `<no value>`",
            path,
            on=on,
            help="add `serving.kserve.io/server-type: mlserver` to the runtime's annotations",
            notes=_note(runtime, ("metadata", "annotations")),
        )
    if choice.template == "vllm-spyre-x86-runtime-template" and context.release.has("spyre-x86-preview"):
        problems.add(
            codes.TECHNOLOGY_PREVIEW,
            f"IBM Spyre on x86 is a Technology Preview in {context.release.name}",
            path,
            on=on,
            help="do not rely on it in production; on ppc64le it is generally available",
        )


def warn_cluster_scoped(runtime: ServingRuntime, problems: Problems) -> None:
    """A ClusterServingRuntime works, but nothing is measured."""
    path, on = runtime_place(problems.document, "template", "existing")
    if runtime.cluster_scoped:
        problems.add(
            codes.RUNTIME_CLUSTER_SCOPED,
            f"`{runtime.name}` is a ClusterServingRuntime; the platform finds no metrics for models that use one",
            path,
            on=on,
            help="put it into a Template of the catalog and name that: its runtime is copied into the project",
        )


def _wants_model_class(runtime: ServingRuntime) -> bool:
    containers = runtime.body["spec"]["containers"]
    variables = [
        entry
        for item in containers
        if isinstance(item, dict) and isinstance(item.get("env"), list)
        for entry in item["env"]
    ]
    return any(isinstance(entry, dict) and "Labels.modelClass" in str(entry.get("value", "")) for entry in variables)
