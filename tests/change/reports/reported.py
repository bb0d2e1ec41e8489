"""Changes as literals, as the reports get them."""

from __future__ import annotations

from typing import Any

from servewright.change.model import (
    Change,
    DeploymentChange,
    FieldChange,
    FieldPath,
    FileChange,
    Item,
    Kind,
    ObjectChange,
    Reported,
)
from servewright.diagnostics.model import Diagnostic, Severity, Span

POD = ("spec", "predictor")
MODEL = (*POD, "model")


def field(path: FieldPath, before: Any, after: Any) -> FieldChange:
    return FieldChange(path, before, after)


def changed(name: str, *fields: FieldChange, kind: str = "InferenceService") -> ObjectChange:
    return ObjectChange((kind, "chat", name), "changed", fields, None, None)


def whole(change: Kind, name: str, kind: str = "InferenceService") -> ObjectChange:
    return ObjectChange((kind, "chat", name), change, (), None, None)


def deployment(
    name: str, *objects: ObjectChange, change: Kind = "changed", renamed: str | None = None
) -> DeploymentChange:
    return DeploymentChange("chat", name, change, None, None, objects, None, renamed)


def file(folder: str, name: str, *objects: ObjectChange, users: tuple[str, ...] = ()) -> FileChange:
    return FileChange("chat", folder, name, "changed", objects, users)


def found(
    slug: str,
    message: str = "it happens",
    severity: Severity = "warning",
    code: str = "SW802",
    help: str | None = None,
    line: int | None = None,
) -> Diagnostic:
    span = Span("deployments/chat.yaml", line, 3, line, 9) if line else None
    return Diagnostic(code, slug, severity, message, help, span)


def reported(
    *deployments: DeploymentChange,
    files: tuple[FileChange, ...] = (),
    consequences: dict[str, tuple[Diagnostic, ...]] | None = None,
    others: tuple[Diagnostic, ...] = (),
) -> Reported:
    by_key = {("chat", name): own for name, own in (consequences or {}).items()}
    return Reported(Change(deployments, files, {}), by_key, others, {})


NOTHING = reported()

# One of everything, as it might be after a busy day.
BUSY = reported(
    deployment(
        "granite-8b",
        changed("granite-8b", field((*POD, "minReplicas"), 1, 2), field((*POD, "maxReplicas"), 1, 2)),
    ),
    deployment(
        "llama-70b",
        changed(
            "llama-70b",
            field((*MODEL, "args", 2), "--max-model-len=8192", "--max-model-len=16384"),
            field((*MODEL, "env", Item("name", "HF_HUB_OFFLINE"), "value"), None, "1"),
            field(("metadata", "annotations", "opendatahub.io/hardware-profile-name"), "nvidia-gpu", "nvidia-h100"),
        ),
        changed(
            "llama-70b",
            field(
                ("spec", "containers", Item("name", "kserve-container"), "image"),
                "registry.redhat.io/rhaii/vllm-cuda-rhel9@sha256:" + "a" * 64,
                "registry.redhat.io/rhaii/vllm-cuda-rhel9@sha256:" + "b" * 64,
            ),
            kind="ServingRuntime",
        ),
        whole("added", "token-ci-sa", kind="Secret"),
    ),
    deployment("mistral", whole("removed", "mistral"), whole("removed", "mistral", "ServingRuntime"), change="removed"),
    deployment("phi-4", whole("added", "phi-4"), whole("added", "phi-4", "ServingRuntime"), change="added"),
    deployment(
        "qwen-7b",
        changed("qwen-7b", field(("metadata", "annotations", "serving.kserve.io/deploymentMode"), "Standard", "Knative")),
    ),
    files=(
        file(
            "connections",
            "models-s3",
            changed("models-s3", field(("spec", "refreshInterval"), "1h0m0s", "10m0s"), kind="ExternalSecret"),
            users=("granite-8b", "llama-70b"),
        ),
    ),
    consequences={
        "granite-8b": (
            found(
                "demand-changes",
                "the namespace is asked for 4 CPU, 32Gi and 1 `nvidia.com/gpu` more",
                "info",
                "SW805",
                line=14,
            ),
        ),
        "llama-70b": (
            found(
                "model-restarts",
                "`chat/llama-70b` restarts, all pods at once: `spec.predictor.model.args[2]` changes",
                "info",
                "SW801",
                line=21,
            ),
            found(
                "model-downtime",
                "`chat/llama-70b` answers no requests while it restarts: all old pods stop before a new one starts",
                "warning",
                "SW802",
                "`strategy: RollingUpdate` keeps it available if there is room for one pod more; or merge it when requests may fail",
                line=21,
            ),
        ),
        "mistral": (found("deployment-removed", "`chat/mistral` is deleted, with its URL and tokens", code="SW808"),),
        "qwen-7b": (
            found(
                "edit-refused",
                "admission refuses to change `serving.kserve.io/deploymentMode` of a service that is there",
                "error",
                "SW821",
                "keep `Standard`, or give the new one a name of its own",
                line=9,
            ),
        ),
    },
)  # fmt: skip
