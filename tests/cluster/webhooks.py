"""KServe's managers as webhooks only, configured as Open Data Hub configures KServe.

Their leader election is lost on purpose: somebody else holds the Leases. So they answer webhooks and reconcile nothing,
and what is stored is what admission made of it.
"""

from __future__ import annotations

import base64
import datetime
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from cluster.binaries import Programs
from cluster.client import Client
from cluster.isolation import MANAGERS_NAMESPACE as NAMESPACE
from cluster.processes import Process, Processes, listens

Json = dict[str, Any]

_MANAGER: Final = 9443
_LLMISVC: Final = 9444
_MANAGER_HEALTH: Final = 9543
_LLMISVC_HEALTH: Final = 9544

# cmd/manager/main.go (LeaderLockName) and cmd/llmisvc/main.go (LeaderElectionID) of KServe.
_LEASES: Final = ("kserve-controller-manager-leader-lock", "llminferenceservice-kserve-controller-manager")

# config/overlays/odh/patches/inferenceservice-config-patch.yaml of Open Data Hub's KServe: what differs from KServe's
# own ConfigMap in a way that admission sees.
_OPEN_DATA_HUB: Final[dict[str, Json]] = {
    "deploy": {"defaultDeploymentMode": "RawDeployment"},
    "security": {"autoMountServiceAccountToken": False},
    "inferenceService": {"resource": None},
    # What the templates of an LLMInferenceServiceConfig may name.
    "ingress": {
        "kserveIngressGateway": "openshift-ingress/openshift-ai-inference",
        "enableLLMInferenceServiceTLS": True,
    },
}


class _Manager(NamedTuple):
    """One of KServe's managers: its webhook configurations, and where it answers."""

    name: str
    configurations: str
    port: int
    health: int


# The one with the webhooks of InferenceService is last: the API server learns of configurations in order, and the
# canaries below tell when it knows the last ones.
_MANAGERS: Final = (
    _Manager("llmisvc", "webhook/llmisvc/manifests.yaml", _LLMISVC, _LLMISVC_HEALTH),
    _Manager("manager", "webhook/manifests.yaml", _MANAGER, _MANAGER_HEALTH),
)


class Webhooks:
    """KServe's webhooks in one API server; :meth:`start` and :meth:`stop` leave no request undecided.

    ``pki`` holds ca.crt, server.crt and server.key.
    """

    def __init__(self, client: Client, processes: Processes, programs: Programs, folder: Path, pki: Path) -> None:
        self._client, self._processes, self._folder = client, processes, folder
        self._config = programs.kserve_configuration
        self._commands = {"manager": programs.kserve_manager, "llmisvc": programs.kserve_llmisvc}
        self._bundle = base64.b64encode((pki / "ca.crt").read_bytes()).decode()
        self._running: list[Process] = []
        self._canaries: dict[str, _Canary] = {}
        # controller-runtime looks for them there.
        certificates = folder / "k8s-webhook-server" / "serving-certs"
        certificates.mkdir(parents=True)
        shutil.copyfile(pki / "server.crt", certificates / "tls.crt")
        shutil.copyfile(pki / "server.key", certificates / "tls.key")

    def conversion(self) -> Json:
        """How the versions of LLMInferenceService and its configs are converted while the webhooks run."""
        return {
            "strategy": "Webhook",
            "webhook": {
                "clientConfig": {"url": f"https://127.0.0.1:{_LLMISVC}/convert", "caBundle": self._bundle},
                "conversionReviewVersions": ["v1", "v1beta1"],
            },
        }

    def start(self, kubeconfig: Path, *, converting: bool) -> None:
        """Start the managers; every request after this passes their webhooks.

        ``converting`` says whether versions of LLMInferenceService are converted as :meth:`conversion` says.
        """
        self._canaries = _CANARIES | (_CONVERTED if converting else {})
        for obj in (self._config_map(), *map(_lease, _LEASES)):
            self._client.apply(obj).expect(f"{obj['kind']} {obj['metadata']['name']}")
        for manager in _MANAGERS:
            self._running.append(self._start(manager, kubeconfig))
        ports = [port for manager in _MANAGERS for port in (manager.port, manager.health)]
        self._processes.wait("KServe's webhooks listen", lambda: all(map(listens, ports)))
        for configuration in self._configurations():
            self._client.apply(configuration).expect(configuration["metadata"]["name"])
        self._processes.wait("the API server calls KServe's webhooks", lambda: self._calls() == set(self._canaries))

    def stop(self) -> None:
        """Stop the managers; no request after this is seen by a webhook. Nothing may be converted by them any more."""
        for configuration in self._configurations():
            self._client.delete(configuration).expect(configuration["metadata"]["name"])
        self._processes.wait("the API server calls no webhook", lambda: not self._calls())
        self.abandon()

    def abandon(self) -> None:
        """Stop the managers of an API server that is going away itself."""
        while self._running:
            self._processes.stop(self._running.pop())

    def _start(self, manager: _Manager, kubeconfig: Path) -> Process:
        return self._processes.start(
            f"kserve-{manager.name}",
            [
                self._commands[manager.name],
                "--leader-elect",
                "--metrics-addr=0",
                "--zap-log-level=error",
                f"--webhook-port={manager.port}",
                f"--health-probe-addr=127.0.0.1:{manager.health}",
            ],
            {
                "KUBECONFIG": str(kubeconfig),
                "TMPDIR": str(self._folder),
                "POD_NAMESPACE": NAMESPACE,
                "ENABLE_WEBHOOKS": "true",
            },
        )

    def _config_map(self) -> Json:
        text = (self._config / "configmap/inferenceservice.yaml").read_text(encoding="utf-8")
        found: Json = yaml.load(text, yaml.CSafeLoader)
        data = {name: value for name, value in found["data"].items() if name != "_example"}
        for name, settings in _OPEN_DATA_HUB.items():
            merged = {**json.loads(data[name]), **settings}
            data[name] = json.dumps({key: value for key, value in merged.items() if value is not None})
        return {**found, "metadata": {"name": found["metadata"]["name"], "namespace": NAMESPACE}, "data": data}

    def _configurations(self) -> Iterator[Json]:
        """KServe's own, calling loopback; those of InferenceService are the last of their kinds."""
        for manager in _MANAGERS:
            text = (self._config / manager.configurations).read_text(encoding="utf-8")
            found = [item for item in yaml.load_all(text, yaml.CSafeLoader) if item]
            for item in sorted(found, key=lambda item: item["metadata"]["name"].startswith("inferenceservice.")):
                webhooks = [
                    {
                        **webhook,
                        "clientConfig": {
                            "url": f"https://127.0.0.1:{manager.port}{webhook['clientConfig']['service']['path']}",
                            "caBundle": self._bundle,
                        },
                    }
                    for webhook in item["webhooks"]
                ]
                yield {**item, "metadata": {"name": item["metadata"]["name"]}, "webhooks": webhooks}

    def _calls(self) -> set[str]:
        """The names of the canaries that a webhook refuses or changes."""
        found = set()
        for name, canary in self._canaries.items():
            answer = self._client.apply(canary.obj, dry_run=True)
            refused = 'admission webhook "' in answer.body.get("message", "")
            if refused if canary.changes is None else answer.ok and canary.changes(answer.body):
                found.add(name)
        return found


def _lease(name: str) -> Json:
    """A Lease that somebody else holds for a day."""
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"holderIdentity": "nobody", "leaseDurationSeconds": 86400, "acquireTime": now, "renewTime": now},
    }


class _Canary(NamedTuple):
    """An object that only a webhook refuses, or changes in a way that ``changes`` sees."""

    obj: Json
    changes: Callable[[Json], bool] | None = None


def _object(kind: str, version: str, name: str, spec: Json) -> Json:
    return {
        "apiVersion": f"serving.kserve.io/{version}",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


_MODEL: Final[Json] = {"predictor": {"model": {"modelFormat": {"name": "onnx"}, "storageUri": "hf://a/b"}}}
_EMPTY_ARGS: Final[Json] = {"containers": [{"name": "main", "args": []}]}
_CANARIES: Final = {
    "InferenceService is defaulted": _Canary(
        _object("InferenceService", "v1beta1", "canary", _MODEL),
        lambda obj: "modelFormat" in obj["metadata"].get("annotations", {}),
    ),
    # The API server takes a digit first.
    "InferenceService is validated": _Canary(_object("InferenceService", "v1beta1", "0canary", _MODEL)),
}
_CONVERTED: Final = {
    "LLMInferenceService is converted": _Canary(
        _object("LLMInferenceService", "v1alpha1", "canary", {"model": {"uri": "hf://a/b"}, "template": _EMPTY_ARGS}),
        lambda obj: "args" not in obj["spec"]["template"]["containers"][0],
    )
}
