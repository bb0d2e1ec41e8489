"""The programs of a control plane: built from pinned modules (``modules/PART``), kept outside the clone.

On two cores etcd takes a minute, the API server, KServe's two managers, Argo CD and Flux's kustomize-controller some five
each, once per machine and version.
After a change of a ``go.mod``, `rm go.sum; go list -mod=mod -deps tool` writes the checksums that the build needs (those
of `go mod tidy` are many times as many).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

from cluster.redis_server import redis_server
from go_tools import ToolchainError, built, folder_of, kustomize, lock, run_go

_MODULES: Final = Path(__file__).with_name("modules")

KUBERNETES: Final = "v1.35.4"
_KSERVE: Final = "github.com/kserve/kserve"
_ARGO_CD: Final = "github.com/argoproj/argo-cd/v3"
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
    argo_cd: Path  # all of its servers are this one program, which goes by the name that it is called
    argo_cd_definitions: Path
    redis_server: Path
    kustomize: Path
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
        kserve_configuration=_files("kserve", _KSERVE, "config", _KSERVE_CONFIGURATION),
        argo_cd=_program("argo-cd", f"{_ARGO_CD}/cmd", "argocd"),
        argo_cd_definitions=_files("argo-cd", _ARGO_CD, "manifests", ("crds",)),
        redis_server=redis_server(_announce),
        kustomize=kustomize(),
        kustomize_controller=_program("kustomize-controller", _FLUX, "kustomize-controller"),
    )


def _program(part: str, package: str, name: str, variables: dict[str, str] | None = None) -> Path:
    return built(_MODULES / part, package, name, variables=variables, announce=_announce)


def _announce(program: str) -> None:
    print(f"building {program} (once on this machine)", file=sys.stderr, flush=True)


def _files(part: str, module: str, folder: str, wanted: tuple[str, ...]) -> Path:
    """A folder of a module, and in it what is wanted: copied beside its programs, so that a later run needs no module
    cache."""
    wrapper = _MODULES / part
    copy = folder_of(wrapper) / folder
    with lock(copy):
        if not copy.exists():
            run_go(wrapper, "mod", "download", module)
            source = Path(run_go(wrapper, "list", "-m", "-f", "{{.Dir}}", module).strip()) / folder
            new = copy.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            for name in wanted:
                # By content only: the module cache is read-only.
                shutil.copytree(source / name, new / name, copy_function=shutil.copyfile)
            new.chmod(0o755)
            new.replace(copy)
    return copy


if __name__ == "__main__":
    try:
        for name, path in programs()._asdict().items():
            print(f"{name:22}{path}")
    except ToolchainError as error:
        sys.exit(str(error))
