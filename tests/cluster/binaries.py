"""The programs of a control plane: built from pinned modules (``modules/PART``), kept outside the clone.

On two cores etcd takes a minute, the API server, KServe's two managers and Flux's kustomize-controller some five each,
once per machine and version.
After a change of a ``go.mod``, `rm go.sum; go list -mod=mod -deps tool` writes the checksums that the build needs (those
of `go mod tidy` are many times as many).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

from go_tools import ToolchainError, built, folder_of, lock, run_go

_MODULES: Final = Path(__file__).with_name("modules")

KUBERNETES: Final = "v1.35.4"
_KSERVE: Final = "github.com/kserve/kserve"
_FLUX: Final = "github.com/fluxcd/kustomize-controller"

# What is needed of a module besides programs: its webhook configurations, its ConfigMap and its definitions.
_KSERVE_CONFIGURATION: Final = ("configmap", "crd/full", "webhook")


class Programs(NamedTuple):
    """Where each program is, and KServe's own configuration."""

    certificates: Path
    etcd: Path
    kube_apiserver: Path
    kserve_manager: Path
    kserve_llmisvc: Path
    kserve_configuration: Path
    kustomize_controller: Path


def programs() -> Programs:
    """All programs; those that this machine does not have yet are built, which takes minutes and needs a Go proxy."""
    release = "k8s.io/component-base/version."
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    return Programs(
        certificates=_program("certificates", ".", "certificates"),
        etcd=_program("etcd", "go.etcd.io/etcd/server/v3", "etcd"),
        kube_apiserver=_program(
            "kube-apiserver",
            "k8s.io/kubernetes/cmd/kube-apiserver",
            "kube-apiserver",
            # Without these the API server would take itself for version 0.0.0.
            {f"{release}gitVersion": KUBERNETES, f"{release}gitMajor": major, f"{release}gitMinor": minor},
        ),
        kserve_manager=_program("kserve", f"{_KSERVE}/cmd/manager", "manager"),
        kserve_llmisvc=_program("kserve", f"{_KSERVE}/cmd/llmisvc", "llmisvc"),
        kserve_configuration=_configuration(),
        kustomize_controller=_program("kustomize-controller", _FLUX, "kustomize-controller"),
    )


def _program(part: str, package: str, name: str, variables: dict[str, str] | None = None) -> Path:
    return built(_MODULES / part, package, name, variables=variables, announce=_announce)


def _announce(program: str) -> None:
    print(f"building {program} (once on this machine)", file=sys.stderr, flush=True)


def _configuration() -> Path:
    """KServe's ``config`` folder, copied beside its programs so that a later run needs no module cache."""
    module = _MODULES / "kserve"
    copy = folder_of(module) / "config"
    with lock(copy):
        if not copy.exists():
            run_go(module, "mod", "download", _KSERVE)
            source = Path(run_go(module, "list", "-m", "-f", "{{.Dir}}", _KSERVE).strip()) / "config"
            new = copy.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            for folder in _KSERVE_CONFIGURATION:
                # By content only: the module cache is read-only.
                shutil.copytree(source / folder, new / folder, copy_function=shutil.copyfile)
            new.chmod(0o755)
            new.replace(copy)
    return copy


if __name__ == "__main__":
    try:
        for name, path in programs()._asdict().items():
            print(f"{name:22}{path}")
    except ToolchainError as error:
        sys.exit(str(error))
