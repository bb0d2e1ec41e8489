"""What a ModelDeployment document must look like: one row per field, with its documentation."""

from __future__ import annotations

import re

from servewright.diagnostics.model import Path
from servewright.diagnostics.short import short
from servewright.hints import Any
from servewright.model.connection import NAME
from servewright.model.deployment import (
    AiAsset,
    Auth,
    Container,
    DeploymentMetadata,
    DeploymentSpec,
    EnvVar,
    Expose,
    Format,
    Gateway,
    Hardware,
    Llmd,
    Model,
    ModelDeployment,
    ModelSource,
    OciSource,
    Parallelism,
    Pod,
    Prefill,
    ProfileReference,
    PvcSource,
    RegisteredModel,
    Resources,
    RuntimeReference,
    S3Source,
    Subject,
    Topology,
    UriSource,
)
from servewright.model.fragment import AsWritten, Fragment
from servewright.model.image_syntax import HINT, image_problem
from servewright.model.metadata_syntax import label_key_problem, label_value_problem
from servewright.model.project import API_VERSION
from servewright.model.shape import Either, Field, Flag, Items, Record, Table, Text, Whole

TOPOLOGIES = (
    "workload-single-node",
    "workload-single-node-pd",
    "workload-multi-node-data-parallel",
    "workload-multi-node-data-parallel-pd",
)

# The wizard's rule (odh-dashboard, EnvironmentVariablesField); the API server would allow more.
ENV_NAME = Text(
    "an environment variable name",
    pattern=r"[A-Za-z_][A-Za-z0-9_]*",
    hint="use letters, digits and `_`, not starting with a digit",
)


def _registered_problem(text: str) -> str | None:
    complaint = label_value_problem(text)
    return f"this becomes the value of a label, which {complaint}" if complaint else None


_STRINGS = Table(Text("a string", empty=True))


def _quantity_example(path: Path, number: object) -> str:
    """What to write instead of a bare number: not always the same number in quotes."""
    resource = path[-1]
    if resource in ("memory", "ephemeral-storage"):
        return f'write a unit: `"{number}Gi"` or `"{number}Mi"`; a bare number counts bytes'
    if isinstance(number, bool) or (resource != "cpu" and "." in str(number)):
        return 'write a whole number in quotes, like `"1"`'
    return f'quote it: `"{number}"`'


_CONTAINER_RESOURCES = ("cpu", "memory", "ephemeral-storage")


def _resource_problem(name: str) -> tuple[str, str] | None:
    """What Kubernetes says of a container's resource name (pkg/apis/core/validation, ValidateContainerResourceName)."""
    if name in _CONTAINER_RESOURCES or name.startswith("hugepages-"):
        return None
    if "/" in name:
        complaint = label_key_problem(name)
        help_text = "write the name that the device plugin gives it, like `nvidia.com/gpu`"
        return (f"the resource name `{short(name, 80)}` {complaint}", help_text) if complaint else None
    from servewright.diagnostics.suggest import did_you_mean

    near = None if name.lower() == "gpu" else did_you_mean(name, _CONTAINER_RESOURCES)
    return (
        f"containers have no resource `{short(name, 80)}`: pods would be refused",
        f"did you mean `{near}`?"
        if near
        else "write `cpu`, `memory`, or a device with its domain, like `nvidia.com/gpu`",
    )


_QUANTITIES = Table(
    Text("a quantity", example=_quantity_example),
    noun="a mapping of resource names to quantities",
    key_problem=_resource_problem,
)
_RESOURCES = Record(
    Resources,
    {"requests": Field(_QUANTITIES, "what is reserved"), "limits": Field(_QUANTITIES, "what may be used at most")},
)
_POSITIVE = Whole(1, 2**31 - 1)
_PARALLELISM = Record(
    Parallelism,
    {
        "tensor": Field(_POSITIVE, "accelerators that share each layer"),
        "data": Field(_POSITIVE, "copies of the model in all"),
        "dataLocal": Field(_POSITIVE, "copies of the model per node"),
        "pipeline": Field(_POSITIVE, "stages over nodes"),
        "expert": Field(Flag(), "spread experts over the data-parallel copies"),
    },
)
_OBJECT_NAME = Text(
    "a name", pattern=r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?", hint="use lower-case letters, digits, `-` and `.`"
)

_S3_PATH = r"[a-zA-Z0-9\-_./]+"


def _s3_path_problem(path: str) -> tuple[str, str] | None:
    if not path.startswith("s3://"):
        return None
    below = path.removeprefix("s3://").partition("/")[2].strip("/")
    return (
        "the bucket is that of the connection, so a path does not begin with `s3://` and a bucket",
        f"write `path: {below}`" if re.fullmatch(_S3_PATH, below) else "write the path below the bucket",
    )


def _pvc_path_problem(path: str) -> str | None:
    return "a path must not contain blanks" if re.search(r"\s", path) else None


_SOURCE = Record(
    ModelSource,
    {
        "s3": Field(
            Record(
                S3Source,
                {
                    "connection": Field(NAME, "the Connection, or the Secret in the catalog", required=True),
                    "path": Field(
                        Text(
                            "a path",
                            pattern=_S3_PATH,
                            problem=_s3_path_problem,
                            hint="use letters, digits, `-`, `_`, `.` and `/`",
                        ),
                        "below the bucket",
                        required=True,
                    ),
                },
            ),
            "a path in an S3 bucket",
        ),
        "oci": Field(
            Record(
                OciSource,
                {
                    "image": Field(Text("an image"), "oci://registry/repository:tag", required=True),
                    "connection": Field(NAME, "for a private registry"),
                    "pullSecrets": Field(Items(_OBJECT_NAME, key=""), "pull secrets that are there already"),
                },
            ),
            "a model image (ModelCar)",
        ),
        "uri": Field(
            Record(
                UriSource,
                {"url": Field(Text("a URL"), "hf://org/model, https://host/model.onnx"), "connection": Field(NAME)},
                one_of=("url", "connection"),
            ),
            "a URL",
        ),
        "pvc": Field(
            Record(
                PvcSource,
                {
                    "claim": Field(Text("a claim", pattern=r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?"), required=True),
                    "path": Field(Text("a path", problem=_pvc_path_problem), "below the volume", required=True),
                },
            ),
            "a path in a persistent volume claim",
        ),
    },
    one_of=("s3", "oci", "uri", "pvc"),
)

_MODEL = Record(
    Model,
    {
        "type": Field(Text("a model type", ("predictive", "generative")), "predictive or generative", required=True),
        "format": Field(
            Record(
                Format,
                {"name": Field(Text("a format name"), required=True), "version": Field(Text("a format version"))},
            ),
            "required for predictive models; generative: default vLLM",
        ),
        "servedName": Field(
            Text("a model name", pattern=r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?"),
            "llm-d only: the name clients ask for",
        ),
        "source": Field(_SOURCE, "where the model is", required=True),
        "registeredModel": Field(
            Record(
                RegisteredModel,
                {
                    name: Field(Text("a label value", problem=_registered_problem))
                    for name in ("id", "versionId", "name")
                },
            ),
            "the model registry entry",
        ),
    },
)

_PROFILE = Either(
    Text("a profile"),
    Record(ProfileReference, {"name": Field(NAME, required=True), "namespace": Field(NAME)}),
    "a profile's name, or {name, namespace}",
    ProfileReference,
)

_RUNTIME = Either(
    Text("a runtime"),
    Record(
        RuntimeReference,
        {
            "template": Field(Text("a template's name"), "a template of the catalog"),
            "scope": Field(Text("a scope", ("project", "global")), "where the template is"),
            "name": Field(_OBJECT_NAME, "the name of the emitted ServingRuntime, which deployments may share"),
            "existing": Field(NAME, "a ServingRuntime that is in the namespace already"),
        },
        one_of=("template", "existing"),
    ),
    "auto, llm-d, a template's name, or {template, scope, name} or {existing}",
    RuntimeReference,
)

_KEY_OF = Record(
    dict,
    {
        "name": Field(_OBJECT_NAME, "the object's name", required=True),
        "key": Field(Text("a key", pattern=r"[-._A-Za-z0-9]+"), "the key in it", required=True),
        "optional": Field(Flag()),
    },
)
_VALUE_FROM = Record(
    dict,
    {
        "secretKeyRef": Field(_KEY_OF, "a key of a Secret"),
        "configMapKeyRef": Field(_KEY_OF, "a key of a ConfigMap"),
        "fieldRef": Field(
            Record(
                dict, {"fieldPath": Field(Text("a field path"), required=True), "apiVersion": Field(Text("a version"))}
            ),
            "a field of the pod",
        ),
        "resourceFieldRef": Field(
            Record(
                dict,
                {
                    "resource": Field(Text("a resource"), required=True),
                    "containerName": Field(Text("a container")),
                    "divisor": Field(Text("a quantity")),
                },
            ),
            "a resource of the container",
        ),
    },
    one_of=("secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef"),
)

_ENV = Record(
    EnvVar,
    {
        "name": Field(ENV_NAME, required=True),
        "value": Field(Text("a string", empty=True), "a literal"),
        "valueFrom": Field(AsWritten(_VALUE_FROM), "a reference, e.g. secretKeyRef: {name, key}"),
    },
)

_TOLERATION = Record(
    lambda **fields: {
        {"toleration_seconds": "tolerationSeconds"}.get(key, key): value for key, value in fields.items()
    },
    {
        "key": Field(Text("a taint key", empty=True)),
        "operator": Field(Text("an operator", ("Exists", "Equal"))),
        "value": Field(Text("a taint value", empty=True)),
        "effect": Field(Text("an effect", ("NoSchedule", "PreferNoSchedule", "NoExecute"))),
        "tolerationSeconds": Field(Whole(-(2**53), 2**53)),
    },
)

_POD = Record(
    Pod,
    {
        "labels": Field(_STRINGS, "labels of the pods"),
        "annotations": Field(_STRINGS, "annotations of the pods"),
        "serviceAccountName": Field(NAME),
        "imagePullSecrets": Field(Items(_OBJECT_NAME, key=""), "names of pull secrets"),
        "nodeSelector": Field(_STRINGS),
        "tolerations": Field(Items(_TOLERATION)),
        "affinity": Field(Fragment("an affinity")),
        "priorityClassName": Field(NAME),
        "schedulerName": Field(Text("a scheduler")),
        "volumes": Field(Items(Fragment("a volume"))),
    },
)

_CONTAINER = Record(
    Container,
    {
        "image": Field(Text("an image reference", problem=image_problem, hint=HINT), "instead of the runtime's image"),
        "volumeMounts": Field(Items(Fragment("a volume mount"))),
        "startupProbe": Field(Fragment("a probe")),
        "readinessProbe": Field(Fragment("a probe")),
        "livenessProbe": Field(Fragment("a probe")),
        "securityContext": Field(Fragment("a security context")),
        "lifecycle": Field(Fragment("a lifecycle")),
    },
)

_LLMD = Record(
    Llmd,
    {
        "gateway": Field(
            Record(Gateway, {"name": Field(NAME, required=True), "namespace": Field(NAME, required=True)}),
            "default: the platform's",
        ),
        "maas": Field(Flag(), "publish as Models-as-a-Service"),
        "parallelism": Field(_PARALLELISM, "of the (decode) workload"),
        "prefill": Field(
            Record(
                Prefill,
                {
                    "replicas": Field(Whole(1, 99), "default 1"),
                    "parallelism": Field(_PARALLELISM, "of the prefill workload"),
                    "resources": Field(_RESOURCES, "default: as the main workload"),
                    "worker": Field(
                        Flag(),
                        "multi-node prefill; default: when worker is set and its parallelism has data or pipeline",
                    ),
                },
            ),
            "a separate prefill workload",
        ),
        "worker": Field(Flag(), "multi-node"),
        "config": Field(NAME, "an LLMInferenceServiceConfig of the catalog, copied into the project"),
        "topology": Field(
            Record(Topology, {"type": Field(Text("a topology", TOPOLOGIES), required=True), "config": Field(NAME)}),
            "a topology",
        ),
        "routing": Field(NAME, "a router config"),
        "baseRefs": Field(Items(NAME, key=""), "further configs, verbatim"),
    },
)

SPEC = Record(
    DeploymentSpec,
    {
        "displayName": Field(Text("a display name"), "shown in the dashboard; default metadata.name"),
        "description": Field(Text("a description", empty=True)),
        "stopped": Field(Flag(), "true: the model is not running"),
        "model": Field(_MODEL, "what is served", required=True),
        "hardware": Field(
            Record(
                Hardware,
                {
                    "profile": Field(_PROFILE, "a hardware profile of the catalog"),
                    "resources": Field(_RESOURCES, "per key instead of the profile's default"),
                },
                some_of=("profile", "resources"),
            ),
            "a profile, resources or both",
            required=True,
        ),
        "runtime": Field(_RUNTIME, "auto (default), llm-d or a template's name"),
        "replicas": Field(Whole(1, 99), "default 1"),
        "strategy": Field(Text("a strategy", ("RollingUpdate", "Recreate")), "RollingUpdate or Recreate"),
        "expose": Field(
            Record(
                Expose,
                {
                    "route": Field(Flag(), "an external route"),
                    "timeoutSeconds": Field(Whole(0, 1_000_000), "default 30"),
                    "return401": Field(Flag(), "answer 401 instead of redirecting"),
                },
            ),
            "not on llm-d, which is exposed by its gateway",
        ),
        "auth": Field(
            Record(
                Auth,
                {
                    "tokens": Field(Items(Text("a token's name"), key=""), "one token Secret each"),
                    "subjects": Field(
                        Items(
                            Record(
                                Subject,
                                {
                                    "kind": Field(Text("a kind", ("ServiceAccount", "User", "Group")), required=True),
                                    "name": Field(Text("a name"), required=True),
                                    "namespace": Field(NAME, "of a ServiceAccount; default the deployment's"),
                                },
                            )
                        ),
                        "existing users, groups and service accounts",
                    ),
                },
            ),
            "who may call the model",
        ),
        "aiAsset": Field(
            Record(AiAsset, {"useCase": Field(Text("a use case", empty=True), "chat, multimodal …")}), "generative only"
        ),
        "args": Field(Items(Text("an argument", empty=True)), "one argv element per item"),
        "env": Field(Items(_ENV, key="name"), "environment variables"),
        "pod": Field(_POD, "of every workload"),
        "container": Field(_CONTAINER, "of every workload"),
        "llmd": Field(_LLMD, "only with the llm-d runtime"),
    },
)

METADATA = Record(
    DeploymentMetadata,
    {
        "name": Field(Text("a name"), "the InferenceService's name; default: derived from spec.displayName"),
        "namespace": Field(Text("a namespace"), "the project", required=True),
        "labels": Field(_STRINGS, "copied to the service"),
        "annotations": Field(_STRINGS, "copied to the service"),
    },
)


def _build(api_version: str = "", kind: str = "", **fields: Any) -> ModelDeployment:
    return ModelDeployment(**fields)


SHAPE = Record(
    _build,
    {
        "apiVersion": Field(Text(choices=(API_VERSION,)), required=True),
        "kind": Field(Text(choices=("ModelDeployment",)), required=True),
        "metadata": Field(METADATA, required=True),
        "spec": Field(SPEC, required=True),
    },
)
